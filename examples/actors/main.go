// SPDX-License-Identifier: Apache-2.0

// Command actors lets protoactor actors talk to protected ones both ways: a till
// sends its requests to guards and is answered with Reply values, and a ledger,
// an actor that knows nothing of guards, is protected by one.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard/actors"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "actors:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) (err error) {
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sys.Shutdown(ctx)) }()

	charge, err := actors.Spawn(sys, "payments", pay, actors.Policy{
		Bulkhead: actors.Bulkhead{Concurrency: 8, Queue: 16},
		Deadline: actors.Deadline{Total: time.Second},
	})
	if err != nil {
		return err
	}
	ledger, err := sys.SpawnActor("ledger", actor.PropsFromFunc((&Ledger{}).Receive))
	if err != nil {
		return err
	}
	book, err := actors.Spawn(sys, "ledger", actors.Forward[Entry, Booked](sys, ledger), actors.Policy{
		Deadline: actors.Deadline{Attempt: time.Second},
		Breaker:  actors.Breaker{Consecutive: 2, OpenFor: time.Minute},
	})
	if err != nil {
		return err
	}
	till := &Till{charge: charge, book: book, sales: []int{1250, -1, 13, 13, 300}, out: out, done: make(chan struct{})}
	if _, err := sys.SpawnActor("till", actor.PropsFromFunc(till.Receive)); err != nil {
		return err
	}
	select {
	case <-till.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
