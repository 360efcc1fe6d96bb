// SPDX-License-Identifier: Apache-2.0

package strategy

import (
	"slices"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

func TestRestartsAreCountedWithinTheTimeAndMemoryIsBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := supervision.Restart{Max: rapid.IntRange(1, 4).Draw(t, "max"), Within: 10 * time.Second}
		memory := newLives(rules)
		children := make([]*actor.RestartStatistics, 4)
		history := map[*actor.RestartStatistics][]fuseboard.Instant{} // everything, for ever
		for i := range children {
			children[i] = actor.NewRestartStatistics()
		}
		now := fuseboard.Instant(0)
		for range rapid.IntRange(1, 80).Draw(t, "failures") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(6*time.Second)).Draw(t, "pause")))
			child := children[rapid.IntRange(0, 3).Draw(t, "child")]
			before := memory.fail(now, child)
			got, waiting := before.restarts, before.waiting
			want := 0
			for _, at := range history[child] {
				if now.Sub(at) < rules.Within {
					want++
				}
			}
			if got != min(want, rules.Max) || waiting {
				t.Fatalf("at %d: %d restarts (waiting %v), want %d", now, got, waiting, want)
			}
			if got >= rules.Max {
				memory.forget(child)
				delete(history, child)
				continue
			}
			memory.count(now, child, time.Second)
			memory.restarting(child)
			if !memory.fail(now, child).waiting {
				t.Fatal("a decided restart is not waited for")
			}
			memory.restarted(child)
			history[child] = append(history[child], now)
			requireBounded(t, memory, now, rules)
		}
	})
}

func requireBounded(t *rapid.T, memory *lives, now fuseboard.Instant, rules supervision.Restart) {
	for _, child := range memory.known {
		last := slices.Max(append(child.restarts, 0))
		if len(child.restarts) > rules.Max || now.Sub(last) > 2*rules.Within {
			t.Fatalf("remembers %d restarts, the last %s ago", len(child.restarts), now.Sub(last))
		}
	}
}

func TestChildrenThatNeverFailAgainAreForgotten(t *testing.T) {
	memory := newLives(supervision.Restart{Max: 1, Within: time.Second})
	now := fuseboard.Instant(0)
	for range 10_000 {
		now = now.Add(10 * time.Millisecond)
		child := actor.NewRestartStatistics()
		memory.fail(now, child)
		memory.count(now, child, time.Second)
		memory.restarting(child)
		memory.restarted(child)
		if known := len(memory.known); known > 200 { // two seconds of failures
			t.Fatalf("%d children remembered", known)
		}
	}
}
