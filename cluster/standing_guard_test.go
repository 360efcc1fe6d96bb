// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster/orders"
)

// obeying is a node without a fleet, and its hand, which moves only when a test says so.
type obeying struct {
	*Node
	t      *testing.T
	guard  *actors.Guard
	signer orders.Signer
}

func newObeying(t *testing.T, p actors.Policy) *obeying {
	t.Helper()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sys.Shutdown(context.Background()) })
	guard, err := actors.Protect(sys, "payments", p)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := orders.GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	ann, err := signer.Operator("ann")
	if err != nil {
		t.Fatal(err)
	}
	trust, err := orders.NewTrust("shop/default", ann)
	if err != nil {
		t.Fatal(err)
	}
	n := &Node{sys: sys, hand: newHand(), standing: map[string]*standing{}, trust: trust, book: orders.NewBook(trust)}
	return &obeying{n, t, guard, signer}
}

// order puts an order into the book.
func (o *obeying) order(order orders.Order) {
	o.t.Helper()
	now := time.Now()
	order.Fleet, order.Dependency, order.Author, order.Reason, order.Issued = "shop/default", "payments", "Ann", "INC-8", now
	order.Version = o.book.Next(now)
	if order.Verb != orders.Release {
		order.Expires = now.Add(time.Minute)
	}
	s, err := o.signer.Sign(order)
	if err != nil {
		o.t.Fatal(err)
	}
	if _, err := o.book.Apply(now, s); err != nil {
		o.t.Fatal(err)
	}
}

// move lets the hand do what waits.
func (o *obeying) move() {
	for _, job := range o.hand.take() {
		job(o.t.Context())
	}
}

// The hand takes its time, and looks go on meanwhile: what the guard has until then must not be taken for its own policy.
func TestAPolicyOnItsWayIsNotTakenForTheGuardsOwn(t *testing.T) {
	own := actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 32}, Retry: actors.Retry{Attempts: 3}, Deadline: actors.Deadline{Total: time.Second}}
	o := newObeying(t, own)
	looks := func() {
		for range 3 {
			o.enforce()
		}
	}
	o.order(orders.Order{Verb: orders.Policy, Policy: map[string]string{"bulkhead.concurrency": "4"}})
	looks()
	o.move()
	if got := o.guard.Policy(); got.Bulkhead.Concurrency != 4 || got.Retry.Attempts != 3 {
		t.Errorf("after the first order: %+v %+v", got.Bulkhead, got.Retry)
	}
	o.order(orders.Order{Verb: orders.Policy, Policy: map[string]string{"retry": "off"}})
	looks()
	o.move()
	looks()
	o.move()
	if got := o.guard.Policy(); got.Bulkhead.Concurrency != 32 || got.Retry.Attempts != 0 {
		t.Errorf("after the second order, which ends the values of the first: %+v %+v", got.Bulkhead, got.Retry)
	}
	if ps := o.foresee(o.guard, orders.Order{Verb: orders.Policy, Policy: map[string]string{"retry.attempts": "2"}}); ps.Err() != nil {
		t.Error(ps)
	}
	o.order(orders.Order{Verb: orders.Release})
	looks()
	o.order(orders.Order{Verb: orders.Shadow}) // before the release has reached the guard
	looks()
	o.move()
	looks()
	o.move()
	if got := o.guard.Policy(); got.Bulkhead.Concurrency != 32 || got.Retry.Attempts != 3 || got.Mode != actors.ShadowPolicy {
		t.Errorf("in shadow: %+v", got)
	}
	o.order(orders.Order{Verb: orders.Release})
	for range 2 {
		looks()
		o.move()
	}
	looks()
	if got := o.guard.Policy(); got.Bulkhead.Concurrency != 32 || got.Retry.Attempts != 3 || got.Mode != own.Mode {
		t.Errorf("in the end: %+v", got)
	}
	if s := o.standing["payments"]; s != nil || len(o.hand.take()) != 0 {
		t.Errorf("something is left to be done: %+v", s)
	}
}

func TestAnOrderThatChangesNothingIsTakenOffWithoutAnUpdate(t *testing.T) {
	o := newObeying(t, actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 32}})
	o.order(orders.Order{Verb: orders.Policy, Policy: map[string]string{"bulkhead.concurrency": "32"}})
	o.enforce()
	o.move()
	o.order(orders.Order{Verb: orders.Release})
	for range 3 {
		o.enforce()
		if jobs := o.hand.take(); len(jobs) != 0 {
			t.Errorf("%d updates to what is there", len(jobs))
		}
	}
	if s := o.standing["payments"]; s != nil {
		t.Errorf("%+v", s)
	}
}

// A guard that somebody else gave a policy meanwhile keeps it.
func TestAPolicyThatSomebodyElseGaveSurvivesTheOrder(t *testing.T) {
	o := newObeying(t, actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 32}})
	o.order(orders.Order{Verb: orders.Policy, Policy: map[string]string{"bulkhead.queue": "9"}})
	o.enforce()
	o.move()
	if _, err := o.guard.Update(t.Context(), actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 64}}); err != nil {
		t.Fatal(err)
	}
	o.enforce()
	o.move()
	if got := o.guard.Policy().Bulkhead; got.Concurrency != 64 || got.Queue != 9 {
		t.Errorf("%+v", got)
	}
	o.order(orders.Order{Verb: orders.Release})
	o.enforce()
	o.move()
	if got := o.guard.Policy().Bulkhead; got.Concurrency != 64 || got.Queue != 0 {
		t.Errorf("after the release: %+v", got)
	}
}
