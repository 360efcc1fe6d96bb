// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// Occurrence is one time that a fault happens.
type Occurrence struct {
	// Fault is its place in Scenario.Faults.
	Fault int
	// Name is the fault's; with a number from the second time on: "outage 2".
	Name string
	// From is when it begins, and To when it ends, both since the beginning; To is the simulation's end at the latest. A fault that
	// does nothing but restart nodes has no length.
	From, To time.Duration
}

// Spans lists every time that a fault happens before the end of the simulation, in the order of their beginnings, and of the file
// where these are the same.
func (s *Scenario) Spans() []Occurrence {
	var all []Occurrence
	for i := range s.Faults {
		all = s.occurrences(all, i, mostOccurrences+1-len(all))
	}
	slices.SortStableFunc(all, func(a, b Occurrence) int { return cmp.Compare(a.From, b.From) })
	return all
}

// occurrences adds those of one fault, at most so many.
func (s *Scenario) occurrences(all []Occurrence, i, most int) []Occurrence {
	f := s.Faults[i]
	from := f.At
	for n := 1; n <= most && from < s.Duration; n++ {
		o := Occurrence{Fault: i, Name: f.Name, From: from, To: s.Duration}
		if n > 1 {
			o.Name += " " + strconv.Itoa(n)
		}
		switch {
		case f.For > 0:
			o.To = from + min(f.For, s.Duration-from)
		case !f.lasts():
			o.To = from
		}
		all = append(all, o)
		if f.Every <= 0 || n == f.Times || f.Every > s.Duration-from {
			break
		}
		from += f.Every
	}
	return all
}

// Ends reports whether the occurrence ends before the simulation does.
func (s *Scenario) Ends(o Occurrence) bool { return o.To < s.Duration }
