// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestKeyringWhoseActorBreaksTooOftenIsNamedInItsEscalation(t *testing.T) {
	for _, grouped := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			sys := start(t)
			sys.strat.Reshape(exact(1, time.Second))
			var under Parent = sys
			if grouped {
				under = group(t, sys, "eu", GroupPolicy{Restart: exact(1, time.Second)})
			}
			k := tenants(t, under, Policy{}, KeyLimits{}, func(_ context.Context, s string) (string, error) { return s, nil })
			sub := sys.Subscribe(1000)
			for range 3 {
				k.head.breakOnce()
				time.Sleep(10 * time.Second)
			}
			told := 0
			for len(sub.C()) > 0 {
				if e := <-sub.C(); e.Kind == EventEscalated {
					told++
					if e.Escalation.Dependency != k.Name() {
						t.Fatalf("%q: %+v", e.Dependency, e.Escalation)
					}
				}
			}
			if told == 0 {
				t.Error("no escalation was told")
			}
		})
	}
}
