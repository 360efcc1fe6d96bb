// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/cluster/events"
	"github.com/fuseboard/fuseboard/cluster/orders"
)

func TestAnOrderTurnsASectionOffAndSetsAZero(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, trusting := signer(t)
		p := following()
		p.Retry, p.Deadline, p.Bulkhead = actors.Retry{Attempts: 3}, actors.Deadline{Total: 2 * time.Second}, actors.Bulkhead{Concurrency: 8, Queue: 16}
		f := newFleet(t, 3, p, trusting)
		defer f.close()
		time.Sleep(3 * time.Second)
		give(t, s, f.nodes[0].node, orders.Order{Verb: orders.Policy, Policy: map[string]string{
			"retry": "off", "bulkhead.queue": "0", "deadline": `{"total":"1s"}`,
		}})
		time.Sleep(4 * time.Second)
		for _, r := range f.nodes {
			got := r.ref.Policy()
			if got.Retry.Attempts != 0 || got.Bulkhead.Queue != 0 || got.Bulkhead.Concurrency != 8 || got.Deadline.Total != time.Second {
				t.Errorf("%s: %+v %+v %+v", r.name, got.Retry, got.Bulkhead, got.Deadline)
			}
		}
		page, err := f.nodes[2].node.Events(t.Context(), events.Cursor{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		said(t, page, "n0", cluster.EventOrder, `ann sets bulkhead.queue=0 deadline={"total":"1s"} retry=off: the bank asked for it`)
		said(t, page, "n1", string(actors.EventUpdated), "deadline.total 2s -> 1s; retry off; bulkhead.queue 16 -> 0")
		give(t, s, f.nodes[1].node, orders.Order{Verb: orders.Release, Of: orders.Values})
		time.Sleep(4 * time.Second)
		for _, r := range f.nodes {
			if got := r.ref.Policy(); got.Retry.Attempts != 3 || got.Bulkhead.Queue != 16 {
				t.Errorf("%s, after the release: %+v %+v", r.name, got.Retry, got.Bulkhead)
			}
		}
	})
}

// said looks for an event with a text.
func said(t *testing.T, p events.Page, origin, kind, text string) {
	t.Helper()
	var others []string
	for _, e := range p.Items {
		if e.Origin == origin && e.Kind == kind {
			if e.Text == text {
				return
			}
			others = append(others, e.Text)
		}
	}
	t.Errorf("%s has no event %s %q, but %q", origin, kind, text, others)
}

func TestValuesThatCannotBeReadAreForeseenEachOfThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 1, following(), nil)
		defer f.close()
		ps, err := f.nodes[0].node.Foresee(t.Context(), orders.Order{Verb: orders.Policy, Dependency: "payments", Policy: map[string]string{
			"rety": "off", "retry.attempts": "soon", "breaker.weights.timeout": "2", "bulkhead": "{}", "bulkhead.concurrency": "-1",
		}})
		if err != nil || len(ps.Errors()) != 5 {
			t.Errorf("%d: %v, %v", len(ps.Errors()), ps, err)
		}
	})
}

func TestEventsThatAreTooManyAreCountedInTheStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 1, following(), nil)
		defer f.close()
		r := f.nodes[0]
		if st, err := r.node.Status(t.Context()); err != nil || st.Untold != 0 {
			t.Errorf("%+v, %v", st, err)
		}
		for i := range 100 {
			if _, err := actors.Protect(r.sys, fmt.Sprintf("d%d", i), actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 1}}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Second)
		st, err := r.node.Status(t.Context())
		page, err2 := r.node.Events(t.Context(), events.Cursor{}, 0)
		started := 0
		for _, e := range page.Items {
			if e.Kind == string(actors.EventStarted) && e.Dependency != "payments" {
				started++
			}
		}
		if err != nil || err2 != nil || started == 100 || st.Untold != uint64(100-started) {
			t.Errorf("%d of 100 told, %d untold, %v, %v", started, st.Untold, err, err2)
		}
	})
}

func TestAFolderThatCanBeWrittenIsDurableFromTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "new")
		f := newFleet(t, 1, following(), func(_ int, o *cluster.Options) { o.Dir = dir })
		st, err := f.nodes[0].node.Status(t.Context())
		if err != nil || st.Durability != orders.Disk || st.Trouble != "" {
			t.Errorf("%+v, %v", st, err)
		}
		f.close()
		// what people shall look at stays as it is until an order comes
		book := filepath.Join(dir, "orders.book")
		if err := os.WriteFile(book, []byte("damaged"), 0o600); err != nil {
			t.Fatal(err)
		}
		g := newFleet(t, 1, following(), func(_ int, o *cluster.Options) { o.Dir = dir })
		defer g.close()
		if st, err := g.nodes[0].node.Status(t.Context()); err != nil || st.Durability != orders.Memory || st.Trouble == "" {
			t.Errorf("%+v, %v", st, err)
		}
	})
}
