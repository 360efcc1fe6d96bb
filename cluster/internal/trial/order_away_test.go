// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/supervision"
)

// dies ends the last node as a crash does.
func (f *fleet) dies() {
	f.t.Helper()
	last := len(f.nodes) - 1
	r := f.nodes[last]
	f.nodes = f.nodes[:last]
	r.end()
	_ = r.node.Close()
	if err := r.sys.Shutdown(context.Background()); err != nil {
		f.t.Error(err)
	}
}

// after is the wall clock's time in a while, as an order has it.
func after(d time.Duration) time.Time { return time.Now().UTC().Truncate(time.Millisecond).Add(d) }

// What superseded an order may have ended when somebody who was away comes back with the older one: it tells him all the same.
func TestAnOrderThatWasSupersededDoesNotComeBackWithWhoWasAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, trusting := signer(t)
		dirs := []string{t.TempDir(), t.TempDir(), t.TempDir(), t.TempDir()}
		onDisk := func(i int, o *cluster.Options) { trusting(i, o); o.Dir = dirs[i] }
		f := newFleet(t, 3, following(), onDisk)
		defer f.close()
		time.Sleep(3 * time.Second)
		give(t, s, f.nodes[0].node, orders.Order{Verb: orders.HoldOpen, Reason: "A", Expires: after(4 * time.Minute)})
		time.Sleep(3 * time.Second)
		f.dies()
		give(t, s, f.nodes[0].node, orders.Order{Verb: orders.HoldClosed, Reason: "B", Expires: after(2 * time.Second)})
		time.Sleep(4 * time.Second)
		f.start(2, following(), onDisk)
		time.Sleep(10 * time.Second)
		f.start(3, following(), onDisk)
		time.Sleep(10 * time.Second)
		f.atEase()
		f.dies()
		f.start(3, following(), onDisk) // with an order on disk that has ended
		time.Sleep(10 * time.Second)
		f.atEase()
	})
}

// atEase wants no order in force anywhere, and nothing that anybody complains of.
func (f *fleet) atEase() {
	f.t.Helper()
	for _, r := range f.nodes {
		st, err := r.node.Status(f.t.Context())
		if err != nil || len(st.Orders) > 0 || st.Trouble != "" {
			f.t.Errorf("%s: %+v, trouble %q, %v", r.name, st.Orders, st.Trouble, err)
		}
		for _, refused := range st.Refused {
			if refused.Reason == "not-accepted" {
				f.t.Errorf("%s: %s", r.name, refused.Text)
			}
		}
		if got := r.ref.Evidence().Mode; got != supervision.Enforce {
			f.t.Errorf("%s: %s", r.name, got)
		}
	}
}
