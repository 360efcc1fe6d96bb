// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"math"
	"math/rand/v2"

	"github.com/fuseboard/fuseboard"
)

// mix is how many calls in ten are of which priority.
var mix = [...]fuseboard.Priority{
	fuseboard.Critical, fuseboard.High, fuseboard.High,
	fuseboard.Normal, fuseboard.Normal, fuseboard.Normal, fuseboard.Normal, fuseboard.Normal,
	fuseboard.Sheddable, fuseboard.Sheddable,
}

// priorities returns how urgent one call after the other is. The same seed gives the
// same ones.
func priorities(seed uint64) func() fuseboard.Priority {
	dice := rand.New(rand.NewPCG(seed, 3)) //nolint:gosec // dice, not secrets
	return func() fuseboard.Priority { return mix[dice.IntN(len(mix))] }
}

// Shares are of the calls of each priority that were made while the upstream was slow,
// and so had less room than calls: how many got a good answer in time, 0 to 1.
type Shares struct {
	// Critical, High, Normal and Sheddable are named as the priorities.
	Critical  float64 `json:"slow_goodput_critical"`
	High      float64 `json:"slow_goodput_high"`
	Normal    float64 `json:"slow_goodput_normal"`
	Sheddable float64 `json:"slow_goodput_sheddable"`
}

// sharesOf makes them from the samples of that time.
func sharesOf(samples []Sample) Shares {
	share := func(p fuseboard.Priority) float64 {
		all := count(samples, func(s Sample) bool { return s.Priority == p })
		if all == 0 {
			return 0
		}
		good := count(samples, func(s Sample) bool { return s.Priority == p && s.Good() })
		return math.Round(float64(good)/float64(all)*1e4) / 1e4
	}
	return Shares{
		Critical: share(fuseboard.Critical), High: share(fuseboard.High),
		Normal: share(fuseboard.Normal), Sheddable: share(fuseboard.Sheddable),
	}
}
