// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"slices"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/deadline"
	"github.com/fuseboard/fuseboard/supervision"
)

// reckoning counts the answers of a ward by what they say.
type reckoning struct {
	judged, letters uint64 // all; dead letters, which never came to the guard
	succeeded, left uint64
	keys            uint64 // refused by the keyring, or a key that was gone
	rejected        Rejected
}

// judgeWishes judges the answers that have come, each by what it may be. It reports
// whether there were any.
func (m *machine) judgeWishes() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	wrong := func(w *wish, format string) {
		m.faults = append(m.faults, w.say(format))
	}
	before := len(m.wishes)
	m.wishes = slices.DeleteFunc(m.wishes, func(w *wish) bool {
		switch {
		case w.answers > 1:
			wrong(w, "is answered more than once")
		case w.answers == 0 || w.judged:
			return false
		}
		if why := w.judge(); why != "" {
			wrong(w, why)
		}
		w.reckon()
		w.judged = true
		w.leave() // nobody needs its context
		return true
	})
	return len(m.wishes) < before
}

// judge says what is impossible about the answer. Under m.mu.
func (w *wish) judge() string {
	if w.tries > 0 && w.way != "tell" {
		if why := w.judgeTries(); why != "" {
			return why
		}
	}
	if w.err == nil {
		if how := w.lastHow(); w.value != answerTo(w.id, w.tries) || !slices.Contains([]string{"ok", "stuck", "nested"}, how) {
			return "has the answer of another"
		}
		return when(w.m.dropped[w.value], "has an answer that was discarded")
	}
	if w.err == errLetter { //nolint:errorlint // our own
		return when(!w.of.stopping || w.tries > 0, "is a dead letter, but its guard lives")
	}
	e, is := w.err.(*CallError) //nolint:errorlint // it comes bare
	if !is && w.may(watches) {
		e, is = &CallError{Attempts: w.tries, Cause: w.err}, true // the handler's own
	}
	switch {
	case !is:
		return "is answered with an error of another type"
	case e.Attempts != w.tries:
		return "has another number of attempts"
	case e.RejectedBy() != "":
		return when(e.Attempts > 0, "is refused after an attempt") + w.judgeRefusal(e)
	case e.Attempts == 0:
		return when(w.ctx.Err() == nil, "was left by a caller who waits")
	}
	return w.judgeFailure(e)
}

func when(wrong bool, what string) string {
	if wrong {
		return what
	}
	return ""
}

func (w *wish) lastHow() string {
	if w.tries == 0 {
		return ""
	}
	return w.deed(w.tries).how
}

// may reports whether any policy that was in force while the wish lived is so.
func (w *wish) may(is func(Policy) bool) bool {
	return slices.ContainsFunc(w.laws(), is)
}

// op is the name of what it asks for; empty where that has none.
func (w *wish) op() string {
	if w.way == "do" || w.asks == nil {
		return ""
	}
	return w.asks.op.name
}

// laws are the policies that were in force while the wish lived, with their cases laid over: it is
// of normal priority, and nobody's.
func (w *wish) laws() (all []Policy) {
	for _, p := range w.of.policies[w.first:] {
		all = append(all, p)
		for attempt := range min(4, 4*len(p.Cases)) {
			all = append(all, byHand(p, w.op(), fuseboard.Normal, "", attempt+1))
		}
	}
	return all
}

// watches reports whether the policy is in shadow.
func watches(p Policy) bool { return p.Mode == ShadowPolicy }

// watched reports whether the ward was ever in shadow: what is a success to a caller may be
// none to the policy, and a key without a place has its call run uncounted. Under m.mu.
func (w *ward) watched() bool { return slices.ContainsFunc(w.policies, watches) }

// judgeTries looks at the repetitions: not too many, and only of what may be repeated.
func (w *wish) judgeTries() string {
	most := 1
	for _, p := range w.laws() {
		most = max(most, p.Retry.MostAttempts())
	}
	if w.tries > most {
		return "was repeated too often"
	}
	for n := 1; n < w.tries; n++ {
		switch d := w.deed(n); d.how {
		case "refused", "nested":
		case "goexit":
			if !d.slow() {
				return "was repeated after the end of its goroutine"
			}
		case "ok":
			if !d.slow() {
				return "was repeated after a success"
			}
		default:
			if !w.safe || w.way == "do" {
				return "was repeated, and is not safe"
			}
		}
	}
	return ""
}

// slow reports whether something else may end it.
func (d act) slow() bool { return d.take > 0 }

