// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// Sheddable work waits for a quota that seldom has room: that tells nothing of how fast
// permits come back for others.
func TestEstimateOfAPriorityIsNotThatOfThoseWhoWaitForTheirQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(mailbox.Bulkhead{
			Concurrency: 10, Queue: 100, MaxWait: time.Minute, Estimate: true, Quota: mailbox.PriorityQuota{Sheddable: 0.5},
		}, clock)
		high := func() { wantError(t, g.Enter(ctxAt(fuseboard.High), fuseboard.Never), nil) }
		for range 10 {
			high()
		}
		for range 30 {
			g.Post(ctxAt(fuseboard.Sheddable), fuseboard.Never, work{})
		}
		for range 20 { // twice a second there is room for one
			time.Sleep(500 * time.Millisecond)
			for range 6 {
				g.Leave()
			}
			for range 5 {
				high()
			}
		}
		if d := g.Depth(); d.InUse != 10 || d.Waiting != 10 {
			t.Fatalf("%+v", d)
		}
		if w := g.Wait(fuseboard.Sheddable); w < 5400*time.Millisecond || w > 5600*time.Millisecond {
			t.Errorf("sheddable work is expected to wait %v", w)
		}
		if w := g.Wait(fuseboard.High); w != 0 {
			t.Errorf("high work is expected to wait %v, and nobody knows", w)
		}
		var d diary
		for range 20 {
			g.Post(ctxAt(fuseboard.High), clock.Now().Add(time.Second), work{
				run: func() { time.Sleep(100 * time.Millisecond); g.Leave() }, refuse: func(why error) { d.write(why.Error()) },
			})
		}
		for range 10 {
			g.Leave()
		}
		time.Sleep(time.Second)
		if all := d.all(); len(all) != 0 {
			t.Errorf("refused %d: %q", len(all), all[0])
		}
		g.Stop()
	})
}
