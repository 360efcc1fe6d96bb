// SPDX-License-Identifier: Apache-2.0

// Command quickstart protects a payment gateway: one guard, two operations, and
// what a caller sees when the gateway stops answering.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) (err error) {
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sys.Shutdown(ctx)) }()

	payments, err := actors.Protect(sys, "payments", actors.Policy{
		Bulkhead: actors.Bulkhead{Concurrency: 32, Queue: 64},
		Deadline: actors.Deadline{Total: 2 * time.Second, Attempt: 800 * time.Millisecond},
		Retry:    actors.Retry{Attempts: 2},
		Breaker:  actors.Breaker{FailureRate: 0.5, MinCalls: 20, OpenFor: 10 * time.Second},
	})
	if err != nil {
		return err
	}
	gateway := &Gateway{}
	// Asking twice is harmless, so a failed status is asked again.
	status, err := actors.Bind(payments, "status", gateway.Status, actors.With[StatusRequest, Status]{Safe: actors.Always[StatusRequest]})
	if err != nil {
		return err
	}
	// Charging twice is not: a charge is never repeated once it may have been sent.
	charge, err := actors.Bind(payments, "charge", gateway.Charge)
	if err != nil {
		return err
	}

	receipt, err := charge.Call(ctx, Charge{Cents: 1250})
	if err != nil {
		return err
	}
	answer, err := status.Call(ctx, StatusRequest{Receipt: receipt.ID})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "receipt %s: %d cents, %s\n", receipt.ID, receipt.Cents, answer.Word)

	gateway.Down = true
	for n := 1; n <= 100; n++ {
		_, err := charge.Call(ctx, Charge{Cents: 1250})
		if errors.Is(err, actors.ErrOpen) {
			fmt.Fprintf(out, "after %d failures: %v\n", n-1, err)
			return nil
		}
	}
	return errors.New("the circuit did not open")
}
