// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

// busyHost is a host whose CPU is used to a share.
func busyHost(share float64) shedding.Source {
	return func(fuseboard.Instant) shedding.Signals { return shedding.Signals{CPU: share} }
}

func echoWord(_ context.Context, what string) (string, error) { return what, nil }

// Every way in which a policy's shedding can change: by another section, by none, by that of
// the System. A sampler that a plan obeys is there, and one that nobody obeys is gone.
func TestSheddingChangesWithItsPolicy(t *testing.T) {
	strict, mild := Shedding{CPU: 0.5}, Shedding{CPU: 0.99}
	for name, of := range map[string]Shedding{"none of the System's": {}, "the System's own": {CPU: 0.6}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sys := startWith(t, Options{Seed: 1, Host: busyHost(0.91), Shedding: of})
				r := spawn(t, sys, Policy{Shedding: strict}, echo)
				k := tenants(t, sys, Policy{Shedding: strict}, KeyLimits{Idle: 24 * time.Hour}, echoWord)
				_, _ = k.Call(t.Context(), "acme", "x")
				levelOf := func(g *Guard) shedding.Level {
					if s := g.loadOf().shed; s != nil {
						return s.Level()
					}
					return shedding.AdmitAll
				}
				for step, next := range []Shedding{strict, mild, {}, strict, {}, {}, mild} {
					time.Sleep(time.Minute)
					was := levelOf(r.Guard)
					change, err := r.Update(t.Context(), Policy{Shedding: next})
					if err != nil {
						t.Fatal(err)
					}
					if _, err := k.Update(t.Context(), Policy{Shedding: next}); err != nil {
						t.Fatal(err)
					}
					obeyed := next
					if !obeyed.On() {
						obeyed = of
					}
					is := levelOf(r.Guard)
					key, _ := k.Guard("acme")
					if key.loadOf().shed != r.loadOf().shed {
						t.Errorf("step %d: a key obeys another sampler than the guard", step)
					}
					if told := len(change.Lost) > 0; told != (is < was) {
						t.Errorf("step %d: from %s to %s is told as %q", step, was, is, change.Lost)
					}
					time.Sleep(time.Minute)
					want := shedding.AdmitAll
					if obeyed.On() && obeyed.CPU < 0.9 {
						want = shedding.ShedHigh
						if obeyed == of {
							want = shedding.ShedNormal
						}
					}
					if got := levelOf(r.Guard); got != want {
						t.Errorf("step %d: %s under %+v, want %s", step, got, obeyed, want)
					}
					watched := map[Shedding]bool{obeyed: true}
					delete(watched, Shedding{})
					if n := len(sys.pressure.all); n != len(watched) {
						t.Errorf("step %d: %d samplers for the one policy that is obeyed", step, n)
					}
				}
				if err := k.Stop(t.Context()); err != nil {
					t.Error(err)
				}
				if err := r.Stop(t.Context()); err != nil {
					t.Error(err)
				}
				if n := len(sys.pressure.all); n != 0 {
					t.Errorf("%d samplers are left when nobody obeys them", n)
				}
			})
		})
	}
}

func TestLostLevelOfSheddingIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := startWith(t, Options{Seed: 1, Host: busyHost(0.91)})
		r := spawn(t, sys, Policy{Shedding: Shedding{CPU: 0.5}}, echo)
		for _, c := range []struct {
			next Shedding
			lost []string
		}{
			{Shedding{CPU: 0.99}, []string{"the level of shedding (shed-high), because another policy judges the host now"}},
			{Shedding{CPU: 0.5}, nil},
			{Shedding{}, []string{"the level of shedding (shed-high), because shedding is off now"}},
		} {
			time.Sleep(time.Minute)
			change, err := r.Update(t.Context(), Policy{Shedding: c.next})
			if err != nil || !slices.Equal(change.Lost, c.lost) {
				t.Errorf("%+v: %q, %v, want %q", c.next, change.Lost, err, c.lost)
			}
		}
	})
}

// An Update that the System's limits refuse leaves no sampler behind.
func TestRefusedUpdateWatchesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := startWith(t, Options{Seed: 1, Host: busyHost(0), Limits: Limits{WindowBytes: 4 << 10}})
		r := spawn(t, sys, Policy{}, echo)
		k := tenants(t, sys, Policy{}, KeyLimits{}, echoWord)
		heavy := Policy{Shedding: Shedding{CPU: 0.5}, Rate: RateLimit{PerTenant: ratelimit.PerKey{Limit: 1}}}
		_, err := r.Update(t.Context(), heavy)
		wantIs(t, err, ErrLimit)
		_, err = k.Update(t.Context(), heavy)
		wantIs(t, err, ErrLimit)
		if n := len(sys.pressure.all); n != 0 {
			t.Errorf("%d samplers", n)
		}
	})
}
