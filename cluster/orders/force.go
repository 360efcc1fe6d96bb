// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"maps"
	"time"
)

// Force is what is in force for one dependency: the order of each slot, nil where there is none.
type Force struct {
	// Circuit is a hold, Mode a shadow or a bypass, Values a change of the policy.
	Circuit, Mode, Values *Entry
}

// For returns what is in force for a dependency at now. Orders for it and orders for all count alike: the
// newest that has not ended holds. Where that is a release, none does. When an order for all ends, an
// older one for the dependency that has not ended holds again.
func (b *Book) For(dependency string, now time.Time) Force {
	return Force{
		Circuit: given(b.newest(dependency, Circuit, now)),
		Mode:    given(b.newest(dependency, Mode, now)),
		Values:  given(b.newest(dependency, Values, now)),
	}
}

// InForce returns the orders that some dependency has to obey at now, by register. One for all is among them
// also where a newer one takes its place for a dependency; For says which.
func (b *Book) InForce(now time.Time) (in []Entry) {
	for _, e := range b.sorted() {
		if e.Verb != Release && b.newest(e.Dependency, e.Slot(), now) == e {
			in = append(in, copied(e))
		}
	}
	return in
}

// All returns every order that the book holds, by register: in force, ended, and releases. They are what
// a node has to publish again after a restart.
func (b *Book) All() []Entry {
	all := make([]Entry, 0, len(b.held))
	for _, e := range b.sorted() {
		all = append(all, copied(e))
	}
	return all
}

// newest returns the order of a slot that holds for a dependency, or nil.
func (b *Book) newest(dependency string, slot Slot, now time.Time) *Entry {
	var best *Entry
	for _, name := range []string{dependency, All} {
		for _, s := range []Slot{slot, Everything} {
			e := b.held[Order{Dependency: name, Verb: Release, Of: s}.Register()]
			if e != nil && !e.Ended(now) && (best == nil || e.signed.compare(best.signed) > 0) {
				best = e
			}
		}
	}
	if best == nil || best.Verb == Release {
		return nil
	}
	return best
}

// Stats counts what a book did.
type Stats struct {
	// Held is how many orders it holds, those that have ended included.
	Held int
	// Taken, Same and Older are the verdicts of Apply and Receive since the book was made.
	Taken, Same, Older uint64
	// Refused is what was refused since then, by reason.
	Refused map[Reason]uint64
}

// Stats returns the counts.
func (b *Book) Stats() Stats {
	s := b.stats
	s.Held = len(b.held)
	s.Refused = maps.Clone(s.Refused)
	return s
}
