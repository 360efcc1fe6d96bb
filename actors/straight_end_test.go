// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestHeldSuccessesCountBesideFailuresHoweverLongTheyLast: answers that are read for longer than
// the window is are in it, or the few failures would be all that it knows.
func TestHeldSuccessesCountBesideFailuresHoweverLongTheyLast(t *testing.T) {
	for _, meta := range []bool{false, true} { // straight, and not
		synctest.Test(t, func(t *testing.T) {
			with := holds(new([]error))
			with.Classify, with.Meta = nil, meta
			r := spawn(t, start(t), Policy{
				Breaker: Breaker{FailureRate: 0.5, MinCalls: 5, Window: Window{Span: 10 * time.Second}},
			}, sheets, with)
			for i := range 1000 {
				if i > 400 && i%10 == 9 { // by then as many end as begin
					_, _ = r.Call(t.Context(), 0)
				} else if p, err := r.Call(t.Context(), 1); err == nil {
					time.AfterFunc(30*time.Second, func() { p.held.End(nil) })
				} else {
					t.Fatalf("meta %t, call %d: %v", meta, i, err)
				}
				time.Sleep(100 * time.Millisecond)
				if i == 400 {
					if w := r.Stats().Window; w.Calls < 90 {
						t.Errorf("meta %t: %+v", meta, w)
					}
				}
			}
		})
	}
}

// TestKeyIsUsedUntilItsHeldAnswerEnds: only from then on it may be idle.
func TestKeyIsUsedUntilItsHeldAnswerEnds(t *testing.T) {
	for _, meta := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			with := holds(new([]error))
			with.Classify, with.Meta = nil, meta
			k, err := SpawnKeyed(start(t), "tenants", sheets, Policy{}, KeyLimits{Idle: time.Minute}, with)
			if err != nil {
				t.Fatal(err)
			}
			p, err := k.Call(t.Context(), "a", 1)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Minute)
			p.held.End(nil)
			time.Sleep(50 * time.Second)
			if _, there := k.Guard("a"); !there {
				t.Errorf("meta %t: forgotten 50s after its last use", meta)
			}
		})
	}
}
