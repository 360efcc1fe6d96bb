// SPDX-License-Identifier: Apache-2.0

package rule

import "math"

// goal is a node that must be what is wanted.
type goal struct {
	node   *node
	wanted bool
}

// limits is what may still be true of signals and times while goals are met one by one.
type limits struct {
	spans  [signalCount]span
	words  [signalCount]uint32
	zones  []weeks
	always []goal // of hold nodes, those that must have held and those that must not
}

// span is a range of values.
type span struct {
	from, to     float64
	noFrom, noTo bool // the ends are not in it
}

// weeks are the minutes of a week that a zone's clock may show.
type weeks struct {
	zone    string
	minutes [7 * perDay]bool
}

// mostTries bounds the search: what is not decided by then is taken for possible.
const mostTries = 500

// possible reports whether all goals can be met at the same time. It knows nothing of how
// signals hang together, and takes zones for independent: it says yes when in doubt.
func possible(goals ...goal) bool {
	tries := mostTries
	return possibleIn(&tries, goals...)
}

func possibleIn(tries *int, goals ...goal) bool {
	start := limits{}
	for i := range start.spans {
		start.spans[i] = span{from: signals[i].Least, to: math.Inf(1)}
		start.words[i] = 1<<len(signals[i].Words) - 1
	}
	return start.meet(goals, tries)
}

// meet tries to meet the goals, the last first.
func (s *limits) meet(goals []goal, tries *int) bool {
	if *tries--; *tries < 0 || len(goals) == 0 {
		return true
	}
	g, rest := goals[len(goals)-1], goals[:len(goals)-1:len(goals)-1]
	n := g.node
	switch n.form {
	case not:
		return s.meet(append(rest, goal{n.kids[0], !g.wanted}), tries)
	case all, some:
		if (n.form == all) == g.wanted {
			for _, k := range n.kids {
				rest = append(rest, goal{k, g.wanted})
			}
			return s.meet(rest, tries)
		}
		return s.meetOne(n.kids, g.wanted, rest, tries)
	case hold:
		return s.hold(g, rest, tries)
	case compare, word, clock:
	}
	return s.narrow(n, g.wanted) && s.meet(rest, tries)
}

// meetOne tries to meet one of the kids together with the rest.
func (s *limits) meetOne(kids []*node, wanted bool, rest []goal, tries *int) bool {
	for _, k := range kids {
		branch := *s
		if branch.meet(append(rest, goal{k, wanted}), tries) {
			return true
		}
	}
	return false
}

// hold meets the goal of a "for": to have held means to hold now; not to have held does
// not go with having held longer, or with what holds only where it does.
func (s *limits) hold(g goal, rest []goal, tries *int) bool {
	for _, other := range s.always {
		has, hasNot := g, other
		if other.wanted {
			has, hasNot = other, g
		}
		if has.wanted == hasNot.wanted || has.node.hold < hasNot.node.hold {
			continue
		}
		if !possibleIn(tries, goal{has.node.kids[0], true}, goal{hasNot.node.kids[0], false}) {
			return false
		}
	}
	s.always = append(s.always[:len(s.always):len(s.always)], g)
	if g.wanted {
		rest = append(rest, goal{g.node.kids[0], true})
	}
	return s.meet(rest, tries)
}

// narrow leaves what a leaf allows, and reports whether anything is left.
func (s *limits) narrow(n *node, wanted bool) bool {
	switch n.form {
	case compare:
		o := n.op
		if !wanted {
			o = o.inverse()
		}
		return s.spans[n.signal].cut(o, n.level)
	case word:
		words := n.words
		if !wanted {
			words = ^words
		}
		s.words[n.signal] &= words
		return s.words[n.signal] != 0
	case clock, all, some, not, hold:
	}
	return s.clocked(n.window, wanted)
}

// cut leaves the part of the span for which the comparison holds, and reports whether
// anything is left.
func (s *span) cut(o op, level float64) bool {
	open := o == above || o == below
	if o.up() {
		s.from, s.noFrom = tighter(s.from, s.noFrom, level, open, 1)
	} else {
		s.to, s.noTo = tighter(s.to, s.noTo, level, open, -1)
	}
	return s.from < s.to || s.from == s.to && !s.noFrom && !s.noTo
}

// tighter is the end of a span that leaves less: the greater one for a sign of 1, the less
// for -1; of equals the one that is not in the span.
func tighter(end float64, out bool, other float64, otherOut bool, sign float64) (float64, bool) {
	switch {
	case end == other:
		return end, out || otherOut
	case sign*other > sign*end:
		return other, otherOut
	}
	return end, out
}

// clocked leaves the minutes of the week that are in the window.
func (s *limits) clocked(w window, wanted bool) bool {
	left, of := weeks{zone: w.zone.String()}, -1
	for i := range left.minutes {
		left.minutes[i] = true
	}
	for i, z := range s.zones {
		if z.zone == left.zone {
			left, of = z, i
		}
	}
	possible := false
	for i := range left.minutes {
		left.minutes[i] = left.minutes[i] && w.shows(i/perDay, i%perDay) == wanted
		possible = possible || left.minutes[i]
	}
	s.zones = append([]weeks(nil), s.zones...)
	if of < 0 {
		s.zones = append(s.zones, left)
	} else {
		s.zones[of] = left
	}
	return possible
}
