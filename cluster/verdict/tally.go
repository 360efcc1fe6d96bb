// SPDX-License-Identifier: Apache-2.0

package verdict

// tally is what the callers of one scope say.
type tally struct {
	callers, failing, passing, held int
	before                          int  // callers whose names come before mine
	fresh                           int  // votes that it fails, confirmed lately
	voting, against                 span // zones with a vote, and with a vote that it fails
	probers, recovered              int
	spoilt                          int // probers that saw it fail
	good                            int // probes that succeeded, two of each caller at most
	pool                            pool
}

// span counts zones up to two.
type span struct {
	first string
	n     int
}

func (s *span) add(zone string) {
	switch {
	case s.n == 0:
		s.first, s.n = zone, 1
	case s.n == 1 && zone != s.first:
		s.n = 2
	}
}

// caller is one node with what counts of it.
type caller struct {
	zone     string
	before   bool // its name comes before mine
	phase    Phase
	vote     Vote
	fresh    bool // an attempt confirmed the vote lately
	attempts float64
	ratio    float64
	probed   bool // lately
	works    bool // the latest of those probes succeeded, and half of them
	good     int  // so many of them did
}

func (t *tally) reset() {
	kept := t.pool.voices[:0]
	*t = tally{}
	t.pool.voices = kept
}

// add counts a caller.
func (t *tally) add(c caller, r *Rules) {
	t.callers++
	if c.before {
		t.before++
	}
	t.vote(c)
	switch {
	case c.phase == Hold:
		t.held++
		if c.probed {
			t.probe(c.works, c.good)
		}
	case c.phase == Ramp && c.attempts >= 2:
		t.probe(c.ratio < r.ExitRate, int(c.attempts))
	}
	if c.attempts > 0 {
		t.pool.add(voice{c.attempts, c.share(), c.vote == VoteFail})
	}
}

// vote counts a caller's vote.
func (t *tally) vote(c caller) {
	switch c.vote {
	case VoteNone:
	case VoteOK:
		t.passing++
		t.voting.add(c.zone)
	case VoteFail:
		t.failing++
		if c.fresh {
			t.fresh++
		}
		t.voting.add(c.zone)
		t.against.add(c.zone)
	}
}

// share is how much of a caller's attempts speaks against the dependency: the failures, or
// all of it where the caller votes that it fails, for nothing has succeeded there lately. Else
// the pool would wait for what succeeded before to leave the windows, or come to nothing more
// where circuits opened, just at the threshold, and no more attempts are made.
func (c *caller) share() float64 {
	if c.vote == VoteFail {
		return 1
	}
	return c.ratio
}

func (t *tally) probe(works bool, good int) {
	t.probers++
	if !works {
		t.spoilt++
		return
	}
	t.recovered++
	t.good += min(good, 2)
}

// majority reports whether more than half of at least three callers say that it fails.
func (t *tally) majority() bool {
	return t.callers >= 3 && t.failing >= 2 && 2*t.failing > t.callers
}

// overwhelming reports whether two thirds of the callers say so, by fresh attempts: what it
// takes for a node whose own attempts do not. A bare majority may be liars and bad luck.
func (t *tally) overwhelming() bool { return 3*t.fresh >= 2*t.callers }

// following reports whether most callers hold already: a late node follows.
func (t *tally) following() bool { return t.held >= 3 && 2*t.held > t.callers }

// oneZone reports that votes come from several zones and those against from one alone.
func (t *tally) oneZone() bool { return t.voting.n >= 2 && t.against.n < 2 }
