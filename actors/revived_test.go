// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestRestartBehindAStopRevivesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		eu := group(t, sys, "eu", GroupPolicy{Restart: exact(5, time.Second)})
		in := member(t, eu, "in", Policy{}, stubborn)
		under := member(t, sys, "under", Policy{}, stubborn)
		for _, r := range []*Ref[int, int]{in, under} {
			messaged(context.Background(), r, 60) // its worker keeps the actor stopping
			synctest.Wait()
			r.breakOnce() // its restart is due in a second
			synctest.Wait()
			sys.root.Stop(r.PID())
		}
		time.Sleep(2 * time.Minute)
		ctx, end := context.WithTimeout(t.Context(), time.Minute)
		defer end()
		if err := eu.Stop(ctx); err != nil || !eu.hasStopped() {
			t.Errorf("%v, stopped %v", err, eu.hasStopped())
		}
		for _, r := range []*Ref[int, int]{in, under} {
			if _, there := sys.actors.ProcessRegistry.GetLocal(r.PID().Id); there {
				t.Errorf("the actor of %s has not stopped", r.Name())
			}
		}
	})
}
