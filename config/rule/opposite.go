// SPDX-License-Identifier: Apache-2.0

package rule

// margin is how far beyond a threshold the opposite begins, as a share of the threshold's
// distance from the least value that the signal has.
const margin = 0.1

// Opposite returns the condition that ends a rule which begins with c, where the file
// names none. Comparisons are turned round, with a margin of a tenth of the threshold, so
// that a value at the threshold does not switch the rule to and fro: of "cpu > 85% for 10s"
// it is "cpu < 76.5% for 10s". The tenth is counted from the signal's least value: of
// "amplification > 1.5" it is "amplification < 1.45". Upwards it is at most half of the way
// to the greatest value. Words and windows of time are negated, and, or and not are
// turned as De Morgan says, and each for stays. The opposite of none is none.
func (c Condition) Opposite() Condition {
	if c.root == nil {
		return c
	}
	return Condition{root: c.root.turned(true)}
}

// turned returns the opposite of n, or what is as n but further by the margin: the
// opposite of its negation.
func (n *node) turned(opposite bool) *node {
	switch n.form {
	case all, some:
		kids := make([]*node, len(n.kids))
		for i, k := range n.kids {
			kids[i] = k.turned(opposite)
		}
		f := n.form
		if opposite {
			f = all + some - f
		}
		return join(f, kids...)
	case not:
		return n.kids[0].turned(!opposite)
	case hold:
		return &node{form: hold, hold: n.hold, kids: []*node{n.kids[0].turned(opposite)}}
	case compare:
		return n.shifted(n.op.up() != opposite)
	case word, clock:
	}
	switch {
	case !opposite:
		return n
	case n.form == word:
		return &node{form: word, signal: n.signal, words: n.words ^ (1<<len(signals[n.signal].Words) - 1)}
	}
	return negate(n)
}

// shifted returns the comparison with what lies beyond the threshold, upwards or downwards.
func (n *node) shifted(up bool) *node {
	s, away := &signals[n.signal], n.level-signals[n.signal].Least
	moved := &node{form: compare, signal: n.signal, op: below, level: s.round(s.Least + figures(away*(1-margin), 6))}
	if up {
		further := min(away*(1+margin), (away+s.Most-s.Least)/2)
		moved.op, moved.level = above, s.round(s.Least+figures(further, 6))
	}
	switch { // a comparison that never holds would be none
	case !up && moved.level <= s.Least:
		moved.op, moved.level = atMost, s.Least
	case up && moved.level >= s.Most:
		moved.op, moved.level = atLeast, s.Most
	}
	return moved
}

// round leaves of a value what can be written: durations are whole nanoseconds.
func (s *Signal) round(v float64) float64 {
	if s.Kind == Duration {
		return duration(v).Seconds()
	}
	return v
}
