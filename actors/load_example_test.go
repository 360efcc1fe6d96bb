// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

// A partner lets this service ask twice an hour, and a report costs as much as two questions.
func ExamplePolicy_rate() {
	sys, _ := actors.Start(actors.Options{})
	defer func() { _ = sys.Shutdown(context.Background()) }()
	ask, _ := actors.Spawn(sys, "partner", func(_ context.Context, pages int) (int, error) { return 10 * pages, nil },
		actors.Policy{Rate: actors.RateLimit{Limit: 2, Per: time.Hour, Burst: 2}},
		actors.With[int, int]{Cost: func(pages int) int { return pages }})

	lines, err := ask.Call(context.Background(), 2)
	fmt.Println(lines, err)
	_, err = ask.Call(context.Background(), 1)
	refused, _ := errors.AsType[*actors.CallError](err)
	fmt.Println(errors.Is(err, actors.ErrRate), refused.RejectedBy(), refused.RetryAfter().Round(time.Minute))
	// Output:
	// 20 <nil>
	// true rate 30m0s
}

// The queue of one dependency: what is more urgent goes first, a part of the permits is kept
// for it, tenants take turns, and a queue that does not drain is cut short.
func ExamplePolicy_queue() {
	policy := actors.Policy{Bulkhead: actors.Bulkhead{
		Concurrency: 32, Queue: 64, Order: actors.CoDel, Fair: true, Estimate: true,
		Quota: actors.PriorityQuota{Normal: 0.9, Sheddable: 0.5},
	}}
	fmt.Println(policy.Validate().Err())
	ctx := fuseboard.WithMeta(context.Background(), fuseboard.Meta{Priority: fuseboard.Critical, Tenant: "acme"})
	fmt.Println(fuseboard.PriorityOf(ctx))
	// Output:
	// <nil>
	// critical
}
