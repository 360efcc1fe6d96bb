// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// past is what became of a guard's calls, as far as no other number tells it. It
// is written by refusals, which neither allocate nor read a clock for it, and by
// failed attempts. A success passes it by, and a guard that has seen neither has none.
type past struct {
	// refused has the last refusal of each reason, and of them all. They are shared
	// errors, so that to refuse again costs two comparisons.
	refused [reasonsToRefuse + 1]atomic.Pointer[CallError]

	mu       sync.Mutex
	repeated episode
	givenUp  []episode // one for each reason, made when it first occurs
}

// The reasons for which calls are refused, in the order in which a call meets them.
const (
	refusedLate = iota
	refusedShed
	refusedOpen
	refusedRestarting
	refusedUnmanned
	refusedThrottled
	refusedTenant
	refusedRate
	refusedTurn
	refusedUnhosted
	refusedFull
	refusedCrowded
	refusedQuota
	refusedHopeless
	refusedWaited
	refusedYielded
	refusedSojourn
	refusedSuspended
	refusedStopped
	reasonsToRefuse
)

// history returns the guard's past, made at first need.
func (g *Guard) history() *past {
	if p := g.past.Load(); p != nil {
		return p
	}
	g.past.CompareAndSwap(nil, new(past))
	return g.past.Load()
}

// episode counts attempts that had one fate, and tells the last of them.
type episode struct {
	why      string
	count    uint64
	op       string
	class    fuseboard.Class
	attempts int
	after    time.Duration
	at       fuseboard.Instant
}

// refuse counts a refusal before the first attempt. One that meets a repetition
// is told by why the failure before it was given up.
func (c *call) refuse(reason int, e *CallError) *CallError {
	switch {
	case c.attempts > 0:
		return e
	case c.shadowed:
		c.guard.wouldRefuse(reason)
		return e
	}
	c.guard.refused(reason, e)
	return e
}

// refused counts a refusal, and remembers it.
func (g *Guard) refused(reason int, e *CallError) {
	g.count.refuse(reason)
	past := g.history()
	remember(&past.refused[reason], e)
	remember(&past.refused[reasonsToRefuse], e)
}

// remember notes the last refusal, which is mostly that which is there.
func remember(last *atomic.Pointer[CallError], e *CallError) {
	if last.Load() != e {
		last.Store(e)
	}
}

// again notes that an attempt begins because the one before it failed.
func (p *past) again(c *call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.repeated.note(c, c.began)
	p.repeated.after = c.began.Sub(c.ended)
}

// gaveUp notes that a failed attempt is not repeated.
func (p *past) gaveUp(c *call, why error) {
	words := c.wordsOf(why)
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.givenUp, func(e episode) bool { return e.why == words })
	if i < 0 {
		i = len(p.givenUp)
		p.givenUp = append(p.givenUp, episode{why: words})
	}
	p.givenUp[i].note(c, c.ended)
}

func (e *episode) note(c *call, at fuseboard.Instant) {
	e.count++
	e.op, e.class, e.at = c.op.name, c.out.Class, at
	e.attempts = c.attempts
	if e.class == "" {
		e.class = fuseboard.ClassError
	}
}

// wordsOf says why there was no further attempt, in one of a few sentences: the
// numbers of the one call are in its error.
func (c *call) wordsOf(why error) string {
	switch e := why.(type) { //nolint:errorlint // our own values, never wrapped; a caller's cause may be anything
	case nil:
		if c.broke == ErrGoexit { //nolint:errorlint // our own value, never wrapped
			return ErrGoexit.Error()
		}
		return "the policy makes one attempt"
	case *PanicError:
		return "its Safe hook panicked"
	case *CallError:
		if e.by != "" && e.Dependency == c.guard.name {
			return "the next attempt was refused by " + e.by
		}
	}
	if why == ErrStopped { //nolint:errorlint // a caller's cause may wrap it
		return "the guard was stopped"
	}
	if slices.Contains(sentences, why) {
		return why.Error()
	}
	return "its caller left"
}

// sentences are the reasons that say everything themselves.
var sentences = []error{
	supervision.ErrNotFailed, supervision.ErrInnermost, supervision.ErrAttempts, supervision.ErrClassAttempts, supervision.ErrClass, supervision.ErrFinal, supervision.ErrUnsafe,
	supervision.ErrRetryAfter, supervision.ErrNoTime, supervision.ErrBudget, ErrGoexit, errBrokeOff, errShadow,
}
