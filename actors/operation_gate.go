// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"errors"
	"fmt"

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
	if b.Estimate {
		for _, reason := range []int{refusedFull, refusedQuota, refusedHopeless} {
			by[reason].gate = o.guard.gate
		}
	}
	return by
}
