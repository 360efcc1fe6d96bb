// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Defaults of an [Adaptive] and of a [PerKey].
const (
	// DefaultBackoff is what is left of the limit after an overload: half, as in TCP (RFC
	// 5681 §3.1; Chiu and Jain, "Analysis of the increase and decrease algorithms", 1989).
	DefaultBackoff = 0.5
	// DefaultEvery is the interval in which the limit moves at most once each way.
	DefaultEvery = time.Second
	// DefaultKeys is how many keys a table remembers.
	DefaultKeys = 10_000

	mostKeys = 1_000_000
)

// Adaptive moves the limit between Floor and Ceiling: an overload multiplies it by
// Backoff, an interval without one in which the limit held somebody back adds Step. The
// zero Adaptive is off.
type Adaptive struct {
	// Floor is the least limit, in units per Per. 1 to Limit; default a tenth of Limit, at
	// least 1.
	Floor int
	// Ceiling is the greatest limit, in units per Per. Limit to 1000000000; default Limit.
	Ceiling int
	// Backoff is what is left of the limit after an overload. 10% to 99%; default 50%.
	Backoff float64 `plain:"rate"`
	// Step is what a quiet interval adds, in units per Per. 1 to 1000000000; default a
	// twentieth of Limit, at least 1.
	Step int
	// Every is the interval: one decrease in it at most, as all that an overload breaks
	// comes from one cause, and one increase. 10ms to 1h; default 1s.
	Every time.Duration
}

// On reports whether any field is set.
func (a Adaptive) On() bool { return a != Adaptive{} }

func (a Adaptive) withDefaults(limit int) Adaptive {
	if !a.On() || limit == 0 {
		return a
	}
	fill(&a.Floor, max(1, limit/10))
	fill(&a.Ceiling, limit)
	fill(&a.Backoff, DefaultBackoff)
	fill(&a.Step, max(1, limit/20))
	fill(&a.Every, DefaultEvery)
	return a
}

func (a Adaptive) validate(limit int) fuseboard.Problems {
	var c plain.Check
	top := max(limit, 1)
	c.Int("floor", a.Floor, 1, top, "the floor is below the limit of the policy")
	c.Int("ceiling", a.Ceiling, top, mostUnits, "the ceiling is above the limit of the policy")
	c.Rate("backoff", a.Backoff, 0.1, 0.99, "50% halves the limit")
	c.Int("step", a.Step, 1, mostUnits, "")
	c.Duration("every", a.Every, 10*time.Millisecond, time.Hour, "")
	return c.Problems()
}

// PerKey is the limit of each key (a tenant, a user, a host) under the whole: a token
// bucket over the Per of its policy. The zero PerKey is off.
type PerKey struct {
	// Limit is how many units of one key may come in Per. 1 to 1000000000; it has no default.
	Limit int
	// Burst is how many units of one key may come at once. 1 to 1000000000; default a tenth
	// of Limit, at least 1.
	Burst int
	// Keys is how many keys are remembered at most; see [Keyed]. 1 to 1000000; default 10000.
	Keys int
}

// On reports whether any field is set.
func (k PerKey) On() bool { return k != PerKey{} }

// WithDefaults returns k with its defaults written out; a PerKey that is off stays off.
func (k PerKey) WithDefaults() PerKey {
	if !k.On() {
		return k
	}
	fill(&k.Burst, max(1, k.Limit/10))
	fill(&k.Keys, DefaultKeys)
	return k
}

func (k PerKey) validate(per time.Duration) fuseboard.Problems {
	if !k.On() {
		return nil
	}
	var c plain.Check
	checkLimit(&c, k.Limit, mostUnits)
	c.Int("burst", k.Burst, 1, mostUnits, "leave it out for a tenth of the limit")
	checkPace(&c, k.Limit, k.Burst, per)
	c.Int("keys", k.Keys, 1, mostKeys, "leave it out for 10000")
	return c.Problems()
}
