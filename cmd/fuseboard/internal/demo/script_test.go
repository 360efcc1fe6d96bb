// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func ExampleNewScript() {
	s := NewScript(25 * time.Second)
	fmt.Println(s.At(4*time.Second).Name, s.At(13*time.Second).Name)
	fmt.Println("healthy again at", s.Return())
	// Output:
	// slow hanging
	// healthy again at 17s
}

func TestThePhasesAreHealthySlowFailingHangingHealthyAndFillTheRun(t *testing.T) {
	want := []string{"healthy", "slow", "failing", "hanging", "healthy"}
	var share float64
	for i, p := range phases {
		if p.Name != want[i] {
			t.Errorf("phase %d is %s, want %s", i, p.Name, want[i])
		}
		share += p.Share
	}
	if math.Abs(share-1) > 1e-9 {
		t.Errorf("the phases take %v of the run, want all of it", share)
	}
	if first, last := phases[0], phases[len(phases)-1]; first.Work != last.Work || first.Fail != last.Fail {
		t.Errorf("the upstream returns to %+v, but began as %+v: recovery would mean something else", last, first)
	}
}

func TestAPhaseBeginsAtItsStartAndTheLastDoesNotEnd(t *testing.T) {
	s := NewScript(25 * time.Second)
	for at, want := range map[time.Duration]string{
		0: "healthy", 3*time.Second - 1: "healthy", 3 * time.Second: "slow",
		8*time.Second - 1: "slow", 8 * time.Second: "failing", 12 * time.Second: "hanging",
		17*time.Second - 1: "hanging", 17 * time.Second: "healthy", time.Hour: "healthy",
	} {
		if got := s.At(at).Name; got != want {
			t.Errorf("at %s the upstream is %s, want %s", at, got, want)
		}
	}
}

func TestNextVisitsEveryPhaseOnceForEveryLengthOfRun(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		total := time.Duration(rapid.Int64Range(int64(2*time.Second), int64(10*time.Minute)).Draw(t, "for"))
		s := NewScript(total)
		at, seen := time.Duration(0), []string{s.At(0).Name}
		for {
			next, more := s.Next(at)
			if !more {
				break
			}
			if next <= at || next >= total {
				t.Fatalf("phase %d begins at %s, after %s in a run of %s", len(seen), next, at, total)
			}
			at = next
			seen = append(seen, s.At(at).Name)
		}
		if len(seen) != len(phases) || at != s.Return() || s.Total() != total {
			t.Fatalf("saw phases %v, the last at %s; the script says it returns at %s of %s", seen, at, s.Return(), s.Total())
		}
	})
}
