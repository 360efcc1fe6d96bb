// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"math"
	"time"
)

// decorrelatedGrowth is how many times the wait before a decorrelated wait may be.
const decorrelatedGrowth = 3

// After returns the wait after that many failures in a row (the first is 1; less
// counts as 1), where no wait came before. It is [Backoff.Next] with a last of zero.
func (b Backoff) After(failures int, scale, u float64) time.Duration {
	return b.Next(0, failures, scale, u)
}

// Next returns the wait after that many failures in a row (the first is 1; less
// counts as 1), when the wait before was last (zero where there was none). The scale
// stretches it and comes from the failure's class, see [TreatmentOf]; u in [0,1) is the
// randomness of this one decision, see [Uniform].
//
// Without jitter the wait d is Base × Factor^(failures−1), or Base × failures, or
// Base; times the scale; at most Max. With full jitter it is uniform in [0, d],
// which spreads callers best; with equal jitter it is d/2 and a uniform share of the
// other half. With decorrelated jitter it is uniform in [Base × scale, 3 × last], at most
// Max, and last counts as no less than Base × scale; failures are not looked at. Where last
// is near Max, two waits of three are Max: callers that have failed for long come in step
// again, as they would without jitter. (All from "Exponential Backoff And Jitter", AWS
// Architecture Blog, 2015.)
//
// It is never negative and never above Max, whatever the arguments: there is no number
// of failures at which it overflows, and a scale that is no number waits for Max rather
// than not at all.
func (b Backoff) Next(last time.Duration, failures int, scale, u float64) time.Duration {
	b = b.WithDefaults()
	if b.Jitter == DecorrelatedJitter {
		return b.decorrelated(last, scale, u)
	}
	wait := capped(b.grown(max(failures, 1))*scale, b.Max)
	switch b.Jitter {
	case NoJitter:
		return wait
	case EqualJitter:
		return wait/2 + spread(wait-wait/2, u)
	default:
		return spread(wait, u)
	}
}

// decorrelated is the next wait where each comes from the one before.
func (b Backoff) decorrelated(last time.Duration, scale, u float64) time.Duration {
	least := capped(float64(b.Base)*scale, b.Max)
	most := decorrelatedGrowth * float64(max(last, least))
	if !(u > 0) {
		u = 0
	}
	return capped(float64(least)+min(u, 1)*(most-float64(least)), b.Max)
}

// grown is the wait before scale, cap and jitter, in nanoseconds; it may be infinite.
func (b Backoff) grown(failures int) float64 {
	base := float64(b.Base)
	switch b.Kind {
	case Constant:
		return base
	case Linear:
		return base * float64(failures)
	default:
		return base * math.Pow(b.Factor, float64(failures-1))
	}
}

// spread returns the duration in [0, d] that u in [0,1) stands for.
func spread(d time.Duration, u float64) time.Duration {
	if !(u > 0) {
		return 0
	}
	return capped(min(u, 1)*(float64(d)+1), d)
}

// capped returns so many nanoseconds, but no less than zero and no more than most; what
// is no number is most.
func capped(d float64, most time.Duration) time.Duration {
	if !(d < float64(most)) {
		return max(most, 0)
	}
	return max(time.Duration(d), 0)
}
