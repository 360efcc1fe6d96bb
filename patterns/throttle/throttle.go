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

// Admit counts a call of the priority, and reports whether it may be made. It refuses with the
// chance that it returns: where u, a random number from 0 to less than 1, is less. Whoever was
// let through calls [Throttle.Record] or [Throttle.Return] once; whoever was refused, neither.
func (t *Throttle) Admit(now fuseboard.Instant, priority fuseboard.Priority, u float64) (ok bool, chance float64) {
	rank := rank(priority)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.account.roll(now)
	chance = t.chance(rank) // of what came before
	t.account.request(now, rank, 1)
	if u < chance {
		t.refused++
		return false, chance
	}
	return true, chance
}

// Record tells what became of a call that was let through: whether the dependency accepted
// it. It did whatever its answer was, unless that was that it has too much to do.
func (t *Throttle) Record(now fuseboard.Instant, accepted bool) {
	if !accepted {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.account.accept(now)
}

// Return takes back a call that was let through with the priority and never touched the
// dependency: a void. It is as if it had not been.
func (t *Throttle) Return(now fuseboard.Instant, priority fuseboard.Priority) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.account.request(now, rank(priority), -1)
}

// chance is the formula of the book, for what more important calls leave of what the
// dependency is taken to accept:
//
//	left   = Ratio × accepts - requests of higher priorities
//	chance = (requests - left) ÷ (requests + 1)
func (t *Throttle) chance(rank int) float64 {
	all, higher := int64(0), int64(0)
	for i, n := range t.account.total.requests {
		all += max(n, 0)
		if i > rank {
			higher += max(n, 0)
		}
	}
	if all < int64(t.policy.MinCalls) {
		return 0
	}
	requests := float64(max(t.account.total.requests[rank], 0))
	left := max(0, t.policy.Ratio*float64(max(t.account.total.accepts, 0))-float64(higher))
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
