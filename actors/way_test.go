// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// steered is a guard with what a model knows of it. Its handler tells whether it got a context of its own.
type steered struct {
	ref     *Ref[int, int]
	mode    PolicyMode
	stopped bool
}

// ownContext answers 1 where its context is not its caller's, who has context.Background(); else 0.
func ownContext(ctx context.Context, _ int) (int, error) {
	if ctx != context.Background() {
		return 1, nil
	}
	return 0, nil
}

// timed has a deadline, so that a handler under an enforced policy gets a context of its own.
func timed(m PolicyMode) Policy { return Policy{Mode: m, Deadline: Deadline{Attempt: time.Hour}} }

// found is how a call went, seen from outside.
func found(calls func() uint64, call func() (int, error)) string {
	before := calls()
	own, err := call()
	switch counted := calls() != before; {
	case errors.Is(err, ErrStopped):
		return "stopped"
	case err != nil:
		return err.Error()
	case own != 0:
		return EnforcePolicy.String()
	case counted:
		return ShadowPolicy.String()
	}
	return BypassPolicy.String()
}

// expected is how it has to go, and the way that says so.
func expected(sys, own PolicyMode, stopped, key bool) (word string, way uint32) {
	m := max(sys, own)
	switch {
	case stopped:
		return "stopped", wayUnsettled
	case m == ShadowPolicy || key:
		return m.String(), wayUnsettled
	case m == BypassPolicy:
		return m.String(), wayBypass
	}
	return m.String(), wayEnforce
}

// TestWayIsWhatModePlanAndGateSay: after every change by anybody, each way in goes as a
// model says that looks at mode, policy and gate.
func TestWayIsWhatModePlanAndGateSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		sys, err := Start(Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = sys.Shutdown(ctx) }()
		mode, ring := EnforcePolicy, &steered{}
		k, err := SpawnKeyed(sys, "tenants", ownContext, timed(EnforcePolicy), KeyLimits{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.Call(ctx, "a", 1); err != nil {
			t.Fatal(err)
		}
		g, _ := k.Guard("a")
		ring.ref, err = Bind(g, "op", ownContext)
		if err != nil {
			t.Fatal(err)
		}
		var all []*steered
		modes := rapid.SampledFrom(policyModesInOrder)
		live := func(t *rapid.T) *steered {
			if len(all) == 0 {
				t.Skip("no guard")
			}
			return rapid.SampledFrom(all).Draw(t, "guard")
		}
		t.Repeat(map[string]func(*rapid.T){
			"set": func(t *rapid.T) {
				mode = modes.Draw(t, "mode")
				must(t, sys.SetMode(mode))
			},
			"make": func(t *rapid.T) {
				s := &steered{mode: modes.Draw(t, "own")}
				s.ref, err = Spawn(sys, fmt.Sprint("g", len(all)), ownContext, timed(s.mode))
				must(t, err)
				all = append(all, s)
			},
			"update": func(t *rapid.T) {
				s := live(t)
				own := modes.Draw(t, "own")
				_, err := s.ref.Update(ctx, timed(own))
				if s.stopped != (err != nil) {
					t.Fatal(err)
				}
				if !s.stopped {
					s.mode = own
				}
			},
			"update keys": func(t *rapid.T) {
				own := modes.Draw(t, "own")
				if _, err := k.Update(ctx, timed(own)); ring.stopped != (err != nil) {
					t.Fatal(err)
				}
				if !ring.stopped {
					ring.mode = own
				}
			},
			"stop": func(t *rapid.T) {
				s := live(t)
				switch rapid.IntRange(0, 2).Draw(t, "how") {
				case 0:
					must(t, s.ref.Stop(ctx))
				case 1:
					sys.root.Poison(s.ref.PID())
				case 2:
					sys.root.Stop(s.ref.PID())
				}
				s.stopped = true
			},
			"stop keys": func(t *rapid.T) {
				if rapid.IntRange(0, 4).Draw(t, "rarely") == 0 {
					must(t, k.Stop(ctx))
					ring.stopped = true
				}
			},
			"": func(t *rapid.T) {
				for i, s := range all {
					word, way := expected(mode, s.mode, s.stopped, false)
					calls := func() uint64 { return s.ref.Stats().Calls }
					for how, call := range map[string]func() (int, error){
						"call": func() (int, error) { return s.ref.Call(ctx, 1) },
						"do": func() (int, error) {
							return Do(ctx, s.ref.Guard, func(got context.Context) (int, error) { return ownContext(got, 1) })
						},
					} {
						if got := found(calls, call); got != word {
							t.Fatalf("%s of guard %d: %s, want %s", how, i, got, word)
						}
					}
					if got := s.ref.way.Load(); got != way {
						t.Fatalf("guard %d: way %d, want %d", i, got, way)
					}
				}
				word, way := expected(mode, ring.mode, ring.stopped, false)
				calls := func() uint64 { return k.Stats().Calls }
				if got := found(calls, func() (int, error) { return k.Call(ctx, "a", 1) }); got != word {
					t.Fatalf("call of a key: %s, want %s", got, word)
				}
				if got := k.head.way.Load(); got != way {
					t.Fatalf("keyring: way %d, want %d", got, way)
				}
				word, way = expected(mode, ring.mode, ring.stopped, true)
				if got := found(calls, func() (int, error) { return ring.ref.Call(ctx, 1) }); got != word || ring.ref.way.Load() != way {
					t.Fatalf("ref of a key: %s, want %s; way %d", got, word, ring.ref.way.Load())
				}
			},
		})
	})
}

