// SPDX-License-Identifier: Apache-2.0

// Command shadow puts a policy in front of a flaky dependency in shadow, prints what
// the policy would have done, and then enforces it.
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
		fmt.Fprintln(os.Stderr, "shadow:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) (err error) {
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sys.Shutdown(ctx)) }()

	policy := actors.Policy{
		Mode:     actors.ShadowPolicy,
		Deadline: actors.Deadline{Total: 2 * time.Second, Attempt: 800 * time.Millisecond},
		Retry:    actors.Retry{Attempts: 2},
		Breaker:  actors.Breaker{Consecutive: 5, OpenFor: time.Minute},
	}
	gateway := &Gateway{}
	status, err := actors.Spawn(sys, "status", gateway.Status, policy, actors.With[string, string]{Safe: actors.Always[string]})
	if err != nil {
		return err
	}

	fmt.Fprintf(out, "in %s: %s\n", status.PolicyMode(), tally(ctx, status))
	would := status.Stats().Would
	fmt.Fprintf(out, "the policy would have refused %d and repeated %d\n", would.Refused.Breaker, would.Repeated)

	policy.Mode = actors.EnforcePolicy
	change, err := status.Update(ctx, policy)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "changed: %v\n", change.Changed)
	fmt.Fprintf(out, "in %s: %s\n", status.PolicyMode(), tally(ctx, status))

	if err := sys.SetMode(actors.BypassPolicy); err != nil { // the kill switch
		return err
	}
	fmt.Fprintf(out, "in %s: %s\n", status.PolicyMode(), tally(ctx, status))
	return nil
}

// tally makes twenty calls and says what became of them.
func tally(ctx context.Context, status *actors.Ref[string, string]) string {
	var paid, refused, failed int
	for range 20 {
		_, err := status.Call(ctx, "r-1")
		switch {
		case err == nil:
			paid++
		case errors.Is(err, actors.ErrOpen):
			refused++
		default:
			failed++
		}
	}
	return fmt.Sprintf("%d answered, %d failed, %d refused", paid, failed, refused)
}
