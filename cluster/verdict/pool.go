// SPDX-License-Identifier: Apache-2.0

package verdict

import "math"

// voice is what one caller adds to the pool: one that is held, what made it hold, for a while.
type voice struct {
	weight float64 // attempts
	ratio  float64 // of failures
	fails  bool    // its vote
}

// pool is the evidence of callers together. No voice has more than a third of it, and what
// it says must hold whichever one of them is left out: one observer decides nothing.
type pool struct{ voices []voice }

func (p *pool) add(v voice) { p.voices = append(p.voices, v) }

// entry reports whether, without any one voice, at least two others fail, the attempts
// are at least so many, and the share of failures is at least rate; and the worst of
// those numbers.
func (p *pool) entry(calls, rate float64) (attempts, failures float64, ok bool) {
	s := p.sums()
	ok = s.failing >= 3 && len(p.voices) >= 3
	if len(p.voices) == 0 {
		return 0, 0, false
	}
	attempts, failures = math.Inf(1), math.Inf(1)
	for i := range p.voices {
		a, f := p.without(i, &s)
		attempts, failures = min(attempts, a), min(failures, f)
	}
	return attempts, max(failures, 0), ok && attempts >= calls && failures >= rate
}

// sums is what without needs of all voices: the three heaviest decide every cap.
type sums struct {
	weight, failed float64
	failing        int
	top            [3]int // the heaviest voices' places, -1: none
}

func (p *pool) sums() sums {
	s := sums{top: [3]int{-1, -1, -1}}
	for i := range p.voices {
		v := &p.voices[i]
		s.weight += v.weight
		s.failed += v.weight * v.ratio
		if v.fails {
			s.failing++
		}
		p.rank(&s, i)
	}
	return s
}

// rank puts voice i in its place among the heaviest.
func (p *pool) rank(s *sums, i int) {
	for k, j := range s.top {
		if j < 0 || p.voices[i].weight > p.voices[j].weight {
			copy(s.top[k+1:], s.top[k:])
			s.top[k] = i
			return
		}
	}
}

// without returns the capped attempts and the share of failures of all voices but one.
// Of two that are left each weighs the same.
func (p *pool) without(out int, s *sums) (attempts, failures float64) {
	n := len(p.voices) - 1
	gone := p.voices[out]
	weight, failed := s.weight-gone.weight, s.failed-gone.weight*gone.ratio
	first, second := s.rest(out)
	switch {
	case n < 1:
		return 0, 0
	case n == 1:
		return weight, p.voices[first].ratio
	case n == 2:
		return weight, (p.voices[first].ratio + p.voices[second].ratio) / 2
	}
	return capped(weight, failed, p.voices[first], p.voices[second])
}

// rest returns the two heaviest that are left without one.
func (s *sums) rest(out int) (first, second int) {
	switch out {
	case s.top[0]:
		return s.top[1], s.top[2]
	case s.top[1]:
		return s.top[0], s.top[2]
	}
	return s.top[0], s.top[1]
}

// capped cuts the weights a ≥ b of three or more to a third of the sum that is left then.
// Never more than two are above it.
func capped(weight, failed float64, a, b voice) (attempts, failures float64) {
	if a.weight > weight/3 {
		limit := (weight - a.weight) / 2 // a third of the rest and itself
		if b.weight > limit {
			limit = weight - a.weight - b.weight
			failed -= (b.weight - limit) * b.ratio
			weight -= b.weight - limit
		}
		failed -= (a.weight - limit) * a.ratio
		weight -= a.weight - limit
	}
	if weight <= 0 {
		return 0, 0
	}
	return weight, failed / weight
}
