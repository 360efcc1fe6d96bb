// SPDX-License-Identifier: Apache-2.0

package world

// Numbers are what a dependency has counted since its start. Arrived is the sum of Refused, Served, Failed, Left and of those whose
// callers wait for an answer now.
type Numbers struct {
	// Arrived is how many requests came, retried and hedged ones included; Refused how many it refused at once (full, quota, crashed, refused by an effect);
	// Served and Failed how many it answered well and badly; Left how many callers left before their answer; Wasted how many were worked on to the end for nobody.
	Arrived, Refused, Served, Failed, Left, Wasted uint64
	// Busy is how many are worked on now, Waiting how many wait for that; those whose callers have left included.
	Busy, Waiting int
}

// Numbers returns what was counted until now.
func (d *Dependency) Numbers() Numbers {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := d.numbers
	n.Waiting = d.queue.length
	return n
}

// Digest is a hash of everything that was drawn until now, whatever its order: two runs that
// made the same attempts under the same effects have the same. Work under way is in it when it ends.
func (d *Dependency) Digest() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.digest
}
