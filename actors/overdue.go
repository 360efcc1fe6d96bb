// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/mailbox"
)

// overdueListed bounds how many overdue handlers an explanation names.
const overdueListed = 8

// Overdue is a handler that runs although its caller has left it. It holds its
// permit until it returns.
type Overdue struct {
	// Operation is its name; empty for [Do] and for that of [Spawn].
	Operation string
	// Attempt numbers the attempt within its call, the first one 1.
	Attempt int
	// Began is when the handler was started, on the System's clock.
	Began fuseboard.Instant
	// By is how long it has run past its deadline; zero where its caller left before that.
	By time.Duration
}

// String tells of it in one line: "charge, attempt 2, overdue by 2.2s".
func (o Overdue) String() string {
	name := o.Operation
	if name == "" {
		name = "a call"
	}
	return fmt.Sprintf("%s, attempt %d, overdue by %s", name, o.Attempt, short(o.By))
}

// overdue returns the oldest of the handlers that were left, the longest left first.
func (s sight) overdue() (list []Overdue) {
	s.guard.pool.Load().Left(func(w mailbox.Work) bool {
		if t, ok := w.(interface{ told() errand }); ok {
			e := t.told()
			o := Overdue{Operation: e.op.name, Attempt: e.attempt, Began: e.began}
			if e.until != fuseboard.Never {
				o.By = max(s.now.Sub(e.until), 0)
			}
			list = append(list, o)
		}
		return len(list) < overdueListed
	})
	return list
}

func (e *errand) told() errand { return *e }

// workers says what the pooled goroutines do.
func (s sight) workers() string {
	w, crew := s.plan.workers(), s.crew
	var words string
	switch {
	case w.On():
		words = fmt.Sprintf("%d of %s run, %d idle; %d of %d abandoned",
			crew.Running, plain.Count(w.Max, "goroutine", "goroutines"), crew.Idle, crew.Abandoned, w.MaxAbandoned)
	case crew.Running > 0:
		words = fmt.Sprintf("off; of an earlier policy %s, %d of them abandoned", plain.Count(crew.Running, "handler runs", "handlers run"), crew.Abandoned)
	default:
		return "off: handlers run on their callers' goroutines"
	}
	list := s.overdue()
	parts := make([]string, 0, len(list))
	for _, o := range list {
		parts = append(parts, fmt.Sprintf("%s, runs for %s", o, short(max(s.now.Sub(o.Began), 0))))
	}
	if more := crew.Abandoned - len(list); more > 0 {
		parts = append(parts, fmt.Sprintf("%d more", more))
	}
	if len(parts) > 0 {
		words += ": " + strings.Join(parts, "; ")
	}
	return words
}
