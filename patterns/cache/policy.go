// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"cmp"
	"slices"
	"time"

	"github.com/fuseboard/fuseboard"
)

// The defaults of a [Policy]. What has none stays off.
const (
	// DefaultTTL is short, because nobody said how old an answer may be: it spares a dependency
	// most of a crowd's calls and is over before anybody asks why.
	DefaultTTL = 10 * time.Second
	// DefaultMaxEntries is a few: the built-in store is made for that.
	DefaultMaxEntries = 1000
	// DefaultJitter spreads what was filled together without much loss.
	DefaultJitter = 0.1
	// DefaultAbandonAfter is longer than most callers wait.
	DefaultAbandonAfter = 10 * time.Second
	// DefaultMaxRefreshes is half of what a bulkhead lets in by default: callers go first.
	DefaultMaxRefreshes = 8
)

const (
	shortest       = time.Millisecond
	longestTTL     = 7 * 24 * time.Hour
	longestStale   = 7 * 24 * time.Hour
	longestNoTTL   = 3 * time.Hour   // RFC 2308, section 5: one to three hours work well
	longestFailure = 5 * time.Minute // RFC 2308, section 7: server failures, dead servers
	longestAbandon = time.Hour
	mostEntries    = 10_000_000
	leastJitter    = 0.001
	mostJitter     = 0.9
	mostRefreshes  = 10_000
)

// Policy says for how long answers are kept and given again. It is plain data. A Policy that is
// entirely zero is off; set any field and each other zero field means its default.
//
// An answer is fresh for TTL (RFC 9111, section 4.2), and after that stale. The two windows of
// RFC 5861 begin where freshness ends, and run beside each other.
type Policy struct {
	// TTL is how long an answer is fresh: given without asking anybody. Default 10s, accepted
	// 1ms to 168h. Say it: how old an answer may be is known only to who uses it.
	TTL time.Duration
	// StaleWhileRevalidate is how long after TTL an answer is given at once while one refresh
	// runs behind it (RFC 5861, section 3). Default 0: never. Accepted 1ms to 168h.
	StaleWhileRevalidate time.Duration
	// StaleIfError is how long after TTL an answer is given where the load fails
	// (RFC 5861, section 4). Default 0: never. Accepted 1ms to 168h.
	StaleIfError time.Duration
	// NegativeTTL is how long an error that is an answer ("no such user") is kept
	// (RFC 2308). Default 0: none is kept. Accepted 1ms to 3h, as section 5 of the RFC has it.
	NegativeTTL time.Duration
	// NegativeOn names classes of failures that are remembered for NegativeTTL, too: so long the
	// dependency is not asked for that key again, and a stale answer is given if there is one. Default
	// none. NegativeTTL should then be 5m at most (RFC 2308, section 7).
	NegativeOn []fuseboard.Class
	// MaxEntries is how many answers are kept. Default 1000, accepted 1 to 10000000. Beyond
	// some ten thousand a store that is made for it is better: see patterns/cache/otterstore.
	MaxEntries int
	// Jitter is the share by which the life of an answer is shortened at most, so that keys that
	// were filled together do not expire together. Default 10%, accepted 0.1% (next to none) to 90%.
	Jitter float64 `plain:"rate"`
	// Coalesce says whether callers that miss the same key at the same time share one load:
	// [CoalesceOn] (the zero value) or [CoalesceOff].
	Coalesce Coalesce
	// AbandonAfter is how long a load may have run for others to wait for it. Who comes later starts
	// another one; those who wait, wait on. A refresh for which nobody waits is cancelled then.
	// Default 10s, accepted 1ms to 1h.
	AbandonAfter time.Duration
	// MaxRefreshes is how many refreshes may run behind stale answers at once. Beyond, stale answers
	// are still given, and what was not refreshed is counted. Default 8, accepted 1 to 10000.
	MaxRefreshes int
}

// On reports whether any field is set.
func (p Policy) On() bool { return !p.Equal(Policy{}) }

// Equal reports whether p says the same as o, field by field.
func (p Policy) Equal(o Policy) bool {
	same := slices.Equal(p.NegativeOn, o.NegativeOn)
	p.NegativeOn, o.NegativeOn = nil, nil
	return same && p.bare() == o.bare()
}

// Clone returns a copy that shares nothing with p. An empty list says the same as none.
func (p Policy) Clone() Policy {
	if p.NegativeOn = slices.Clone(p.NegativeOn); len(p.NegativeOn) == 0 {
		p.NegativeOn = nil
	}
	return p
}

// bare is a Policy without its list, for comparison.
type bare struct {
	ttl, revalidate, ifError, negative, abandon time.Duration
	entries, refreshes                          int
	jitter                                      float64
	coalesce                                    Coalesce
}

func (p Policy) bare() bare {
	return bare{
		ttl: p.TTL, revalidate: p.StaleWhileRevalidate, ifError: p.StaleIfError, negative: p.NegativeTTL, abandon: p.AbandonAfter,
		entries: p.MaxEntries, refreshes: p.MaxRefreshes, jitter: p.Jitter, coalesce: p.Coalesce,
	}
}

// WithDefaults returns p with every default written out; a policy that is off stays off.
func (p Policy) WithDefaults() Policy {
	if p.On() {
		p = p.filled()
	}
	return p
}

func (p Policy) filled() Policy {
	p.TTL = cmp.Or(p.TTL, DefaultTTL)
	p.MaxEntries = cmp.Or(p.MaxEntries, DefaultMaxEntries)
	p.Jitter = cmp.Or(p.Jitter, DefaultJitter)
	p.AbandonAfter = cmp.Or(p.AbandonAfter, DefaultAbandonAfter)
	p.MaxRefreshes = cmp.Or(p.MaxRefreshes, DefaultMaxRefreshes)
	return p
}
