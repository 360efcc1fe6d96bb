// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

// mostLines bounds the progress of a long run.
const mostLines = 60

// progress writes what happens while it happens. Its methods are called from
// one goroutine, with the time since the start.
type progress struct {
	out       io.Writer
	script    Script
	state     func() actors.State
	sides     [3]*Recorder // unprotected, protected, with answers
	seen      [3]int       // samples that earlier lines told
	every     time.Duration
	nextLine  time.Duration
	nextPhase time.Duration
}

func newProgress(out io.Writer, s Script, sides [3]*Recorder, state func() actors.State) *progress {
	every := max(time.Second, (s.Total() / mostLines).Round(time.Second))
	return &progress{out: out, script: s, sides: sides, state: state, every: every, nextLine: every}
}

// header is written once, before the first call.
func (p *progress) header(seed uint64, address string) {
	policy := withAnswers(Policy(p.script.Total()), p.script.Total())
	p.print(`Three clients make the same calls, %d a second, to an upstream that breaks.

unprotected   http.Client with a timeout of %s, no retries
protected     the same client over httpclient.Transport: %d calls at once, %d
              waiting, %d attempts of %s, opens for %s at %.0f%% failures
with answers  the same client and policy, a cache (an answer is fresh for %s,
              refreshed behind its callers until %s old, given instead of an
              error until %s) and a fallback (a list price, which half of the
              items have)
calls         each asks for one of %d items, for a few of them all the time; of
              ten 1 is critical, 2 are high, 5 normal and 2 sheddable. A guard
              lets normal ones have %.0f%% of its permits and places, sheddable
              ones %.0f%%: who is shed is at the end of the table
upstream      one for each client, same script: HTTP on loopback, %d workers,
              %d places in the queue; it does every request it has taken, even
              if the caller has left
metrics       %s/metrics, and /ready, while it runs

%s, seed %d. Ctrl-C ends it with the table.

`, rate, Deadline, policy.Bulkhead.Concurrency, policy.Bulkhead.Queue, policy.Retry.Attempts,
		policy.Deadline.Attempt, policy.Breaker.OpenFor, policy.Breaker.FailureRate*100,
		policy.Cache.TTL, policy.Cache.TTL+policy.Cache.StaleWhileRevalidate, policy.Cache.TTL+policy.Cache.StaleIfError, items,
		policy.Bulkhead.Quota.Normal*100, policy.Bulkhead.Quota.Sheddable*100,
		workers, places, address, p.script.Total(), seed)
	p.print(`Calls a second. A degraded one got an old answer or a list price; fail, on the
right, are those without any. Lines with a dash are of the protected circuit.

        unprotected    protected                         with answers
  time  ok fail   p99   ok fail refused   p99 circuit     ok degraded fail   p99
`)
}

// due returns when there is something to write next.
func (p *progress) due() time.Duration { return min(p.nextLine, p.nextPhase) }

// catchUp writes all that is due at elapsed, in order: a line tells of the time
// before it, so it comes before a phase that begins at the same moment.
func (p *progress) catchUp(elapsed time.Duration) {
	for p.due() <= elapsed {
		if p.nextLine <= p.nextPhase {
			p.line(p.nextLine)
			p.nextLine += p.every
			continue
		}
		at := p.nextPhase
		phase := p.script.At(at)
		p.print("%s >> upstream %s: %s\n", clock(at), phase.Name, phase.Says)
		next, more := p.script.Next(at)
		if !more {
			next = math.MaxInt64
		}
		p.nextPhase = next
	}
}

// line tells of the calls that ended since the last one.
func (p *progress) line(at time.Duration) {
	fresh := [3][]Sample{}
	for i, side := range p.sides {
		fresh[i] = side.After(p.seen[i])
		p.seen[i] += len(fresh[i])
	}
	per := func(samples []Sample, so func(Sample) bool) int {
		return int(float64(count(samples, so))/p.every.Seconds() + 0.5)
	}
	bare, guarded, answering := fresh[0], fresh[1], fresh[2]
	p.print("%s %3d %4d %5s  %3d %4d %7d %5s %-9s  %3d %8d %4d %5s\n", clock(at),
		per(bare, Sample.Good), per(bare, ended(Failed)), p99(bare),
		per(guarded, Sample.Good), per(guarded, ended(Failed)), per(guarded, ended(Refused)), p99(guarded), p.state(),
		per(answering, Sample.Full), per(answering, Sample.Instead), per(answering, Sample.Missed), p99(answering))
}

// event tells of a transition of the protected side's circuit; other events are no news here.
func (p *progress) event(elapsed time.Duration, e actors.Event) {
	p.catchUp(elapsed)
	if e.Kind != actors.EventTransition || e.Dependency != guarded {
		return
	}
	p.print("%s  - %s\n", clock(elapsed), e.Transition)
}

// p99 fits its column on a machine so busy that calls take seconds, too.
func p99(samples []Sample) string {
	if ms := milliseconds(quantile(samples, 0.99)); ms >= 1000 {
		return fmt.Sprintf("%.1fs", ms/1000)
	}
	return short(milliseconds(quantile(samples, 0.99)), len(samples))
}

func (p *progress) print(format string, args ...any) {
	_, _ = fmt.Fprintf(p.out, format, args...)
}

// clock writes a time since the start, in six columns.
func clock(at time.Duration) string {
	text := fmt.Sprintf("%.1fs", at.Seconds())
	return strings.Repeat(" ", max(6-len(text), 0)) + text
}
