// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"math"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// GroupPolicy says how a group supervises what is in it. It is plain data like
// [Policy], with the same codec. The zero GroupPolicy restarts by the defaults.
type GroupPolicy struct {
	// Restart bounds how often the broken actor of one guard is rebuilt before its
	// failure goes up to the group above or the System. It is never off.
	Restart Restart
	// Breaker holds all members open when too many of them are. Off by default.
	Breaker GroupBreaker
}

// GroupBreaker opens a group when a share of its members has opened by itself: a
// region that fails as a whole is left alone as a whole. The zero GroupBreaker is
// off; set any field and the others take their defaults.
//
// A member is a guard of the group or of a group below; the guards of keys are
// none. One counts as open while
// its own circuit is, under Enforce or Shadow and a policy that is enforced; one that a command or a group holds
// does not, so a group never keeps itself open. While the group is open every
// member that was not open itself, and that no command of an operator ruled, is
// under HoldOpen. One that comes later, or closes meanwhile, is not. When the time is
// over the group is judged anew.
type GroupBreaker struct {
	// Share of the members that opens the group, reached at its value: 1% to 100%. Default 50%.
	Share float64 `plain:"rate"`
	// MinMembers is how many members there must be before a share is judged: 2 to
	// 10 000. Default 3.
	MinMembers int
	// OpenFor is how long the first opening lasts: 1ms to 24h. Default 10s, or MaxOpen when that is less.
	OpenFor time.Duration
	// OpenGrowth multiplies the open time with each opening that follows the one
	// before at once: 1 (no growth) to 10. Default 2.
	OpenGrowth float64
	// MaxOpen caps the open time after growth and jitter: 1ms to 24h. Default 5m, or OpenFor when that is more.
	MaxOpen time.Duration
	// OpenJitter spreads the open time by up to this share in both directions: 0 to 0.5. Default 0.1.
	OpenJitter float64 `plain:"rate"`
}

// Defaults of a [GroupBreaker] that is on.
const (
	defaultShare      = 0.5
	defaultMinMembers = 3
	defaultGroupOpen  = 10 * time.Second
	defaultGroupMost  = 5 * time.Minute
	defaultGroupGrows = 2
	defaultGroupSpan  = 0.1
)

// The accepted ranges of a GroupBreaker.
const (
	leastShare     = 0.01
	leastMembers   = 2
	mostMembers    = 10_000
	shortestOpen   = time.Millisecond
	longestOpen    = 24 * time.Hour
	mostOpenGrowth = 10
	mostOpenJitter = 0.5
	codeConflict   = "conflict"
)

// On reports whether any field is set.
func (b GroupBreaker) On() bool { return b != GroupBreaker{} }

// WithDefaults returns b with every default written out, if it is on.
func (b GroupBreaker) WithDefaults() GroupBreaker {
	if !b.On() {
		return b
	}
	if b.Share == 0 {
		b.Share = defaultShare
	}
	if b.MinMembers == 0 {
		b.MinMembers = defaultMinMembers
	}
	if b.OpenFor == 0 {
		b.OpenFor = defaultGroupOpen
		if b.MaxOpen > 0 {
			b.OpenFor = min(b.OpenFor, b.MaxOpen)
		}
	}
	if b.OpenGrowth == 0 {
		b.OpenGrowth = defaultGroupGrows
	}
	if b.MaxOpen == 0 {
		b.MaxOpen = max(defaultGroupMost, b.OpenFor)
	}
	if b.OpenJitter == 0 {
		b.OpenJitter = defaultGroupSpan
	}
	return b
}

// Validate reports everything wrong with b at once, with paths relative to the
// section: "share", "open_for", …
func (b GroupBreaker) Validate() Problems {
	var c plain.Check
	c.Rate("share", b.Share, leastShare, 1, "write a share such as 75% or 0.75; 50% is the default")
	c.Int("min_members", b.MinMembers, leastMembers, mostMembers, "3 is the default")
	c.Duration("open_for", b.OpenFor, shortestOpen, longestOpen, "10s is the default")
	c.Number("open_growth", b.OpenGrowth, 1, mostOpenGrowth, "1 keeps every opening as long as the first")
	c.Duration("max_open", b.MaxOpen, shortestOpen, longestOpen, "5m is the default")
	if b.MaxOpen > 0 && b.OpenFor > b.MaxOpen {
		c.Add(fuseboard.Problem{
			Path: "max_open", Code: codeConflict, Value: plain.Duration(b.MaxOpen), Message: "is less than open_for",
			Accepted: plain.Duration(b.OpenFor) + " to " + plain.Duration(longestOpen), Fix: "raise max_open or lower open_for",
		})
	}
	c.Rate("open_jitter", b.OpenJitter, 0, mostOpenJitter, "10% is the default")
	return c.Problems()
}

// openTime is how long the opens-th opening in a row lasts: grown, capped, spread
// by u in [0,1), and capped again. b has its defaults.
func (b GroupBreaker) openTime(opens int, u float64) time.Duration {
	longest := float64(b.MaxOpen)
	grown := min(float64(b.OpenFor)*math.Pow(b.OpenGrowth, float64(opens-1)), longest)
	spread := min(grown*(1+b.OpenJitter*(2*u-1)), longest)
	return max(time.Duration(spread), 1)
}

// reached reports whether so many open members of all open the group.
func (b GroupBreaker) reached(open, all int) bool {
	const forgiven = 1e-9 // what binary fractions add to a share: 7% of 100 is 7
	return b.On() && open > 0 && all >= b.MinMembers && float64(open) >= b.Share*float64(all)-forgiven
}

// Validate reports everything wrong with the policy at once, errors and warnings
// together, each with its path as in policy files.
func (p GroupPolicy) Validate() Problems {
	var c plain.Check
	c.Include("restart", p.Restart.Validate())
	c.Include("breaker", p.Breaker.Validate())
	return c.Problems()
}

// WithDefaults returns the policy with every default written out in the sections that are on.
func (p GroupPolicy) WithDefaults() GroupPolicy {
	p.Restart = p.Restart.WithDefaults()
	p.Breaker = p.Breaker.WithDefaults()
	return p
}

// MarshalJSON writes the policy as [Policy.MarshalJSON] does.
func (p GroupPolicy) MarshalJSON() ([]byte, error) {
	type fields GroupPolicy
	return plain.Encode(fields(p))
}

// UnmarshalJSON reads what MarshalJSON writes, as [Policy.UnmarshalJSON] does: all
// that is wrong with the text at once, and then the policy is left untouched.
func (p *GroupPolicy) UnmarshalJSON(data []byte) error {
	type fields GroupPolicy
	var read fields
	if problems := plain.Decode(data, &read); problems.Err() != nil {
		return problems
	}
	*p = GroupPolicy(read)
	return nil
}
