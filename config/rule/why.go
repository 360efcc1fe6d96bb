// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"strings"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// proof says what makes the condition true.
func (w *watch) proof() string { return w.proofOf(w.root, true) }

// lack says what of it is not true, and what that needs; how it holds where it does.
func (w *watch) lack() string {
	if w.truth == True {
		return w.proof()
	}
	return w.lackOf(w.root, true)
}

// is reports whether n is known to be what is wanted: true, or false.
func (w *watch) is(n *node, wanted bool) bool {
	if wanted {
		return w.of(n) == True
	}
	return w.of(n) == False
}

// proofOf says why n is what is wanted. To be false, all is as some, and some as all.
func (w *watch) proofOf(n *node, wanted bool) string {
	switch n.form {
	case all, some:
		var parts []string
		for _, k := range n.kids {
			if !w.is(k, wanted) {
				continue
			}
			parts = append(parts, w.proofOf(k, wanted))
			if (n.form == some) == wanted {
				break // one is enough
			}
		}
		return strings.Join(parts, " and ")
	case not:
		return w.proofOf(n.kids[0], !wanted)
	case hold:
		if !wanted {
			return "not " + n.wrapped(hold)
		}
		return w.proofOf(n.kids[0], true) + " for " + w.heldFor(n)
	case compare, word, clock:
	}
	return w.leafProof(n, wanted)
}

// lackOf says what is missing for n to be what is wanted.
func (w *watch) lackOf(n *node, wanted bool) string {
	switch n.form {
	case all, some:
		between := " and "
		if (n.form == some) == wanted {
			between = " or "
		}
		var parts []string
		for _, k := range n.kids {
			if !w.is(k, wanted) {
				parts = append(parts, w.lackOf(k, wanted))
			}
		}
		return strings.Join(parts, between)
	case not:
		return w.lackOf(n.kids[0], !wanted)
	case hold:
		return w.holdLack(n, wanted)
	case compare, word, clock:
	}
	return w.leafLack(n, wanted)
}

func (w *watch) holdLack(n *node, wanted bool) string {
	inner, long := n.kids[0], plain.Duration(n.hold)
	switch {
	case !wanted:
		return "needs not " + n.wrapped(hold)
	case w.of(inner) == True:
		return w.proofOf(inner, true) + " for " + w.heldFor(n) + ", needs " + long
	}
	return w.lackOf(inner, true) + " for " + long
}

// heldFor is how long the kid of a hold node has held.
func (w *watch) heldFor(n *node) string {
	for i := range w.holds {
		if h := &w.holds[i]; h.node == n {
			return plain.Duration(duration(figures(w.now.Sub(h.since).Seconds(), 3)))
		}
	}
	return "0s" // unreachable: all are there
}

func (w *watch) leafProof(n *node, wanted bool) string {
	s := &signals[n.signal]
	switch n.form {
	case clock:
		in := " is in "
		if !wanted {
			in = " is not in "
		}
		return n.window.shown(w.wall) + in + n.window.String()
	case word:
		return s.Name + " is " + s.text(w.sample.values[n.signal])
	case compare, all, some, not, hold:
	}
	return s.Name + " " + s.measured(w.sample.values[n.signal]) + " " + n.asked(wanted)
}

func (w *watch) leafLack(n *node, wanted bool) string {
	s := &signals[n.signal]
	needs := ", needs " + n.asked(wanted)
	switch {
	case n.form == clock:
		return n.window.shown(w.wall) + needs
	case !w.sample.known[n.signal]:
		return s.Name + " is not known" + needs
	}
	return s.Name + " " + s.measured(w.sample.values[n.signal]) + needs
}

// asked is what n asks of its signal or of the time, or the contrary.
func (n *node) asked(wanted bool) string {
	switch {
	case n.form == compare && wanted:
		return opWords[n.op] + " " + signals[n.signal].text(n.level)
	case n.form == compare:
		return opWords[n.op.inverse()] + " " + signals[n.signal].text(n.level)
	case n.form == word:
		m := *n
		if !wanted {
			m.words ^= 1<<len(signals[n.signal].Words) - 1
		}
		return m.wordList()
	case wanted:
		return n.window.String()
	}
	return "not " + n.window.String()
}
