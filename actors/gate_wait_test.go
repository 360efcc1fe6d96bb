// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

// When to come again is said to each priority as it is: who is served after others waits longer.
func TestRefusedCallIsToldWhenCallsOfItsPriorityAreServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowdedBulkhead(t, Bulkhead{Concurrency: 1, Queue: 40, MaxWait: 200 * time.Millisecond, Estimate: true})
		sheddable, high := ctxOf(fuseboard.Sheddable, ""), ctxOf(fuseboard.High, "")
		for range 4 {
			c.call(sheddable)
		}
		for range 20 {
			time.Sleep(20 * time.Millisecond)
			c.release <- struct{}{}
			c.call(sheddable)
		}
		for range 20 {
			c.call(sheddable)
		}
		_, err := c.ref.Call(sheddable, 0)
		e := wantRefusedByGate(t, err, ErrHopeless, "; again in")
		if again := e.RetryAfter(); again < 200*time.Millisecond || again != c.ref.gate.Wait(fuseboard.Sheddable) {
			t.Errorf("again in %v, but it would have waited %v", again, c.ref.gate.Wait(fuseboard.Sheddable))
		}
		if x := c.ref.ExplainCall(sheddable, 1); x.Verdict.Admitted || x.Verdict.RetryAfter != e.RetryAfter() {
			t.Errorf("%+v", x.Verdict)
		}
		if x := c.ref.ExplainCall(high, 1); !x.Verdict.Admitted {
			t.Errorf("%+v", x.Verdict)
		}
		time.Sleep(time.Second) // all who wait are late
		c.ends(t, 1)
	})
}
