// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

// A host that is offered more than it bears, for five minutes: what is shed takes its load
// away. Nothing is shed that is more important than what had to be, and levels change
// slowly.
func TestNoMoreIsShedThanHadToBe(t *testing.T) {
	const minutes = 5 * time.Minute
	for name, c := range map[string]struct {
		load map[fuseboard.Priority]float64
		shed fuseboard.Priority // the most important that must be
		most float64            // share of the time in which it is admitted, at most
	}{
		"sheddable is enough": {map[fuseboard.Priority]float64{fuseboard.Sheddable: 0.6, fuseboard.Normal: 0.3, fuseboard.High: 0.1, fuseboard.Critical: 0.1}, fuseboard.Sheddable, 0.25},
		"normal must go":      {map[fuseboard.Priority]float64{fuseboard.Sheddable: 0.1, fuseboard.Normal: 0.6, fuseboard.High: 0.2, fuseboard.Critical: 0.2}, fuseboard.Normal, 0.35},
		"high must go":        {map[fuseboard.Priority]float64{fuseboard.Normal: 0.1, fuseboard.High: 0.5, fuseboard.Critical: 0.6}, fuseboard.High, 0.5},
	} {
		t.Run(name, func(t *testing.T) {
			h := &history{t: t, policy: Policy{CPU: 0.85}}
			admitted, falls, readings := map[fuseboard.Priority]int{}, 0, 0
			for h.now < fuseboard.Instant(minutes) {
				cpu := 0.0
				for p, load := range c.load {
					if h.state.Level.Admits(p) {
						cpu += load
						admitted[p]++
					}
				}
				before := h.state.Level
				h.read(Signals{CPU: min(cpu, 1)})
				if h.state.Level < before {
					falls++
				}
				readings++
			}
			for p := range c.load {
				share := float64(admitted[p]) / float64(readings)
				t.Logf("%v admitted %.0f %% of the time", p, 100*share)
				if p > c.shed && share < 1 || p == c.shed && share > c.most {
					t.Errorf("%v is admitted %.0f %% of the time", p, 100*share)
				}
			}
			if most := int(minutes / DefaultHoldFor); falls > most {
				t.Errorf("%d falls in %v", falls, minutes)
			}
		})
	}
}
