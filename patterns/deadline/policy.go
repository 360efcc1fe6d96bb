// SPDX-License-Identifier: Apache-2.0

package deadline

import (
	"context"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Codes of the problems that only a combination of fields has.
const (
	// CodeAttemptOverTotal warns that the total ends every attempt first.
	CodeAttemptOverTotal = "attempt-over-total"
	// CodeReserveOverTotal: more is kept back than the call may take.
	CodeReserveOverTotal = "reserve-over-total"
)

// Policy says how long a call may take. The zero Policy sets no limit; the
// caller's own deadline holds in any case.
type Policy struct {
	// Total is for the whole call: waiting in the queue, every attempt, every
	// backoff. 1ms to 24h; zero is no limit.
	Total time.Duration
	// Attempt is for one run of the handler, and begins when it holds a permit.
	// 1ms to 24h; zero is no limit.
	Attempt time.Duration
	// Reserve is kept back from the caller's deadline, so that this hop can still
	// encode its answer, or fall back, before the caller leaves. 0 to 1h. It does
	// not shorten Total.
	Reserve time.Duration
	// Adaptive ends an attempt earlier than Attempt, by how long attempts took lately. The
	// zero one does not. It needs Attempt.
	Adaptive Adaptive
}

// On reports whether any field is set.
func (p Policy) On() bool { return p != Policy{} }

// Validate reports every problem of p: ranges, a reserve that leaves nothing
// of the total, and, as a warning, an attempt longer than the total.
func (p Policy) Validate() fuseboard.Problems {
	var c plain.Check
	c.Duration("total", p.Total, time.Millisecond, 24*time.Hour, "leave it out for no limit")
	c.Duration("attempt", p.Attempt, time.Millisecond, 24*time.Hour, "leave it out for no limit")
	c.Duration("reserve", p.Reserve, 0, time.Hour, "leave it out to keep nothing back")
	c.Include("adaptive", p.Adaptive.validate(p.Attempt))
	if p.Total <= 0 {
		return c.Problems()
	}
	if p.Attempt > p.Total {
		c.Add(fuseboard.Problem{
			Path: "attempt", Code: CodeAttemptOverTotal, Value: plain.Duration(p.Attempt), Warning: true,
			Message: "is longer than total (" + plain.Duration(p.Total) + "), which ends every attempt first",
			Fix:     "lower attempt, or raise total to at least attempts times attempt plus backoff",
		})
	}
	if p.Reserve >= p.Total {
		c.Add(fuseboard.Problem{
			Path: "reserve", Code: CodeReserveOverTotal, Value: plain.Duration(p.Reserve),
			Message:  "keeps back as much as the whole call may take",
			Accepted: "less than total (" + plain.Duration(p.Total) + ")",
			Fix:      "lower reserve to what this hop needs after the answer, usually some milliseconds",
		})
	}
	return c.Problems()
}

// Begin cuts the span of a call that starts now: until the caller's deadline
// less Reserve, or until Total has gone by, whichever is first. A caller's
// deadline that leaves no more than the reserve gives a span that has passed
// already. c is the clock that now came from.
func (p Policy) Begin(parent context.Context, c *fuseboard.Clock, now fuseboard.Instant) Span {
	s := Span{Start: now, Until: fuseboard.Never, Scope: Total, Limit: p.Total}
	if p.Total > 0 {
		s.Until = now.Add(p.Total)
	}
	at, ok := parent.Deadline()
	if !ok {
		return s
	}
	scope, end := Caller, c.At(at)
	if p.Reserve > 0 {
		scope, end = Reserved, end.Add(-p.Reserve)
	}
	if end <= s.Until {
		s = Span{Start: now, Until: end, Scope: scope, Limit: max(0, end.Sub(now))}
	}
	return s
}

// First is what ends the first attempt of a call whose caller has no deadline: Begin and Try
// in one, worked out once a policy.
type First struct {
	// Limit is the smaller of Total and Attempt; zero where there is neither.
	Limit time.Duration
	// Scope says whose it is.
	Scope Scope
}

// First returns what ends a first attempt.
func (p Policy) First() First {
	s := Span{Until: fuseboard.Never, Scope: Total, Limit: p.Total}
	if p.Total > 0 {
		s.Until = fuseboard.Instant(p.Total)
	}
	s = p.Try(s, 0)
	return First{Limit: s.Limit, Scope: s.Scope}
}

// Until is the end of the attempt that begins with its call now.
func (f First) Until(now fuseboard.Instant) fuseboard.Instant {
	if f.Limit <= 0 {
		return fuseboard.Never
	}
	return now.Add(f.Limit)
}

// Try cuts the span of one attempt that starts now. Where s ends first it is s
// itself, with its start and its scope, so that an error tells the limit that
// really held and the time that really went by.
func (p Policy) Try(s Span, now fuseboard.Instant) Span {
	if p.Attempt <= 0 || now.Add(p.Attempt) >= s.Until {
		return s
	}
	return Span{Start: now, Until: now.Add(p.Attempt), Scope: Attempt, Limit: p.Attempt}
}
