// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Those of the highest priority can no longer use the permit; the next rank gets it,
// and a lower one that is late as well is left to its own alarm.
func TestHandOverSkipsARankThatIsLateOrGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(Bulkhead{Concurrency: 1, Queue: 4, MaxWait: time.Second}, fuseboard.NewClock())
		g.TryEnter()
		join := func(p fuseboard.Priority) *waiter {
			w, _ := g.join(fuseboard.WithPriority(context.Background(), p), unread, fuseboard.Never, nil)
			return w
		}
		critical, sheddable := join(fuseboard.Critical), join(fuseboard.Sheddable)
		critical.limit, sheddable.limit = g.clock.Now(), g.clock.Now() // the alarm has not rung yet
		normal, high := join(fuseboard.Normal), join(fuseboard.High)
		g.Leave()
		if err := critical.reason(<-critical.ready); !errors.Is(err, ErrLate) {
			t.Errorf("critical: %v", err)
		}
		if err := <-high.ready; err != nil || len(normal.ready) != 0 || len(sheddable.ready) != 0 {
			t.Errorf("high: %v; %d and %d below it were answered", err, len(normal.ready), len(sheddable.ready))
		}
		if err := g.withdraw(sheddable, ErrLate); !errors.Is(err, ErrLate) {
			t.Errorf("sheddable: %v", err)
		}
		g.Leave()
		if err := <-normal.ready; err != nil {
			t.Errorf("normal: %v", err)
		}
		g.Leave()
		if word := g.word.Load(); word != 0 || g.waiters.first() != nil {
			t.Errorf("left %#x, %+v", word, g.waiters)
		}
	})
}

// The number of an arrival wraps; the order of refusals does not.
func TestOldestIsRefusedFirstAlsoWhenArrivalsWrap(t *testing.T) {
	q := &ranks{came: ^uint32(0) - 1}
	waiters := []*waiter{{rank: 2}, {rank: 0}, {rank: 2}, {rank: 1}, {rank: 0}}
	for _, w := range waiters {
		q.add(w, "")
	}
	for i := len(waiters) - 1; i >= 0; i-- {
		if q.youngest() != waiters[i] {
			t.Fatalf("waiter %d is not the youngest", i)
		}
		q.remove(waiters[i])
	}
	if q.youngest() != nil || q.first() != nil || *q != (ranks{came: q.came}) {
		t.Errorf("left %+v", q)
	}
}
