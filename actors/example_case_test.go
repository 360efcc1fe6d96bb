// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

// What may fail first gets less of everything, one tenant has more time, and who repeats
// does so with less patience.
func ExamplePolicy_cases() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = sys.Shutdown(ctx) }()
	var policy actors.Policy
	err = json.Unmarshal([]byte(`{
		"deadline": {"total": "2s", "attempt": "500ms"},
		"retry": {"attempts": 3},
		"cases": [
			{"priorities": ["sheddable"], "deadline": {"total": "300ms", "attempt": "250ms"}, "retry": {"attempts": 1}},
			{"tenant": "acme", "deadline": {"total": "5s"}},
			{"attempt": 2, "deadline": {"attempt": "400ms"}}
		]
	}`), &policy)
	if err != nil {
		fmt.Println(err)
		return
	}
	search, err := actors.Spawn(sys, "search", timeLeft, policy)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range []fuseboard.Meta{{}, {Priority: fuseboard.Sheddable}, {Priority: fuseboard.Sheddable, Tenant: "acme"}} {
		left, err := search.Call(fuseboard.WithMeta(ctx, m), "shoes")
		fmt.Println(left, err)
	}
	for _, row := range search.ExplainCall(fuseboard.WithPriority(ctx, fuseboard.Sheddable), 1).Cases {
		fmt.Println(row.Case, row.When, row.Applies)
	}
	// Output:
	// 500ms <nil>
	// 250ms <nil>
	// 250ms <nil>
	// cases[0] priority sheddable true
	// cases[1] tenant acme false
	// cases[2] from the 2nd attempt on false
}

// Operations of one dependency that are worth another policy: a charge may take long and is made
// once, to ask for its status is quick and may be repeated.
func ExampleCase_operations() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = sys.Shutdown(ctx) }()
	payments, err := actors.Protect(sys, "payments", actors.Policy{
		Deadline: actors.Deadline{Total: 2 * time.Second},
		Cases: []actors.Case{
			{Operations: []string{"charge"}, Deadline: actors.Deadline{Total: 5 * time.Second}},
			{Operations: []string{"status", "balance"}, Deadline: actors.Deadline{Total: 300 * time.Millisecond}},
			{Operations: []string{"refunds"}, Deadline: actors.Deadline{Total: time.Minute}},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, op := range []string{"charge", "status", "balance", "refund"} {
		ref, err := actors.Bind(payments, op, timeLeft)
		if err != nil {
			fmt.Println(err)
			return
		}
		left, _ := ref.Call(ctx, "42")
		fmt.Println(op, left, ref.ExplainCall(ctx, 1).Cases[0].Applies)
	}
	fmt.Println(payments.Warnings()[0].Fix)
	fmt.Println(payments.ExplainOperation(ctx, "status", 1).Call)
	// Output:
	// charge 5s true
	// status 300ms false
	// balance 300ms false
	// refund 2s false
	// did you mean refund?
	// operation status, priority normal, attempt 1
}

// timeLeft is a handler that tells how long it may take.
func timeLeft(ctx context.Context, _ string) (string, error) {
	at, _ := ctx.Deadline()
	return time.Until(at).Round(10 * time.Millisecond).String(), nil
}
