// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestFuseboardAddsOneAllocation_Alloc keeps the bound where it is reached: the request with
// another context, and all else that a call needs, are one object. Over a transport that looks at the context, as net/http's does, a deadline costs a timer and
// what belongs to it: that is counted, too, so that it does not grow unseen.
func TestFuseboardAddsOneAllocation_Alloc(t *testing.T) {
	exact := map[string]float64{"http-empty": 1, "http-get": 1, "http-post": 1, "http-watched": 7}
	for scenario, want := range exact {
		s := named(t, scenario)
		costs := map[string]float64{}
		for _, c := range s.field() {
			if c.name == stubOnly || strings.HasPrefix(c.name, "Fuseboard") {
				costs[c.name] = allocations(t, c, s)
			}
		}
		for name, cost := range costs {
			if added := cost - costs[stubOnly]; name != stubOnly && added != want {
				t.Errorf("%s, %s: %v allocations more than the stub alone, want %v", s.name, name, added, want)
			}
		}
	}
}

// TestAllocationsOfEveryKindOfCallAreExact_Alloc: what a call allocates is no matter of
// how busy the machine is. Where a figure grew there is a reason, or a mistake.
func TestAllocationsOfEveryKindOfCallAreExact_Alloc(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates")
	}
	exact := map[string]map[string]float64{
		ours: {
			"stack": 1, "stack-capturing": 2, "circuit-closed": 1, "circuit-open": 0,
			"permits-free": 1, "timeout": 1, "retry": 1, "retry-fails-once": 5,
			"ask": 2,
		},
		"Fuseboard, caller's deadline": {"stack": 0},
		byLimiter:                      {"adaptive": 0},
		ourRate:                        {"rate": 0},
		ourCache:                       {"cache-hit": 0},
		ourCacheOnOtter:                {"cache-hit": 0},
		ourRate + ", odd limit":        {"rate": 0},
		"Fuseboard, the part alone":    {"circuit-closed": 0, "circuit-open": 0, "permits-free": 0},
	}
	for name, of := range exact {
		for scenario, want := range of {
			s := named(t, scenario)
			at := slices.IndexFunc(contenders, func(c contender) bool { return c.name == name })
			if got := allocations(t, contenders[at], s); got != want {
				t.Errorf("%s, %s: %v allocations, want %v", name, scenario, got, want)
			}
		}
	}
}

// TestIdleGuardsHoldNoGoroutine_Alloc: however many there are.
func TestIdleGuardsHoldNoGoroutine_Alloc(t *testing.T) {
	before := runtime.NumGoroutine()
	made, finish, err := fuseboardMany(needs(works), 1000)
	if err != nil {
		t.Fatal(err)
	}
	defer finish()
	settled, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	for runtime.NumGoroutine()-before > 10 { // their actors have just begun
		if settled.Err() != nil {
			t.Fatalf("1000 guards brought %d goroutines, want those of one System", runtime.NumGoroutine()-before)
		}
		runtime.Gosched()
	}
	runtime.KeepAlive(made)
}

func allocations(t *testing.T, c contender, s scenario) float64 {
	t.Helper()
	one, err := s.begin(c)
	defer one.end()
	if err != nil {
		t.Fatal(err)
	}
	call := one.one()
	return testing.AllocsPerRun(1000, func() {
		if wrong := s.wants.check(call()); wrong != nil {
			t.Error(wrong)
		}
	})
}