// judgeRefusal asks whether the section that refused was on.
func (w *wish) judgeRefusal(e *CallError) string {
	of := w.of
	possible := map[string]bool{
		byBreaker:  errors.Is(e, ErrOpen) && (of.held || of.commandedOpen || w.may(func(p Policy) bool { return p.Breaker.On() || p.Panics.On() })),
		byThrottle: errors.Is(e, ErrThrottled) && w.may(func(p Policy) bool { return p.Throttle.On() }),
		byRate:     errors.Is(e, ErrRate) && w.may(func(p Policy) bool { return p.Rate.On() }),
		byBulkhead: (errors.Is(e, ErrFull) || errors.Is(e, ErrLate)) && (of.broke || w.may(func(p Policy) bool { return p.Bulkhead.On() || p.Workers.On() || p.Adaptive.On() })) || errors.Is(e, ErrSuspended) && of.broke,
		byRestart:  errors.Is(e, ErrRestarting) && of.rebuilt,
		byDeadline: w.dated || w.may(func(p Policy) bool { return p.Deadline.On() }),
		byWorkers:  errors.Is(e, ErrAbandoned) && w.may(func(p Policy) bool { return p.Workers.On() }),
		bySystem:   errors.Is(e, ErrStopped) && (of.stopping || of.keyed != nil),
		byKeys:     of.keyed != nil,
	}
	switch {
	case !possible[e.RejectedBy()]:
		return "is refused by a section that is off"
	case w.stopping && e.RejectedBy() != bySystem && e.RejectedBy() != byDeadline && e.RejectedBy() != byKeys:
		return "is refused by something else than the stop"
	}
	return ""
}

// judgeFailure asks whether an attempt can have failed so.
func (w *wish) judgeFailure(e *CallError) string {
	timed := w.dated || w.may(func(p Policy) bool { return p.Deadline.On() })
	_, late := errors.AsType[*deadline.Error](e.Cause)
	mark, marked := errors.AsType[*mark](e.Cause)
	switch {
	case marked && (mark.id != w.id || mark.attempt != w.tries || mark.how != w.lastHow()):
		return "fails with the error of another"
	case marked && w.lastHow() == "nested":
		return "" // whatever the other guard says
	case late && !timed, errors.Is(e.Why, supervision.ErrNoTime) && !timed:
		return "is late without a deadline"
	case errors.Is(e.Why, supervision.ErrAttempts) && w.tries < 2 && !w.may(repeatsSomething):
		return "has no attempts left"
	case errors.Is(e.Why, ErrStopped) && !w.of.stopping:
		return "is stopped, and its guard is not"
	case marked || late:
		return ""
	case errors.Is(e.Cause, ErrGoexit):
		return when(w.lastHow() != "goexit", "ends a goroutine")
	case errors.Is(e.Cause, context.Canceled), errors.Is(e.Cause, context.DeadlineExceeded):
		return when(w.ctx.Err() == nil && !w.of.stopping, "is cancelled by nobody")
	}
	return "fails with an error that nobody made"
}

// reckon counts the answer. Under m.mu.
func (w *wish) reckon() {
	r := &w.of.settled
	r.judged++
	e, is := w.err.(*CallError) //nolint:errorlint // it comes bare
	switch {
	case w.err == nil:
		r.succeeded++
	case w.err == errLetter: //nolint:errorlint // our own
		r.letters++
	case !is || e.Attempts > 0:
	case e.RejectedBy() == "":
		r.left++
	case w.of.keyed != nil && (e.RejectedBy() == byKeys || e.RejectedBy() == bySystem):
		r.keys++ // refused by the keyring or by the guard of a key: nobody can tell from outside
	default:
		r.reject(e)
	}
}

func (r *reckoning) reject(e *CallError) {
	switch e.RejectedBy() {
	case byBreaker:
		r.rejected.Breaker++
	case byBulkhead:
		r.rejected.Bulkhead++
	case byThrottle:
		r.rejected.Throttle++
	case byRate:
		r.rejected.Rate++
	case byRestart:
		r.rejected.Restart++
	case byDeadline:
		r.rejected.Deadline++
	case byWorkers:
		r.rejected.Workers++
	case bySystem:
		r.rejected.Stopped++
	}
}

// repeatsSomething: a policy that repeats, but by its classes or cases perhaps not this.
func repeatsSomething(p Policy) bool {
	return p.Retry.Attempts == 1 || len(p.Retry.Classes) > 0
}
