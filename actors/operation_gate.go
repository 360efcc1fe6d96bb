// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/mailbox"
)

// gateReasons are the words of a gate and the reasons that stand for them.
var gateReasons = []struct {
	why    error
	reason int
}{
	{mailbox.ErrFull, refusedFull},
	{mailbox.ErrLate, refusedWaited},
	{mailbox.ErrLimit, refusedCrowded},
	{mailbox.ErrQuota, refusedQuota},
	{mailbox.ErrHopeless, refusedHopeless},
	{mailbox.ErrYielded, refusedYielded},
	{mailbox.ErrSojourn, refusedSojourn},
	{mailbox.ErrSuspended, refusedSuspended},
	{mailbox.ErrStopped, refusedStopped},
}

// reasonOf is the reason in the word of a gate; a word that is none of them is that it is full.
func reasonOf(why error) int {
	for _, one := range gateReasons {
		if errors.Is(why, one.why) {
			return one.reason
		}
	}
	return refusedFull
}

// gateRefusals are the shared errors of an operation for what the gate says under a plan.
func (o *operation) gateRefusals(p *plan) (by [reasonsToRefuse]*CallError) {
	b, limit := p.bulkhead().WithDefaults(), p.limitedBy()
	wait := "the smaller of 100ms and a fifth of what the deadline leaves"
	if b.MaxWait > 0 {
		wait = plain.Duration(b.MaxWait)
	}
	queue := "there is no queue"
	if b.Queue > 0 {
		queue = fmt.Sprintf("the queue of %d is full", b.Queue)
	}
	refuse := func(reason int, cause error, format string, args ...any) {
		by[reason] = o.refusal(byBulkhead, cause, fmt.Sprintf(format, args...))
	}
	refuse(refusedFull, mailbox.ErrFull, "no permit of %s is free and %s; call less, or raise %s or bulkhead.queue", p.permits(), queue, limit)
	by[refusedWaited] = o.late(p, wait, "bulkhead.max_wait")
	refuse(refusedSuspended, mailbox.ErrSuspended, "its supervisor is restarting the guard; try again shortly")
	other := "one of a higher priority"
	if b.Fair {
		other += ", or of a tenant with fewer places,"
	}
	refuse(refusedYielded, mailbox.ErrYielded, "%s, and %s came; call less, raise %s or bulkhead.queue, or give the call a higher priority", queue, other, limit)
	refuse(refusedQuota, mailbox.ErrQuota, "bulkhead.quota keeps them; call less, raise %s or the quota, or give the call a higher priority", limit)
	refuse(refusedSojourn, mailbox.ErrSojourn, "more calls come than are served (bulkhead.target: %s); call less, or raise %s", plain.Duration(b.Target), limit)
	refuse(refusedHopeless, mailbox.ErrHopeless, "by how fast permits of %s come back it would have waited in vain; call less or later, or raise %s", p.permits(), limit)
	return by
}

// awaitedErrors are errors for which an estimate says when to come again: by the priority,
// from the lowest on, because that decides who is served before the call.
type awaitedErrors [priorities][reasonsToRefuse]*CallError

// awaitedErrors makes those of a plan from what the gate says; nil where there is no estimate.
func (o *operation) awaitedErrors(p *plan, by []*CallError) *awaitedErrors {
	if !p.given.Bulkhead.Estimate {
		return nil
	}
	all := new(awaitedErrors)
	for at := range all {
		for _, reason := range []int{refusedFull, refusedQuota, refusedHopeless} {
			e := *by[reason]
			e.gate, e.priority = o.guard.gate, fuseboard.Sheddable+fuseboard.Priority(at) //nolint:gosec // one of four
			all[at][reason] = &e
		}
	}
	return all
}

// gate is the error of a reason in the word of the gate. The context is asked for its
// priority where that tells when to come again.
func (r *refusals) gate(reason int, ctx context.Context) *CallError {
	if r.awaited == nil || r.awaited[0][reason] == nil {
		return r.byGate[reason]
	}
	return r.gateAt(reason, fuseboard.PriorityOf(ctx))
}

// gateAt is gate of a call of the priority.
func (r *refusals) gateAt(reason int, p fuseboard.Priority) *CallError {
	if r.awaited != nil {
		at := int(min(max(p, fuseboard.Sheddable), fuseboard.Critical) - fuseboard.Sheddable)
		if e := r.awaited[at][reason]; e != nil {
			return e
		}
	}
	return r.byGate[reason]
}
