// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"slices"
	"strings"
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
)

// ClassOther stands for all classes of a user's own that found no place in [Causes].
const ClassOther fuseboard.Class = "other"

// CausePlaces is how many places there are to count by class: for the classes that
// Fuseboard gives and repeats, for some of the user's own, and for all others.
const CausePlaces = knownCauses + ownCauses + 1

const (
	knownCauses = 6
	ownCauses   = 6
	otherCauses = CausePlaces - 1
)

// Causes gives classes of failures their places, so that what is counted by class is
// bounded whatever a classifier invents: the classes of Fuseboard have theirs, the first
// six others get one each in the order in which they come, and the rest share the last,
// which is called "other". A place is never given to another class. The zero Causes is
// ready; any goroutine may use it at any time, and nothing blocks.
type Causes struct {
	own atomic.Pointer[[]fuseboard.Class] // never changed, only replaced by a longer one
}

// Place returns the place of the class, from 0 to below [CausePlaces]. It gives the class
// one if it has none and one is left.
func (c *Causes) Place(class fuseboard.Class) int {
	switch class {
	case fuseboard.ClassError, "":
		return 0
	case fuseboard.ClassTimeout:
		return 1
	case fuseboard.ClassRefused:
		return 2
	case fuseboard.ClassReset:
		return 3
	case fuseboard.ClassThrottled:
		return 4
	case fuseboard.ClassPanicked:
		return 5
	case ClassOther:
		return otherCauses
	}
	return c.placeOfOwn(class)
}

func (c *Causes) placeOfOwn(class fuseboard.Class) int {
	for {
		was, all := c.named()
		switch i := slices.Index(all, class); {
		case i >= 0:
			return knownCauses + i
		case len(all) == ownCauses:
			return otherCauses
		}
		longer := append(slices.Clone(all), fuseboard.Class(strings.Clone(string(class))))
		c.own.CompareAndSwap(was, &longer) // if not this one, another is there now
	}
}

// named returns the classes that have got a place, and what holds them.
func (c *Causes) named() (*[]fuseboard.Class, []fuseboard.Class) {
	if all := c.own.Load(); all != nil {
		return all, *all
	}
	return nil, nil
}

// Class returns the class of a place; empty for a place that nobody has, or that there is not.
func (c *Causes) Class(place int) fuseboard.Class {
	switch {
	case place < 0 || place >= CausePlaces:
		return ""
	case place < knownCauses:
		return [...]fuseboard.Class{
			fuseboard.ClassError, fuseboard.ClassTimeout, fuseboard.ClassRefused,
			fuseboard.ClassReset, fuseboard.ClassThrottled, fuseboard.ClassPanicked,
		}[place]
	case place == otherCauses:
		return ClassOther
	}
	if _, all := c.named(); place-knownCauses < len(all) {
		return all[place-knownCauses]
	}
	return ""
}

// list names what was counted in the places, the most first.
func (c *Causes) list(counts [CausePlaces]int) (all []Repeats) {
	for place, count := range counts {
		if count > 0 {
			all = append(all, Repeats{Class: c.Class(place), Count: count})
		}
	}
	slices.SortFunc(all, mostFirst)
	return all
}
