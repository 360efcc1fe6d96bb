// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// For ten seconds more calls come than can be served. With codel half of those who are
// served have waited for less than twice the target; with fifo all queue up to the end of
// their patience.
func TestStandingQueueIsCutToItsTarget(t *testing.T) {
	for _, load := range []float64{1.2, 1.5, 2} {
		for _, order := range []mailbox.Order{mailbox.CoDel, mailbox.FIFO} {
			t.Run(fmt.Sprintf("%v at %v", order, load), func(t *testing.T) {
				s := station{service: 10 * time.Millisecond, bulkhead: mailbox.Bulkhead{
					Concurrency: 10, Queue: 2000, MaxWait: time.Second, Order: order,
				}}
				guests, _ := s.run(t, 10*time.Second, source{perSec: load * 1000})
				in := served(guests, 0)
				median := quantile(waits(in), 0.5)
				t.Logf("%d of %d served; median wait %v, 99%% %v", len(in), len(guests), median, quantile(waits(in), 0.99))
				if stands := median > 2*mailbox.DefaultTarget; stands != (order == mailbox.FIFO) {
					t.Errorf("the median of the served waited %v", median)
				}
				if len(in) < 9500 {
					t.Errorf("only %d were served: permits were idle", len(in))
				}
			})
		}
	}
}

// A burst that drains within the interval is served as it came, to the last.
func TestCoDelServesABurstAsItCame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 100, MaxWait: time.Second, Order: mailbox.CoDel}, clock)
		mustEnter(t, g)
		var got []int
		for i := range 10 {
			g.Post(ctxBG, fuseboard.Never, work{
				run:    func() { got = append(got, i); time.Sleep(9 * time.Millisecond); g.Leave() },
				refuse: func(why error) { t.Errorf("%d after %v: %v", i, time.Duration(clock.Now()), why) },
			})
		}
		g.Leave()
		time.Sleep(time.Second)
		synctest.Wait()
		if fmt.Sprint(got) != "[0 1 2 3 4 5 6 7 8 9]" {
			t.Errorf("served %v", got)
		}
		wantEmpty(t, g)
	})
}

// Once the queue stands the newest is served and the old ones are refused with each permit,
// but never the last one: its permit would be idle.
func TestCoDelNeverRefusesTheLastOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 9, MaxWait: time.Minute, Order: mailbox.CoDel}, fuseboard.NewClock())
		mustEnter(t, g)
		oldest := enter(ctxBG, g, fuseboard.Never)
		old := enter(ctxBG, g, fuseboard.Never)
		time.Sleep(time.Second)
		g.Leave()
		wantError(t, answered(t, oldest), mailbox.ErrSojourn)
		wantError(t, answered(t, old), nil)

		alone := enter(ctxBG, g, fuseboard.Never) // the queue was empty: all is forgotten
		time.Sleep(90 * time.Millisecond)
		young := enter(ctxBG, g, fuseboard.Never)
		g.Leave()
		wantError(t, answered(t, alone), nil)
		g.Leave()
		wantError(t, answered(t, young), nil)
		g.Leave()
		wantEmpty(t, g)
	})
}

func TestLIFOServesWhoCameLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 100, MaxWait: time.Second, Order: mailbox.LIFO}, fuseboard.NewClock())
		mustEnter(t, g)
		var got []int
		for i := range 5 {
			g.Post(ctxBG, fuseboard.Never, work{run: func() { got = append(got, i); g.Leave() }})
		}
		critical := false
		g.Post(ctxAt(fuseboard.Critical), fuseboard.Never, work{run: func() { critical = len(got) == 0; g.Leave() }})
		g.Leave()
		synctest.Wait()
		if fmt.Sprint(got) != "[4 3 2 1 0]" || !critical {
			t.Errorf("served %v, the critical one first: %v", got, critical)
		}
		wantEmpty(t, g)
	})
}

func TestOrderIsAWord(t *testing.T) {
	for i, word := range []string{"fifo", "lifo", "codel"} {
		order := mailbox.Order(9)
		if err := order.UnmarshalText([]byte(word)); err != nil || order != mailbox.Order(i) || order.String() != word {
			t.Errorf("%s: %v, %v", word, order, err)
		}
		if text, err := order.MarshalText(); err != nil || string(text) != word {
			t.Errorf("%s is written as %s, %v", word, text, err)
		}
	}
	order := mailbox.LIFO
	if err := order.UnmarshalText([]byte("random")); err == nil || order != mailbox.LIFO {
		t.Errorf("took an unknown word: %v", order)
	}
	if _, err := mailbox.Order(9).MarshalText(); err == nil || mailbox.Order(9).String() != "unknown" {
		t.Error("wrote what has no word")
	}
	if err := (mailbox.Bulkhead{Queue: 1, Order: 9}).Validate().Err(); err == nil || errors.Is(err, mailbox.ErrFull) {
		t.Error("an unknown order is fine")
	}
}

// A queue that is never empty, but whose oldest is always served within the target, does
// not stand: one that waits longer once is served. From an interval on it stands.
func TestQueueThatIsServedWithinTheTargetDoesNotStand(t *testing.T) {
	for extra, stands := range map[time.Duration]bool{0: false, 100*time.Millisecond - 1: false, 100 * time.Millisecond: true} {
		synctest.Test(t, func(t *testing.T) {
			g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 9, MaxWait: time.Minute, Order: mailbox.CoDel}, fuseboard.NewClock())
			mustEnter(t, g)
			next := enter(ctxBG, g, fuseboard.Never)
			for range 50 {
				time.Sleep(5 * time.Millisecond)
				after := enter(ctxBG, g, fuseboard.Never) // before the other is served: never empty
				time.Sleep(5 * time.Millisecond)
				g.Leave()
				wantError(t, answered(t, next), nil)
				next = after
			}
			last := enter(ctxBG, g, fuseboard.Never)
			time.Sleep(max(extra, 30*time.Millisecond))
			g.Leave()
			if stands {
				wantError(t, answered(t, next), mailbox.ErrSojourn)
				wantError(t, answered(t, last), nil)
			} else {
				wantError(t, answered(t, next), nil)
				g.Leave()
				wantError(t, answered(t, last), nil)
			}
			g.Leave()
			wantEmpty(t, g)
		})
	}
}

// Nobody is refused for the sake of one who has left at this very moment.
func TestCoDelRefusesNobodyForOneThatIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 9, MaxWait: time.Minute, Order: mailbox.CoDel}, fuseboard.NewClock())
		mustEnter(t, g)
		old := enter(ctxBG, g, fuseboard.Never)
		ctx, leave := context.WithCancelCause(ctxBG)
		young := enter(ctx, g, fuseboard.Never)
		time.Sleep(time.Second)
		leave(errLeave)
		g.Leave()
		wantError(t, answered(t, young), errLeave)
		wantError(t, answered(t, old), nil)
		g.Leave()
		wantEmpty(t, g)
	})
}
