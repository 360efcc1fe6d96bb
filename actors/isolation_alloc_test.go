// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"testing"
	"time"
)

// What worker isolation adds to a call is nothing once it is warm. The one
// allocation is the attempt's own context, which a handler may keep.
func TestWorkerIsolationAllocatesNothing_Alloc(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates; run without -race")
	}
	bg := context.Background()
	early, end := context.WithTimeout(bg, time.Hour)
	defer end()
	policy := fullWorkersPolicy
	policy.Deadline = Deadline{Total: 3 * time.Hour, Attempt: 2 * time.Hour}
	full := spawn(t, start(t), policy, echo)
	other, err := Bind(full.Guard, "name", func(_ context.Context, s string) (string, error) { return s, nil })
	if err != nil {
		t.Fatal(err)
	}
	stuck := spawn(t, start(t), Policy{Deadline: Deadline{Attempt: time.Millisecond}, Workers: Workers{Max: 2, MaxAbandoned: 1}}, hang)
	release := make(chan struct{})
	_, _ = Do(bg, stuck.Guard, func(context.Context) (int, error) { <-release; return 0, nil })
	for what, c := range map[string]struct {
		want float64
		call func()
	}{
		"the caller's deadline is the first": {0, func() { _, _ = full.Call(early, 1) }},
		"a deadline of the policy's own":     {1, func() { _, _ = full.Call(bg, 1) }},
		"operations of two types in turn": {0, func() {
			_, _ = full.Call(early, 1)
			_, _ = other.Call(early, "x")
		}},
		"refused for abandoned work": {0, func() { _, _ = stuck.Call(early, 1) }},
	} {
		if got := testing.AllocsPerRun(200, c.call); got != c.want {
			t.Errorf("%s: %v allocations, want %v", what, got, c.want)
		}
	}
	if s := stuck.Stats(); s.Rejected.Workers == 0 {
		t.Errorf("%+v", s)
	}
	close(release)
}
