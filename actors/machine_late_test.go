// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// A judged wish ends its context, and another that waits under it ends with that: at
// the same step, because its guard counts it then.
func TestMachineJudgesWhatEndsWithAJudgedWish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := startMachine(t, 1)
		defer func() {
			m.letAllGo()
			_ = m.sys.Shutdown(context.Background())
		}()
		m.doing = []string{"by hand"}
		narrow := m.wardOf(t, "narrow", Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Minute}})
		hasty := m.wardOf(t, "hasty", Policy{Workers: Workers{Max: 1}})
		m.wishOf(narrow, 0, act{how: "stuck"}).async()
		m.check(t)
		// Its context is its caller's own, because that has the first deadline, so the
		// stop of its guard leaves it behind and does not end it.
		m.wishOf(hasty, time.Minute, act{how: "nested", to: narrow, its: "ok"}).async()
		m.check(t)
		m.end(&ending{what: "stop of hasty", wards: []*ward{hasty}}, 0, hasty.g.Stop)
		m.check(t)
		if got := narrow.g.Stats().Left; got != 1 {
			t.Errorf("%d have left, want the one in the other's handler", got)
		}
	})
}

func (m *machine) wardOf(t *testing.T, name string, p Policy) *ward {
	t.Helper()
	w := &ward{name: name, policies: []Policy{p}}
	r, err := Spawn(m.sys, name, m.handle(w), p, m.hooks())
	if err != nil {
		t.Fatal(err)
	}
	w.g, w.refs = r.Guard, []*Ref[*wish, int]{r}
	m.wards = append(m.wards, w)
	return w
}

// wishOf is an Ask whose caller waits so long; zero: for ever.
func (m *machine) wishOf(of *ward, within time.Duration, deed act) *wish {
	w := m.newWish(of, "ask")
	w.deeds, w.dated = []act{deed}, within > 0
	if w.ctx, w.leave = context.WithCancel(context.Background()); w.dated {
		w.ctx, w.leave = context.WithTimeout(context.Background(), within)
	}
	return w
}
