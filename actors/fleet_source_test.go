// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"slices"
	"strings"
	"sync"
	"testing"
)

// listener notes what it hears.
type listener struct {
	mu    sync.Mutex
	heard []string
}

func (l *listener) Attach(g *Guard, f Fleet) {
	l.note("+" + g.Name() + " " + f.Mode.String())
	if f.MinCalls == 0 {
		l.note("without defaults")
	}
}
func (l *listener) Detach(g *Guard) { l.note("-" + g.Name()) }

func (l *listener) note(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard = append(l.heard, what)
}

func (l *listener) want(t *testing.T, want ...string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Equal(l.heard, want) {
		t.Errorf("heard %v, want %v", l.heard, want)
	}
	l.heard = nil
}

func TestTheFleetHearsOfGuardsWithTheSection(t *testing.T) {
	sys := start(t)
	protect := func(name string, p Policy) *Guard {
		g, err := Protect(sys, name, p)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	plain := Policy{Breaker: quickBreaker}
	advised := fleetPolicy
	advised.Fleet.Mode = FleetAdvise
	b, a := protect("b", fleetPolicy), protect("a", advised)
	off := protect("off", plain)
	if _, err := SpawnKeyed(sys, "keys", echo, fleetPolicy, KeyLimits{}); err != nil {
		t.Fatal(err)
	}
	l := &listener{}
	stop, err := sys.FollowFleet(l)
	if err != nil {
		t.Fatal(err)
	}
	l.want(t, "+a advise", "+b follow")
	if _, err := sys.FollowFleet(l); err == nil || !strings.Contains(err.Error(), "another source") {
		t.Error(err)
	}
	protect("c", fleetPolicy)
	l.want(t, "+c follow")
	for _, to := range []struct {
		g *Guard
		p Policy
	}{{off, advised}, {a, fleetPolicy}, {b, fleetPolicy}, {off, plain}} {
		if _, err := to.g.Update(t.Context(), to.p); err != nil {
			t.Fatal(err)
		}
	}
	l.want(t, "+off advise", "+a follow", "-off")
	if err := b.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.want(t, "-b")
	stop()
	protect("d", fleetPolicy)
	l.want(t)
	again, err := sys.FollowFleet(l)
	if err != nil {
		t.Fatal(err)
	}
	stop() // the first one's: it ends nothing any more
	l.want(t, "+a follow", "+c follow", "+d follow")
	protect("e", fleetPolicy)
	l.want(t, "+e follow")
	again()
}

func TestFollowFleetNeedsASourceAndASystem(t *testing.T) {
	if _, err := start(t).FollowFleet(nil); err == nil {
		t.Error("no source")
	}
	if _, err := (&System{}).FollowFleet(&listener{}); err == nil {
		t.Error("no System")
	}
}

// Guards are made, updated and stopped at once: in the end the source knows those that are left.
func TestTheFleetKnowsInTheEndWhoIsLeft(t *testing.T) {
	sys := start(t)
	l := &listener{}
	stop, err := sys.FollowFleet(l)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	var all sync.WaitGroup
	for _, name := range []string{"a", "b", "c", "d"} {
		for range 2 { // one of them finds the name taken
			all.Go(func() {
				for range 20 {
					g, err := Protect(sys, name, fleetPolicy)
					if err != nil {
						continue
					}
					_ = g.Follow(FleetOrder{Tighten: true})
					_, _ = g.Update(t.Context(), Policy{Breaker: quickBreaker})
					_, _ = g.Update(t.Context(), fleetPolicy)
					_ = g.Stop(t.Context())
				}
			})
		}
	}
	all.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	balance := 0
	for _, what := range l.heard {
		if what[0] == '-' {
			balance--
		} else {
			balance++
		}
	}
	sys.fleet.mu.Lock()
	defer sys.fleet.mu.Unlock()
	if balance != 0 || len(sys.fleet.guards) != 0 || len(l.heard) < 8 {
		t.Errorf("%d too many, %d on the roll, of %d", balance, len(sys.fleet.guards), len(l.heard))
	}
}
