// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/cluster/events"
	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/gossip/record"
	"github.com/fuseboard/fuseboard/supervision"
)

// signer returns a key, and what trusts it.
func signer(t *testing.T) (orders.Signer, func(int, *cluster.Options)) {
	t.Helper()
	s, err := orders.GenerateSigner()
	if err != nil {
		t.Fatal(err)
	}
	op, err := s.Operator("ann")
	if err != nil {
		t.Fatal(err)
	}
	return s, func(_ int, o *cluster.Options) { o.Operators = []orders.Operator{op} }
}

// signed is an order of ann's about payments, for ten minutes where no end is given.
func signed(t *testing.T, s orders.Signer, n *cluster.Node, o orders.Order) orders.Signed {
	t.Helper()
	v, err := n.NextVersion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o.Fleet, o.Author, o.Version = n.Fleet(), "Ann", v
	if o.Dependency == "" {
		o.Dependency = "payments"
	}
	if o.Reason == "" {
		o.Reason = "the bank asked for it"
	}
	o.Issued = time.Now().UTC().Truncate(time.Millisecond)
	if o.Verb != orders.Release && o.Expires.IsZero() {
		o.Expires = o.Issued.Add(10 * time.Minute)
	}
	done, err := s.Sign(o)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func give(t *testing.T, s orders.Signer, n *cluster.Node, o orders.Order) {
	t.Helper()
	if c, err := n.Order(t.Context(), signed(t, s, n, o)); err != nil || c.Verdict != orders.Taken {
		t.Fatalf("%v, %v", c.Verdict, err)
	}
}

// modes are the modes of all circuits, as a word where they are the same.
func (f *fleet) modes() string {
	all := map[string]bool{}
	for _, r := range f.nodes {
		all[r.ref.Evidence().Mode.String()] = true
	}
	return strings.Join(keysOf(all), " and ")
}

func keysOf(m map[string]bool) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	return names
}

func TestAnOrderHoldsOnAllNodesUntilItIsReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, trusting := signer(t)
		f := newFleet(t, 5, following(), trusting)
		defer f.close()
		time.Sleep(5 * time.Second)
		give(t, s, f.nodes[0].node, orders.Order{Verb: orders.HoldOpen})
		time.Sleep(3 * time.Second)
		if got := f.modes(); got != supervision.HoldOpen.String() {
			t.Errorf("after the order: %s", got)
		}
		give(t, s, f.nodes[3].node, orders.Order{Verb: orders.Release})
		time.Sleep(3 * time.Second)
		if got := f.modes(); got != supervision.Enforce.String() {
			t.Errorf("after the release: %s", got)
		}
	})
}

func TestAnOrderEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, trusting := signer(t)
		f := newFleet(t, 3, following(), trusting)
		defer f.close()
		time.Sleep(3 * time.Second)
		give(t, s, f.nodes[0].node, orders.Order{Verb: orders.HoldClosed, Dependency: orders.All})
		time.Sleep(5 * time.Minute)
		if got := f.modes(); got != supervision.HoldClosed.String() {
			t.Errorf("halfway: %s", got)
		}
		time.Sleep(5*time.Minute + 2*time.Second)
		if got := f.modes(); got != supervision.Enforce.String() {
			t.Errorf("after its end: %s", got)
		}
	})
}

func TestWhoComesLateHearsOfAnOldOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, trusting := signer(t)
		f := newFleet(t, 3, following(), trusting)
		defer f.close()
		time.Sleep(3 * time.Second)
		give(t, s, f.nodes[0].node, orders.Order{Verb: orders.HoldOpen})
		time.Sleep(8 * time.Minute) // longer than a node's own records outlive it
		f.start(3, following(), trusting)
		time.Sleep(5 * time.Second)
		if got := f.nodes[3].ref.Evidence().Mode; got != supervision.HoldOpen {
			t.Errorf("%s", got)
		}
	})
}

// A member without an operator's key writes that the order's record is deleted, in the future, before there is one.
func TestNobodyTakesAnOrderBackWithoutAKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, trusting := signer(t)
		f := newFleet(t, 3, following(), trusting)
		defer f.close()
		evil, err := gossip.Start(t.Context(), gossip.Options{
			Name: "evil", Label: f.nodes[0].node.Fleet(), Keys: [][]byte{key}, Seeds: []gossip.Seeds{gossip.Static("10.0.0.1:7946")},
			Carrier: func(string) (memberlist.NodeAwareTransport, error) { return f.net.Node("evil") },
		})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = evil.Close() }()
		time.Sleep(3 * time.Second)
		gone := record.Record{
			Owner: gossip.Nobody + "operators", Key: "order/payments/circuit", Kind: record.Transition, Deleted: true,
			Version: record.Version{Epoch: uint64(time.Now().Add(50 * time.Minute).UnixMilli()), Seq: 1},
		}
		if err := evil.Offer(gone); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		give(t, s, f.nodes[0].node, orders.Order{Verb: orders.HoldOpen})
		time.Sleep(5 * time.Second)
		if got := f.modes(); got != supervision.HoldOpen.String() {
			t.Errorf("%s", got)
		}
	})
}

func TestAnOrderChangesAPolicyForATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, trusting := signer(t)
		f := newFleet(t, 3, following(), trusting)
		defer f.close()
		time.Sleep(3 * time.Second)
		give(t, s, f.nodes[1].node, orders.Order{Verb: orders.Policy, Policy: map[string]string{"bulkhead.concurrency": "7", "deadline.total": "300ms"}})
		give(t, s, f.nodes[1].node, orders.Order{Verb: orders.Shadow})
		time.Sleep(4 * time.Second)
		for _, r := range f.nodes {
			p := r.ref.Policy()
			if p.Bulkhead.Concurrency != 7 || p.Deadline.Total != 300*time.Millisecond || p.Mode.String() != "shadow" {
				st, _ := r.node.Status(t.Context())
				t.Errorf("%s: %v %v %v %+v %+v", r.name, p.Bulkhead, p.Deadline, p.Mode, p.Breaker, st.Dependencies)
			}
		}
		time.Sleep(10 * time.Minute)
		for _, r := range f.nodes {
			if p := r.ref.Policy(); p.Bulkhead.Concurrency != 0 || p.Deadline.Total != 0 || p.Mode.String() != "enforce" {
				t.Errorf("%s, after its end: %+v", r.name, p)
			}
		}
	})
}

func TestAnOrderOfAStrangerIsRefusedAndTravelsNowhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, trusting := signer(t)
		stranger, _ := signer(t)
		f := newFleet(t, 3, following(), trusting)
		defer f.close()
		time.Sleep(3 * time.Second)
		n := f.nodes[0].node
		var refused *orders.RefusedError
		if _, err := n.Order(t.Context(), signed(t, stranger, n, orders.Order{Verb: orders.HoldOpen})); !errors.As(err, &refused) {
			t.Errorf("%v", err)
		}
		time.Sleep(5 * time.Second)
		if got := f.modes(); got != supervision.Enforce.String() {
			t.Errorf("%s", got)
		}
	})
}

func TestOrdersOutliveARestartOfAllNodesWhereThereIsADisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, trusting := signer(t)
		dirs := []string{t.TempDir(), t.TempDir(), t.TempDir()}
		onDisk := func(i int, o *cluster.Options) { trusting(i, o); o.Dir = dirs[i] }
		f := newFleet(t, 3, following(), onDisk)
		time.Sleep(3 * time.Second)
		give(t, s, f.nodes[0].node, orders.Order{Verb: orders.HoldOpen})
		time.Sleep(3 * time.Second)
		for _, r := range f.nodes {
			if st, err := r.node.Status(t.Context()); err != nil || st.Durability != orders.Disk || len(st.Orders) != 1 || st.Orders[0].Operator != "ann" {
				t.Errorf("%s: %+v, %v", r.name, st, err)
			}
		}
		f.close()
		g := newFleet(t, 3, following(), onDisk)
		defer g.close()
		time.Sleep(3 * time.Second)
		if got := g.modes(); got != supervision.HoldOpen.String() {
			t.Errorf("after the restart: %s", got)
		}
	})
}

func TestANodeThatWasCutOffHearsOfOrdersAndEventsWhenItComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, trusting := signer(t)
		f := newFleet(t, 3, following(), trusting)
		defer f.close()
		time.Sleep(5 * time.Second)
		if err := f.net.Part([]string{"n0", "n1"}, []string{"n2"}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Second)
		give(t, s, f.nodes[0].node, orders.Order{Verb: orders.HoldOpen})
		time.Sleep(5 * time.Second)
		if st, err := f.nodes[2].node.Status(t.Context()); err != nil || !st.Isolated || len(st.Orders) != 0 {
			t.Errorf("cut off: %+v, %v", st, err)
		}
		f.net.Heal()
		time.Sleep(20 * time.Second)
		if got := f.modes(); got != supervision.HoldOpen.String() {
			t.Errorf("after the healing: %s", got)
		}
		page, err := f.nodes[2].node.Events(t.Context(), events.Cursor{}, 0)
		if err != nil || !has(page, "n0", cluster.EventOrder) {
			t.Errorf("%+v, %v", page, err)
		}
	})
}

func has(p events.Page, origin, kind string) bool {
	for _, e := range p.Items {
		if e.Origin == origin && e.Kind == kind {
			return true
		}
	}
	return false
}

func TestEventsOfAllNodesComeInTheOrderOfEachAndOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 5, following(), nil)
		defer f.close()
		time.Sleep(20 * time.Second)
		for _, r := range f.nodes {
			r.down.Store(true)
		}
		time.Sleep(15 * time.Second)
		for _, r := range f.nodes {
			page, err := r.node.Events(t.Context(), events.Cursor{}, 0)
			if err != nil {
				t.Fatal(err)
			}
			last, held := map[string]uint64{}, map[string]bool{}
			for _, e := range page.Items {
				if e.Seq <= last[e.Origin] || e.Lost > 0 {
					t.Errorf("%s: event %d of %s after %d, %d lost", r.name, e.Seq, e.Origin, last[e.Origin], e.Lost)
				}
				last[e.Origin] = e.Seq
				held[e.Origin] = held[e.Origin] || e.Kind == cluster.EventFleet && e.To == "hold"
			}
			if len(held) != 5 || len(last) != 5 {
				t.Errorf("%s heard of holds of %v", r.name, held)
			}
			for origin, is := range held {
				if !is {
					t.Errorf("%s did not hear that %s holds", r.name, origin)
				}
			}
		}
	})
}

func TestWhoWaitsForEventsIsWokenOrGetsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 3, following(), nil)
		defer f.close()
		time.Sleep(20 * time.Second)
		n := f.nodes[1].node
		after, err := n.Latest(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if page, err := n.Events(ctx, after, 10); err != nil || len(page.Items) != 0 {
			t.Errorf("%v, %v", page, err)
		}
		f.nodes[0].down.Store(true)
		began := time.Now()
		page, err := n.Events(t.Context(), after, 10)
		if err != nil || len(page.Items) == 0 {
			t.Errorf("%v, %v", page, err)
		}
		fmt.Fprintln(t.Output(), time.Since(began), page.Items[0].Text)
	})
}
