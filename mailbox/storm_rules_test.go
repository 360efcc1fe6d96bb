// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// ruled is a bulkhead with some of the rules, as chance has it.
func ruled(r *rand.Rand) mailbox.Bulkhead {
	b := mailbox.Bulkhead{
		Concurrency: 3, Queue: 1 + r.IntN(8), MaxWait: 2 * time.Millisecond,
		Order: mailbox.Order(r.IntN(3)), Fair: r.IntN(2) == 0, Estimate: r.IntN(2) == 0,
	}
	if b.Order == mailbox.CoDel {
		b.Target, b.Interval = 200*time.Microsecond, time.Millisecond
	}
	if r.IntN(2) == 0 {
		b.Quota = mailbox.PriorityQuota{Normal: 0.7, Sheddable: 0.4}
	}
	return b
}

// Orders, turns, quotas and estimates come and go under a storm: never are more than three
// inside, every job is answered once, and nothing stays.
func TestStorm_RulesThatChangeLoseNobody(t *testing.T) {
	disturbed := func(s *storm) func(*rand.Rand) {
		return func(r *rand.Rand) {
			switch r.IntN(6) {
			case 0:
				s.gate.Flush(errBoom)
			case 1:
				s.gate.Suspend()
				s.hold(r)
				s.gate.Resume()
			case 2:
				s.gate.Depth()
			default:
				s.gate.Resize(ruled(r))
			}
		}
	}
	overLanes(t, func(t *testing.T, lanes int) {
		t.Run("virtual time", func(t *testing.T) {
			for seed := range uint64(3) {
				synctest.Test(t, func(t *testing.T) {
					s := newStorm(ruled(rand.New(rand.NewPCG(seed, 3))), lanes, fuseboard.NewClock(), sleepy)
					s.rage(t, 24, 200, disturbed(s))
					if peak := s.peak.Load(); peak != 3 {
						t.Errorf("peak of %d with 3 permits", peak)
					}
				})
			}
		})
		t.Run("real threads", func(t *testing.T) {
			s := newStorm(ruled(rand.New(rand.NewPCG(1, 3))), lanes, fuseboard.NewClock(), hasty)
			s.rage(t, 16, 1000, disturbed(s))
			if peak := s.peak.Load(); peak > 3 {
				t.Errorf("peak of %d with 3 permits", peak)
			}
		})
	})
}