func must(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestStorm_WaysFollowWhoeverChangesThem: guards are made, changed and stopped while the
// System's mode flips. What SetMode, Update or Stop has put in force the next call finds, and
// when all is still, no way says anything else than mode, plan and gate.
func TestStorm_WaysFollowWhoeverChangesThem(t *testing.T) {
	const makers, rounds = 4, 150
	ctx, sys := context.Background(), start(t)
	fixed, err := Spawn(sys, "fixed", ownContext, timed(EnforcePolicy))
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	over := make(chan struct{})
	flips := sync.WaitGroup{}
	flips.Go(func() {
		for i := 0; !isClosed(over); i++ {
			m := policyModesInOrder[i%3]
			if err := sys.SetMode(m); err != nil {
				t.Error(err)
			}
			if got, err := fixed.Call(ctx, 1); err != nil || (got != 0) != (m == EnforcePolicy) {
				t.Errorf("%s is not in force when SetMode has returned: %v", m, err)
			}
		}
	})
	for n := range makers {
		wait.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(n), 1))
			for i := range rounds {
				r, err := Spawn(sys, fmt.Sprintf("g%d-%d", n, i), ownContext, timed(policyModesInOrder[rng.IntN(3)]))
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := r.Update(ctx, timed(BypassPolicy)); err != nil { // the weakest: whatever the System says
					t.Error(err)
				}
				if got, err := r.Call(ctx, 1); err != nil || got != 0 {
					t.Errorf("bypass is not in force when Update has returned: %v", err)
				}
				switch rng.IntN(4) {
				case 0: // it stays
				case 1:
					sys.root.Poison(r.PID())
					wantStoppedWay(t, r)
				case 2:
					sys.root.Stop(r.PID())
					wantStoppedWay(t, r)
				case 3:
					if err := r.Stop(ctx); err != nil {
						t.Error(err)
					}
					wantStoppedWay(t, r)
				}
			}
		})
	}
	wait.Wait()
	close(over)
	flips.Wait()
	left := sys.Guards()
	for _, g := range left {
		if got, want := g.way.Load(), g.wayNow(); got != want {
			t.Errorf("%s: way %d, want %d", g.name, got, want)
		}
	}
	if len(left) < makers*rounds/8 {
		t.Errorf("%d guards are left", len(left))
	}
}

func wantStoppedWay(t *testing.T, r *Ref[int, int]) {
	t.Helper()
	if _, err := r.Call(context.Background(), 1); !errors.Is(err, ErrStopped) {
		t.Errorf("stopped, and called: %v", err)
	}
}
