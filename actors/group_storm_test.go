// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard/supervision"
)

// Whatever opens and recovers when: a group is open for as long as it says, opens
// for reasons only that its members have by themselves, and is closed and quiet at
// last when nobody fails any more.
func TestAGroupNeverKeepsItselfOpen(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		synctest.Test(t, func(t *testing.T) {
			sys, err := Start(Options{Seed: rapid.Uint64Range(1, 1<<40).Draw(rt, "seed")})
			if err != nil {
				t.Fatal(err)
			}
			members := rapid.IntRange(3, 6).Draw(rt, "members")
			share := float64(rapid.IntRange(1, 10).Draw(rt, "tenths")) / 10
			p := GroupPolicy{Breaker: GroupBreaker{Share: share, OpenFor: time.Duration(rapid.IntRange(1, 9).Draw(rt, "seconds")) * time.Second}}
			world := newRegion(t, sys, sys, "world", 0, GroupPolicy{Breaker: GroupBreaker{Share: 1}})
			r := newRegion(t, sys, world.Group, "eu", members, p)
			for range rapid.IntRange(1, 25).Draw(rt, "steps") {
				i := rapid.IntRange(0, members-1).Draw(rt, "member")
				r.down[i] = rapid.Bool().Draw(rt, "down")
				_, _ = r.refs[i].Call(t.Context(), 1)
				pass(time.Duration(rapid.IntRange(0, 3000).Draw(rt, "ms")) * time.Millisecond)
				at, now := r.stand.Load(), sys.Now()
				if n := census(r.Guards(), now); at.state == Closed && p.Breaker.WithDefaults().reached(int(n.Failures), n.Calls) {
					rt.Fatalf("%v of %d are open by themselves and the group is not", n.Failures, n.Calls)
				}
				if at.state == Open && at.until <= now {
					rt.Fatalf("open beyond its time")
				}
			}
			clear(r.down)
			pass(time.Hour) // nobody calls: the members' own open times pass
			if r.State() != Closed || world.State() != Closed || r.Stats().Held != 0 {
				rt.Fatalf("%v an hour after the last failure: %+v", r.State(), r.Stats())
			}
			if err := sys.Shutdown(t.Context()); err != nil {
				rt.Fatal(err)
			}
		})
	})
}

func TestGroupOpenTimeGrowsIsCappedAndSpread(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := GroupBreaker{
			Share: 0.5, OpenFor: time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(time.Hour)).Draw(t, "open for")),
			OpenGrowth: rapid.Float64Range(1, 10).Draw(t, "growth"), OpenJitter: rapid.Float64Range(0, 0.5).Draw(t, "jitter"),
		}.WithDefaults()
		opens, u := rapid.IntRange(1, 1000).Draw(t, "opens"), supervision.Uniform(rapid.Uint64().Draw(t, "seed"), 1)
		d := b.openTime(opens, u)
		if low := time.Duration(float64(min(b.OpenFor, b.MaxOpen)) * (1 - b.OpenJitter)); d < low-1 || d > b.MaxOpen {
			t.Fatalf("%s is not within %s and %s", d, low, b.MaxOpen)
		}
		if b.openTime(opens+1, u) < d {
			t.Fatal("shrinks")
		}
	})
}

// Calls, faults, commands, policies and comings and goings at once: nobody hangs,
// every event comes in its order, and at the end nothing is left.
func TestATreeUnderEverythingAtOnceStorm(t *testing.T) {
	synctest.Test(t, everythingAtOnce)
}

func everythingAtOnce(t *testing.T) {
	sys := start(t)
	sub := sys.Subscribe(maxBuffer)
	p := GroupPolicy{Restart: exact(3, time.Microsecond), Breaker: GroupBreaker{Share: 0.5, OpenFor: time.Millisecond, MaxOpen: 2 * time.Millisecond}}
	world := group(t, sys, "world", p)
	eu := group(t, world, "eu", p)
	brisk := Policy{Breaker: Breaker{Consecutive: 2, OpenFor: time.Millisecond, MaxOpen: time.Millisecond, Probes: 1}, Bulkhead: Bulkhead{Concurrency: 2, Queue: 2}}
	var refs []*Ref[int, int]
	for i := range 6 {
		home := []Parent{world, eu}[i%2]
		refs = append(refs, member(t, home, fmt.Sprintf("m-%d", i), brisk, func(_ context.Context, n int) (int, error) {
			if n%3 != 0 {
				return 0, errDown
			}
			return n, nil
		}))
	}
	ctx := context.Background()
	const rounds = 300
	var wait sync.WaitGroup
	for _, r := range refs {
		wait.Go(func() {
			for n := range rounds {
				_, _ = r.Call(ctx, n)
				if n%50 == 0 {
					r.breakOnce()
				}
				time.Sleep(time.Duration(n%7) * time.Microsecond)
			}
		})
	}
	wait.Go(func() {
		for n := range rounds / 10 {
			if err := eu.Command(ctx, Command{Mode: Mode(n % 5), Reason: "storm", By: "ann", TTL: time.Duration(n%5) * time.Millisecond}); err != nil {
				t.Error(err)
			}
			if _, err := world.Update(ctx, GroupPolicy{Restart: p.Restart, Breaker: GroupBreaker{Share: float64(n%4) / 4}}); err != nil {
				t.Error(err)
			}
			_, _ = world.Stats(), eu.State()
		}
	})
	wait.Go(func() {
		for range rounds / 10 {
			come := group(t, eu, "come", p)
			member(t, come, "go", brisk, echo)
			if err := come.Stop(ctx); err != nil {
				t.Error(err)
			}
		}
	})
	wait.Wait()
	if err := sys.Shutdown(ctx); err != nil || sub.Dropped() > 0 {
		t.Fatalf("%v; %d events dropped", err, sub.Dropped())
	}
	last, begun := map[string]uint64{}, 0
	for e := range sub.C() {
		who := e.Group + ":" + e.Dependency
		if e.Kind == EventStarted {
			last[who] = 0
			begun++
		}
		if last[who]++; e.Seq != last[who] {
			t.Fatalf("%s: event %d after %d", who, e.Seq, last[who]-1)
		}
	}
	if want := 8 + 2*rounds/10; begun != want {
		t.Errorf("%d of %d said that they started", begun, want)
	}
}
