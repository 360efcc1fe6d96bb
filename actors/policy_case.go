// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"slices"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// MaxCases is how many cases a policy may have. Where some name operations, these (those that the same
// cases name count once) and the tenants that cases name make at most 512 combinations, those that no
// case names counted as one more of each.
const MaxCases = 64

// Case says what is otherwise for some calls of a [Policy]: a row of its table. A case
// matches a call that has everything that it names, and what it sets replaces what the
// policy says, field by field; a field at zero leaves what is there. Of several cases that
// match, each is laid over those before it, so the last one that sets a field decides.
//
// What a case can say is what belongs to one call. What all calls of a guard share
// (permits, queue, circuit, the retry budget) cannot vary. A word at its zero ("exponential",
// "full") and a false cannot be said over another one, because that is a field at zero.
type Case struct {
	// Operations are the names of the operations it is for, exactly as they were bound (see
	// [Bind]): 1 to 63 of a-z 0-9 _ . -, at most 64 of them. Empty: all, and also what has no
	// name: [Do], [Guard.Enter], and what [Spawn], [SpawnKeyed] and [Rebuild] bind. A name that
	// nobody has bound is no error, because operations may come later; [Guard.Warnings] tells of it.
	Operations []string
	// Priorities are those of the calls it is for, as [fuseboard.PriorityOf] has them.
	// Empty: all.
	Priorities []fuseboard.Priority
	// Tenant is that of the calls it is for, exactly as [fuseboard.Meta] has it; up to 256
	// bytes. Empty: all, and those of nobody.
	Tenant string
	// Attempt is the attempt of the call, counted by the guard itself, from which on it
	// applies: from the end of the backoff before that. 0 and 1: from the first on. 2 to 10.
	Attempt int

	// Deadline replaces fields of the policy's, but for Adaptive, whose evidence all calls share:
	// the Attempt of a case is its ceiling. Total and Reserve are of the whole call, so a
	// case with an Attempt of 2 or more cannot set them.
	Deadline Deadline
	// Retry replaces fields of the policy's, but for its Budget, which all calls share. The
	// decision about a failed attempt, and the wait after it, are those of that attempt.
	// Attempts 1 never repeats. A call that by its cases never repeats adds nothing to the
	// calls by which the budget is reckoned.
	Retry Retry
	// MaxWait replaces bulkhead.max_wait: how long a call may stay in the queue, longer or
	// shorter than others. 1us to 1m; 0: as the policy says. It needs a queue.
	MaxWait time.Duration
	// Cost is what each call takes of the rate limit, or, where [With].Cost says what a
	// request costs, what that is multiplied with. 1 to 1000000; 0: as the policy says, 1.
	Cost int
}

// lay lays what the case sets over p, and returns which fields of p these are. The
// budget is never among them, nor is a wait without a queue, nor, from a later attempt on,
// what is of the whole call.
func (c Case) lay(p *Policy) (laid []plain.Laid) {
	lay := func(section string, fields []plain.Laid) {
		for _, f := range fields {
			f.Path = section + "." + f.Path
			laid = append(laid, f)
		}
	}
	c.Retry.Budget, c.Deadline.Adaptive = Budget{}, AdaptiveAttempt{}
	if c.Attempt > 1 {
		c.Deadline.Total, c.Deadline.Reserve = 0, 0
	}
	lay("deadline", plain.Overlay(&p.Deadline, c.Deadline))
	lay("retry", plain.Overlay(&p.Retry, c.Retry))
	if p.Bulkhead.Queue > 0 {
		lay("bulkhead", plain.Overlay(&p.Bulkhead, Bulkhead{MaxWait: c.MaxWait}))
	}
	return laid
}

// from is the attempt from which on it applies.
func (c Case) from() int { return max(c.Attempt, 1) }

// matches reports whether it is for calls of the operation, priority and tenant, whatever the
// attempt. An operation without a name is matched by those that name none.
func (c Case) matches(op string, p fuseboard.Priority, tenant string) bool {
	return (len(c.Operations) == 0 || slices.Contains(c.Operations, op)) &&
		(len(c.Priorities) == 0 || slices.Contains(c.Priorities, p)) && (c.Tenant == "" || c.Tenant == tenant)
}

// clone returns a case that shares nothing with c. A list without members says the same as none.
func (c Case) clone() Case {
	c.Operations, c.Priorities, c.Retry = cloneList(c.Operations), cloneList(c.Priorities), cloneRetry(c.Retry)
	return c
}

// equal reports whether two cases say the same, word for word.
func (c Case) equal(o Case) bool {
	return c.sameCalls(o) && c.Deadline == o.Deadline && c.MaxWait == o.MaxWait && c.Cost == o.Cost && sameRetry(c.Retry, o.Retry)
}

// sameCalls reports whether both are for the same calls.
func (c Case) sameCalls(o Case) bool {
	return slices.Equal(c.Operations, o.Operations) && slices.Equal(c.Priorities, o.Priorities) && c.Tenant == o.Tenant && c.Attempt == o.Attempt
}

// casePath is where a field of a policy stands in a case.
func casePath(path string) string {
	if path == "bulkhead.max_wait" {
		return "max_wait"
	}
	return path
}

// repeats reports whether calls may be repeated, by the policy or by one of its cases.
func (p Policy) repeats() bool {
	if p.Retry.MostAttempts() > 1 {
		return true
	}
	return slices.ContainsFunc(p.Cases, func(c Case) bool {
		c.lay(&p)
		return p.Retry.MostAttempts() > 1
	})
}

// repeatsOf is repeats for the calls of one operation: it asks each row of its block.
func (p Policy) repeatsOf(op string) bool {
	if _, by := operationsOf(p.Cases); len(by) == 0 {
		return p.repeats()
	}
	t := newTable(&plan{given: p})
	first := t.blockOf(op)
	for row := first; row < first+t.blockSize(); row += len(t.steps) {
		if layCases(p, t.applied(row, 0)).policy.Retry.MostAttempts() > 1 {
			return true
		}
	}
	return false
}

// when says in words for which calls the case is.
func (c Case) when() string {
	var parts []string
	if len(c.Operations) > 0 {
		parts = append(parts, "operation "+strings.Join(c.Operations, " or "))
	}
	if len(c.Priorities) > 0 {
		words := make([]string, len(c.Priorities))
		for i, p := range c.Priorities {
			words[i] = p.String()
		}
		parts = append(parts, "priority "+strings.Join(words, " or "))
	}
	if c.Tenant != "" {
		parts = append(parts, "tenant "+c.Tenant)
	}
	if c.Attempt > 1 {
		parts = append(parts, "from the "+ordinal(c.Attempt)+" attempt on")
	}
	if len(parts) == 0 {
		return "every call"
	}
	return strings.Join(parts, ", ")
}
