// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// What shadow foretells is what the same policy does to the same requests where it is
// enforced: its refusals one by one, and every transition with its instant. Waits and
// cuts are left out, since they move what comes after them.
func TestShadowForetellsWhatAnEnforcedPolicyDoes(t *testing.T) {
	refused := 0
	rapid.Check(t, func(rt *rapid.T) {
		h := drawHistory(rt)
		p := Policy{
			Breaker:  Breaker{Consecutive: rapid.IntRange(1, 3).Draw(rt, "consecutive"), OpenFor: 300 * time.Millisecond, Probes: rapid.IntRange(1, 2).Draw(rt, "probes")},
			Bulkhead: Bulkhead{Concurrency: rapid.IntRange(1, 3).Draw(rt, "permits")},
		}
		enforced, n := h.suffer(t, p)
		foretold, _ := h.suffer(t, inShadow(p))
		refused += n
		if enforced != foretold {
			rt.Fatalf("%+v\n%+v\nforetold:\n%s\nenforced:\n%s", p, h.requests, foretold, enforced)
		}
	})
	if !testing.Short() && refused == 0 { // a short run has few histories
		t.Error("nothing was refused")
	}
}

// suffer makes the first attempts of all requests as calls, and returns what the
// policy did or would have done, and how much.
func (h history) suffer(t *testing.T, p Policy) (told string, n int) {
	var lines []string
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		sub := sys.Subscribe(1000)
		r := spawn(t, sys, p, func(ctx context.Context, s scripted) (int, error) {
			if s.attempts[0].how == "goexit" { // the same to a circuit
				s.attempts = []behaviour{{how: "error", take: s.attempts[0].take}}
			}
			return s.run(ctx, 0)
		})
		var wait sync.WaitGroup
		for _, s := range h.requests {
			wait.Add(1)
			time.AfterFunc(s.at, func() {
				defer wait.Done()
				defer func() { _ = recover() }() // shadow lets a panic pass
				_, _ = r.Call(t.Context(), s)
			})
		}
		time.Sleep(time.Minute) // the same for both, longer than all requests
		wait.Wait()
		s := r.Stats()
		by := s.Would.Refused
		if p.Mode == EnforcePolicy {
			by = s.Rejected
		}
		n = int(by.sum())
		lines = append(lines, fmt.Sprintf("%+v, %+v, %s", by, s.Window, s.State))
		if err := sys.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		for e := range sub.C() {
			lines = append(lines, fmt.Sprintf("%d %s %s", e.At, e.Kind, e.Transition))
		}
	})
	return strings.Join(lines[:len(lines)-1], "\n"), n // the stop comes when the last handler is done
}
