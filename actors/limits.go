// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"strconv"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// The defaults and the range of Limits.
const (
	defaultGoroutines        = 100_000
	defaultQueued            = 100_000
	defaultKeys              = mostKeys
	defaultWindowBytes int64 = 1 << 30
	mostLimit                = 1_000_000_000
	leastWindowBytes   int64 = 1 << 10
	mostWindowBytes    int64 = 1 << 40
)

// Limits bound what all guards of a System hold together, whatever their own
// policies allow each of them: the last line before a service runs out of memory.
// Reaching one refuses, with a [*CallError] whose Cause is [ErrLimit] and which
// names the limit; what is there already goes on. The zero Limits are the defaults.
//
// They are exact: none is ever exceeded, and everything that counts against one is
// given back. A call that finds a free permit, on its caller's goroutine, asks none.
type Limits struct {
	// Goroutines bounds the goroutines that run calls for the System, not those that it
	// keeps for the next: one for each
	// Ask, Tell and message from when it comes to the gate until it has its answer
	// (a message: until its attempt has ended, and anew for the next), so that
	// who is granted a permit never lacks one; and those of [Workers], idle ones and
	// those left behind included, so that an Ask under Workers takes two. Callers' own
	// goroutines do not count. 1 to 1 000 000 000; 0 is the default, 100 000.
	Goroutines int
	// Queued bounds the calls that wait for a permit at all gates. 1 to
	// 1 000 000 000; 0 is the default, 100 000.
	Queued int
	// Keys bounds the guards of keys in all keyrings. At the limit an idle key, of
	// the same keyring or else of another, is forgotten for a new one. 1 to
	// 1 000 000 000; 0 is the default, 1 000 000, the most that one [Keyring] may have.
	Keys int
	// WindowBytes bounds the memory of the evidence of all guards, keys included: the
	// windows and probes of their breakers, their retry accounts and their panics, what
	// throttles, rate limits and adaptive limits remember, how long attempts took lately (hedge and
	// deadline.adaptive, some 16 KB each), and of rate.per_tenant as many
	// tenants as it may know, without the text of their names; each with what its policy lets
	// it take at most. What watches the host for shedding does not count: there is one for
	// each different section. What would exceed the limit is not made and not changed. 1 KB to 1 TB (1 099 511 627 776); 0 is the default, 1 GB
	// (1 073 741 824), with room for a million keys of a usual policy.
	WindowBytes int64
}

// Validate reports everything wrong with the limits at once, each problem with its
// path ("goroutines", …), the accepted range and the fix. It returns nil for
// limits without a flaw.
func (l Limits) Validate() Problems {
	var c plain.Check
	c.Int("goroutines", l.Goroutines, 1, mostLimit, "leave it out for the default of 100000")
	c.Int("queued", l.Queued, 1, mostLimit, "leave it out for the default of 100000")
	c.Int("keys", l.Keys, 1, mostLimit, "leave it out for the default of 1000000")
	if b := l.WindowBytes; b != 0 && (b < leastWindowBytes || b > mostWindowBytes) {
		p := fuseboard.Problem{
			Path: "window_bytes", Code: plain.CodeRange, Value: strconv.FormatInt(b, 10), Message: "is out of range",
			Accepted: strconv.FormatInt(leastWindowBytes, 10) + " to " + strconv.FormatInt(mostWindowBytes, 10),
			Fix:      "leave it out for the default of 1073741824",
		}
		if b < 0 {
			p.Code, p.Message = plain.CodeNegative, "must not be negative"
		}
		c.Add(p)
	}
	return c.Problems()
}

// WithDefaults returns the limits with every default written out.
func (l Limits) WithDefaults() Limits {
	if l.Goroutines == 0 {
		l.Goroutines = defaultGoroutines
	}
	if l.Queued == 0 {
		l.Queued = defaultQueued
	}
	if l.Keys == 0 {
		l.Keys = defaultKeys
	}
	if l.WindowBytes == 0 {
		l.WindowBytes = defaultWindowBytes
	}
	return l
}

// MarshalJSON writes the limits with snake_case names; fields at zero are left out.
func (l Limits) MarshalJSON() ([]byte, error) {
	type fields Limits
	return plain.Encode(fields(l))
}

// UnmarshalJSON reads what MarshalJSON writes. It reports every unknown field and
// wrong type at once, as Problems, and leaves the limits untouched then. It does
// not judge ranges: Validate does.
func (l *Limits) UnmarshalJSON(data []byte) error {
	type fields Limits
	var read fields
	if problems := plain.Decode(data, &read); problems.Err() != nil {
		return problems
	}
	*l = Limits(read)
	return nil
}
