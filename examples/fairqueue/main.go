// SPDX-License-Identifier: Apache-2.0

// Command fairqueue lets a noisy tenant, a quiet one and a payment meet at one gate, whose
// queue is short, and prints who was served, in which order, and who was not.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "fairqueue:", err)
		os.Exit(1)
	}
}

// request is one of those that come while the printer is busy.
type request struct {
	priority     fuseboard.Priority
	tenant, page string
}

func run(ctx context.Context, out io.Writer) (err error) {
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sys.Shutdown(ctx)) }()

	printer := &Printer{Out: out, Ready: make(chan struct{})}
	pages, err := actors.Spawn(sys, "printer", printer.Print, actors.Policy{
		Bulkhead: actors.Bulkhead{
			Concurrency: 1, Queue: 6, MaxWait: time.Minute,
			Fair:  true,                                     // tenants take turns
			Quota: actors.PriorityQuota{Sheddable: 1.0 / 3}, // of the places; the rest is for others
		},
	})
	if err != nil {
		return err
	}

	var waiting []func()
	for _, r := range []request{
		{fuseboard.Normal, "first", "page 0"}, // gets the permit; all others find it taken
		{fuseboard.Normal, "noisy", "page 1"},
		{fuseboard.Normal, "noisy", "page 2"},
		{fuseboard.Normal, "noisy", "page 3"},
		{fuseboard.Normal, "noisy", "page 4"},
		{fuseboard.Sheddable, "report", "page 1"}, // more than a third of the places are taken
		{fuseboard.Normal, "quiet", "page 1"},
		{fuseboard.Normal, "noisy", "page 5"},
		{fuseboard.Normal, "noisy", "page 6"},   // the queue is full
		{fuseboard.Normal, "quiet", "page 2"},   // in the place of the noisy tenant's last
		{fuseboard.Critical, "payer", "page 1"}, // in the place of another of them
	} {
		answer := pages.Ask(fuseboard.WithMeta(ctx, fuseboard.Meta{Priority: r.priority, Tenant: r.tenant}), r.page)
		waiting = append(waiting, func() { report(ctx, out, r, answer) })
	}
	close(printer.Ready)
	for _, wait := range waiting {
		wait()
	}
	refused := pages.Stats().AtGate
	fmt.Fprintf(out, "refused: %d found the queue full, %d above their quota, %d gave up their place\n", refused.Full, refused.Quota, refused.Yielded)
	return nil
}

// report waits for an answer, and says why if there is none.
func report(ctx context.Context, out io.Writer, r request, answer *actors.Future[string]) {
	if _, err := answer.Wait(ctx); err != nil {
		fmt.Fprintf(out, "refused: %-9s %-9s %s: %v\n", r.priority, r.tenant, r.page, reason(err))
	}
}

func reason(err error) error {
	for _, why := range []error{actors.ErrFull, actors.ErrQuota, actors.ErrYielded} {
		if errors.Is(err, why) {
			return why
		}
	}
	return err
}
