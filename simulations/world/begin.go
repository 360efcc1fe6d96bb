// SPDX-License-Identifier: Apache-2.0

package world

import (
	"slices"
	"sync"

	"github.com/fuseboard/fuseboard"
)

// lostClass is what those are told whose work a crash has taken.
const lostClass = fuseboard.ClassReset

// Begin puts an effect in force until the function it returns is called. Effects draw by the order in which they began. What an effect
// says of work holds from the work's beginning on; work under way goes on as it began, but for a Crash, which takes it. After
// a crash of all requests the dependency warms up; one of some of them is that of their path.
// An effect with problems does nothing beyond what is understood; see [Effect.Validate].
func (d *Dependency) Begin(e Effect) (end func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f := newForce(e, d.begun, d.now())
	d.begun++
	d.forces = append(slices.Clone(d.forces), f)
	if f.Crash && d.closed == nil {
		d.loseAll(f)
	}
	return sync.OnceFunc(func() { d.end(f) })
}

// loseAll ends the life that is lived now. The lock is held.
func (d *Dependency) loseAll(by *force) {
	ended := d.life
	d.life = newLife()
	ended.by, ended.next = by, d.life
	close(ended.lost)
}

func (d *Dependency) end(f *force) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forces = slices.DeleteFunc(slices.Clone(d.forces), func(other *force) bool { return other == f })
	close(f.ended)
	now := d.now()
	if f.Crash && f.onAll() {
		d.warm, d.warming = now, true
	}
	d.callNext(now)
}
