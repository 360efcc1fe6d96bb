// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// The defaults of a [Restart].
const (
	DefaultRestartMax         = 10
	DefaultRestartWithin      = time.Minute
	DefaultRestartBackoffBase = 100 * time.Millisecond
	DefaultRestartBackoffMax  = 30 * time.Second
	DefaultRestartTimeout     = 30 * time.Second
)

const (
	restartMostMax     = 1000
	restartLeastWithin = time.Second
	restartMostWithin  = time.Hour
	restartMostTimeout = 10 * time.Minute
)

// Restart says how often a broken actor is rebuilt before its supervisor gives
// up and escalates. It is plain data; the decision is [Decide]. It is never off:
// the zero Restart has every field at its default.
type Restart struct {
	// Max is how many restarts are allowed Within the time. Default 10, accepted 1 to 1000.
	Max int
	// Within is the time over which restarts are counted. Default 1m, accepted 1s to 1h.
	Within time.Duration
	// Backoff is the wait before each restart; its first wait follows the first
	// failure within the time. Its Base is 100ms by default and its Max 30s.
	Backoff Backoff
	// Timeout is how long building anew may take; then its context ends and the
	// build counts as failed. Default 30s, accepted 1ms to 10m.
	Timeout time.Duration
}

// On reports whether any field is set.
func (r Restart) On() bool { return r != Restart{} }

// WithDefaults returns r with every zero field at its default.
func (r Restart) WithDefaults() Restart {
	if r.Max == 0 {
		r.Max = DefaultRestartMax
	}
	if r.Within == 0 {
		r.Within = DefaultRestartWithin
	}
	if r.Backoff.Base == 0 {
		r.Backoff.Base = DefaultRestartBackoffBase
	}
	if r.Backoff.Max == 0 {
		r.Backoff.Max = DefaultRestartBackoffMax
	}
	r.Backoff = r.Backoff.WithDefaults()
	if r.Timeout == 0 {
		r.Timeout = DefaultRestartTimeout
	}
	return r
}

// Validate reports everything wrong with r at once, with paths relative to the
// section: "max", "within", "backoff.base", …, "timeout"
func (r Restart) Validate() fuseboard.Problems {
	var c plain.Check
	c.Int("max", r.Max, 1, restartMostMax, "")
	c.Duration("within", r.Within, restartLeastWithin, restartMostWithin, "")
	backoff := r.Backoff // only the defaults that differ: a factor must stay unset
	backoff.Base, backoff.Max = r.WithDefaults().Backoff.Base, r.WithDefaults().Backoff.Max
	c.Include("backoff", backoff.Validate())
	c.Duration("timeout", r.Timeout, time.Millisecond, restartMostTimeout, "")
	return c.Problems()
}
