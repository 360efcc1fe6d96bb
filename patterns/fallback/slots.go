// SPDX-License-Identifier: Apache-2.0

package fallback

import "sync/atomic"

// Slots count the steps that run now. The zero Slots are ready, and safe for concurrent
// use. See [Sources].Slots.
type Slots struct{ running atomic.Int64 }

// Running is how many steps hold a slot now.
func (s *Slots) Running() int { return int(s.running.Load()) }

// take takes a slot where fewer than most are taken.
func (s *Slots) take(most int) bool {
	for {
		n := s.running.Load()
		if n >= int64(most) {
			return false
		}
		if s.running.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func (s *Slots) give() { s.running.Add(-1) }
