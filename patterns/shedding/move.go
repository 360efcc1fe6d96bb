// SPDX-License-Identifier: Apache-2.0

package shedding

// Move is a change of a sampler's level.
type Move struct {
	// From is the level that was in force, To that which is.
	From, To Level
	// Ended: the sampler has stopped, so its level is [AdmitAll].
	Ended bool
	// View is what the new level follows from.
	View *View
}

// OnMove lets the sampler tell of each change of its level, one after the other and in
// their order, on the goroutine of the reading that changed it: so told must be quick, and
// must not sample or stop. It is for before the first reading; nil tells nobody.
func (s *Sampler) OnMove(told func(Move)) {
	s.reading.Lock()
	defer s.reading.Unlock()
	s.moved = told
}

// Brief says in few words where the signal stands: "cpu 41.2% (from 85%)". It is the
// moving average, and where sheddable work begins to be shed.
func (w Watch) Brief() string {
	return w.Signal.String() + " " + w.Signal.worded(w.Smoothed) + " (from " + w.Signal.worded(w.Sheddable) + ")"
}
