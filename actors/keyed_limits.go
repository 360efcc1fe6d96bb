// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// The range and the defaults of KeyLimits.
const (
	defaultMaxKeys = 10_000
	defaultKeyIdle = 10 * time.Minute
	mostKeys       = 1_000_000
	shortestIdle   = time.Second
	longestIdle    = 7 * 24 * time.Hour
)

// KeyLimits bound how many keys a [Keyring] remembers, and for how long. The zero
// KeyLimits are the defaults.
type KeyLimits struct {
	// Max is how many keys have a guard at once: 1 to 1 000 000; 0 is the default,
	// 10 000. An idle guard with a full policy costs about 2 KB, so that the default
	// is bounded by some 20 MB; but up to 16 KB more for each of hedge and deadline.adaptive, once it was called.
	Max int
	// Idle is how long a key is remembered after its last use: 1s to 168h; 0 is the
	// default, 10m. It should be several times the breaker's window and its longest
	// open time. An idle key is forgotten within an eighth of Idle after that.
	Idle time.Duration
}

// Validate reports everything wrong with the limits at once, each problem with
// its path ("max", "idle"), the accepted range and the fix. It returns nil for
// limits without a flaw.
func (l KeyLimits) Validate() Problems {
	var c plain.Check
	c.Int("max", l.Max, 1, mostKeys, "leave it out for the default of 10000, or count the keys that are in use within an hour")
	c.Duration("idle", l.Idle, shortestIdle, longestIdle, "leave it out for the default of 10m")
	return c.Problems()
}

// WithDefaults returns the limits with every default written out.
func (l KeyLimits) WithDefaults() KeyLimits {
	if l.Max == 0 {
		l.Max = defaultMaxKeys
	}
	if l.Idle == 0 {
		l.Idle = defaultKeyIdle
	}
	return l
}

// MarshalJSON writes the limits with snake_case names and natural units ("10m");
// fields at zero are left out.
func (l KeyLimits) MarshalJSON() ([]byte, error) {
	type fields KeyLimits
	return plain.Encode(fields(l))
}

// UnmarshalJSON reads what MarshalJSON writes. It reports every unknown field,
// wrong type and bad unit at once, as Problems, and leaves the limits untouched
// then. It does not judge ranges: Validate does.
func (l *KeyLimits) UnmarshalJSON(data []byte) error {
	type fields KeyLimits
	var read fields
	if problems := plain.Decode(data, &read); problems.Err() != nil {
		return problems
	}
	*l = KeyLimits(read)
	return nil
}

// patience is how long the search for idle keys waits at least until it looks again.
func (l KeyLimits) patience() time.Duration { return l.Idle / 8 }

// forgets reports whether a key last used then is idle now.
func (l KeyLimits) forgets(used, now fuseboard.Instant) bool {
	return now >= l.idleAt(used)
}

// idleAt is when a key last used then is idle: a little later than Idle, because
// its last use is remembered to the millisecond only.
func (l KeyLimits) idleAt(used fuseboard.Instant) fuseboard.Instant {
	return used.Add(l.Idle + usedGrain)
}
