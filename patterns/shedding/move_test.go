// SPDX-License-Identifier: Apache-2.0

package shedding_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

func TestEachMoveOfTheLevelIsToldOnceInItsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		memory := []float64{0.5, 0.85, 0.85, 0.99, 0.1, 0.1, 0.1, 0.1, 0.99}
		n := 0
		var told []string
		s := shedding.NewSampler(
			shedding.Policy{Memory: 0.8, Every: time.Second, HoldFor: time.Second}, fuseboard.NewClock(),
			func(fuseboard.Instant) shedding.Signals {
				n++
				return shedding.Signals{Memory: memory[min(n, len(memory))-1]}
			})
		s.OnMove(func(m shedding.Move) {
			told = append(told, fmt.Sprint(m.From, " ", m.To, " ", m.Ended))
			if m.View.Level != m.To || s.Level() != m.To {
				t.Errorf("%+v, the level is %s", m, s.Level())
			}
		})
		s.Start()
		time.Sleep(8500 * time.Millisecond)
		s.Stop()
		s.Stop()
		want := []string{
			"admit-all shed-sheddable false", "shed-sheddable shed-high false",
			"shed-high shed-normal false", "shed-normal shed-sheddable false", "shed-sheddable admit-all false",
			"admit-all shed-high false", "shed-high admit-all true",
		}
		if !slices.Equal(told, want) {
			t.Errorf("%q", told)
		}
	})
}

func TestWatchIsToldInBrief(t *testing.T) {
	s := shedding.NewSampler(shedding.Policy{CPU: 0.85, RunQueue: 20 * time.Millisecond}, nil,
		func(fuseboard.Instant) shedding.Signals {
			return shedding.Signals{CPU: shedding.Unknown, RunQueue: 0}
		})
	s.Sample(0)
	var got []string
	for _, w := range s.View().Watches() {
		got = append(got, w.Brief())
	}
	if want := []string{"cpu not known (from 85%)", "run_queue 0s (from 20ms)"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
