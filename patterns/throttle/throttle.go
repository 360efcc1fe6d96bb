// SPDX-License-Identifier: Apache-2.0

package throttle

import (
	"sync"

	"github.com/fuseboard/fuseboard"
)

// Throttle refuses a client's own calls to a dependency that refuses many of them. Safe for
// concurrent use; make one with [New].
type Throttle struct {
	mu      sync.Mutex // held for some instructions
	policy  Policy
	account account
	refused uint64
}

// New returns a throttle that has counted nothing. Fields of p that are out of range count as the
// nearest value that is not, and a policy that is off as all defaults; [Policy.Validate] tells.
func New(p Policy) *Throttle {
	p = p.clamped()
	return &Throttle{policy: p, account: account{tick: p.Window / ticks}}
}

// Admit reports whether a call of the priority may be made. It refuses with the chance that
// it returns: where u, a random number from 0 to less than 1, is less; and counts whom it
// refuses. Of whoever is let through it learns by [Throttle.Record], and nothing before: a call
// that is under way says neither that the dependency accepts nor that it does not, and a
// hundred that begin together would else look like a hundred that were refused.
func (t *Throttle) Admit(now fuseboard.Instant, priority fuseboard.Priority, u float64) (ok bool, chance float64) {
	rank := rank(priority)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.account.roll(now)
	chance = t.chance(rank)
	if u < chance {
		t.account.request(now, rank)
		t.refused++
		return false, chance
	}
	return true, chance
}

// Record counts a call of the priority that was let through and has ended, and whether the
// dependency accepted it: it did whatever its answer was, unless that was that it has too
// much to do. Of a void, which says nothing about the dependency, nothing is said.
func (t *Throttle) Record(now fuseboard.Instant, priority fuseboard.Priority, accepted bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.account.request(now, rank(priority))
	if accepted {
		t.account.accept(now)
	}
}

// chance is the formula of the book, for what more important calls leave of what the
// dependency is taken to accept:
//
//	left   = Ratio × accepts - requests of higher priorities
//	chance = (requests - left) ÷ (requests + 1)
func (t *Throttle) chance(rank int) float64 {
	all, higher := int64(0), int64(0)
	for i, n := range t.account.total.requests {
		all += n
		if i > rank {
			higher += n
		}
	}
	if all < int64(t.policy.MinCalls) {
		return 0
	}
	requests := float64(t.account.total.requests[rank])
	left := max(0, t.policy.Ratio*float64(t.account.total.accepts)-float64(higher))
	return min(t.policy.MaxReject, max(0, (requests-left)/(requests+1)))
}

// Reshape puts the throttle under another policy from now on. With the same window all
// that was counted stays; with another one it starts empty, and Reshape reports false. The new
// policy is moved into its ranges as by [New].
func (t *Throttle) Reshape(p Policy) (kept bool) {
	p = p.clamped()
	t.mu.Lock()
	defer t.mu.Unlock()
	if kept = p.Window == t.policy.Window; !kept {
		t.account = account{tick: p.Window / ticks}
	}
	t.policy = p
	return kept
}
