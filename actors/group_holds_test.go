// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestMemberThatOneGroupLetsGoStaysUnderTheHoldOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		long := shares(0.25)
		long.Breaker.OpenFor = 20 * time.Second
		world := group(t, sys, "world", shares(0.25))
		eu := newRegion(t, sys, world, "eu", 4, long)
		eu.fail(t, 0)
		pass(time.Second)
		if _, err := eu.Update(t.Context(), GroupPolicy{}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		_, err := eu.refs[3].Call(t.Context(), 1)
		wantIs(t, err, ErrOpen)
		if world.State() != Open || !strings.Contains(err.Error(), "group world: 1 of 4 members open") || callError(t, err).RetryAfter() != 9*time.Second {
			t.Errorf("%v", err)
		}
		pass(9 * time.Second)
		if modes := eu.modes(); modes[3] != Enforce || modes[1] != Enforce {
			t.Errorf("%v after the last hold", modes)
		}
	})
}
