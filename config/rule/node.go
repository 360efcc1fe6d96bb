// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"time"
)

// node is one part of a condition. It never changes once it is built.
type node struct {
	form   form
	kids   []*node       // of all, some, not and hold
	hold   time.Duration // of hold
	signal int           // of compare and word
	op     op            // of compare
	level  float64       // of compare: the threshold
	words  uint32        // of word: a bit for each that it may be
	window window        // of clock
}

type form uint8

const (
	all     form = iota // each of its kids
	some                // one of its kids
	not                 // not its kid
	hold                // its kid, for so long
	compare             // a signal with a threshold
	word                // a signal with words
	clock               // a window of time
)

type op uint8

const (
	above op = iota
	atLeast
	below
	atMost
)

var opWords = [...]string{">", ">=", "<", "<="}

func (o op) holds(v, level float64) bool {
	switch o {
	case above:
		return v > level
	case atLeast:
		return v >= level
	case below:
		return v < level
	case atMost:
	}
	return v <= level
}

// inverse holds where o does not.
func (o op) inverse() op { return [...]op{atMost, below, atLeast, above}[o] }

func (o op) up() bool { return o <= atLeast }

// join builds all or some of nodes, without one inside another of the same form.
func join(f form, nodes ...*node) *node {
	if len(nodes) == 1 {
		return nodes[0]
	}
	n := &node{form: f}
	for _, k := range nodes {
		if k.form == f {
			n.kids = append(n.kids, k.kids...)
		} else {
			n.kids = append(n.kids, k)
		}
	}
	return n
}

// negate builds the negation of a node; that of a negation is what was negated.
func negate(n *node) *node {
	if n.form == not {
		return n.kids[0]
	}
	return &node{form: not, kids: []*node{n}}
}

// within reports whether some part of n, n included, is as asked.
func (n *node) within(is func(*node) bool) bool {
	if is(n) {
		return true
	}
	for _, k := range n.kids {
		if k.within(is) {
			return true
		}
	}
	return false
}
