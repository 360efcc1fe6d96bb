// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

var errLedgerDown = errors.New("ledger down")

// book is work that is no function of its own: it enters the guard, and leaves it where
// it returns.
func book(ctx context.Context, ledger *actors.Guard, cents int) (err error) {
	entry, err := ledger.Enter(ctx)
	if err != nil {
		return err
	}
	defer entry.Done(&err)
	if cents < 0 {
		return errLedgerDown
	}
	_, bounded := entry.Context().Deadline()
	fmt.Println("booked, bounded:", bounded)
	return nil
}

func ExampleGuard_Enter() {
	sys, _ := actors.Start(actors.Options{})
	defer func() { _ = sys.Shutdown(context.Background()) }()
	ledger, _ := actors.Protect(sys, "ledger", actors.Policy{
		Deadline: actors.Deadline{Attempt: time.Second},
		Breaker:  actors.Breaker{Consecutive: 1, OpenFor: time.Hour, OpenJitter: 0.001},
	})

	ctx := context.Background()
	fmt.Println(book(ctx, ledger, 1250))
	fmt.Println(book(ctx, ledger, -1))
	err := book(ctx, ledger, 1)
	fmt.Println(errors.Is(err, actors.ErrOpen))
	// Output:
	// booked, bounded: true
	// <nil>
	// ledger: failed: ledger down
	// true
}
