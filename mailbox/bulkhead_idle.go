// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// idle are the fields of b that have no effect beside the others: warnings.
func (b Bulkhead) idle() (ps fuseboard.Problems) {
	const setQueue = "set queue to the number of callers that may wait, or remove "
	alone := func(path, value string) fuseboard.Problem {
		return fuseboard.Problem{Path: path, Code: CodeOrderWithoutQueue, Value: value, Message: "has no effect without a queue", Fix: setQueue + path}
	}
	noQueue, noCoDel, target := b.Queue == 0, b.Order != CoDel, b.WithDefaults().Target
	for _, field := range []struct {
		idle    bool
		problem fuseboard.Problem
	}{
		{b.MaxWait != 0 && noQueue, fuseboard.Problem{
			Path: "max_wait", Code: CodeWaitWithoutQueue, Value: plain.Duration(b.MaxWait),
			Message: "has no effect without a queue", Fix: setQueue + "max_wait",
		}},
		{b.Order != FIFO && noQueue && b.Order.known(), alone("order", b.Order.String())},
		{b.Fair && noQueue, alone("fair", "true")},
		{b.Estimate && noQueue, alone("estimate", "true")},
		{b.Target != 0 && noCoDel, onlyCoDel("target", plain.Duration(b.Target))},
		{b.Interval != 0 && noCoDel, onlyCoDel("interval", plain.Duration(b.Interval))},
		{b.overpatient(target), fuseboard.Problem{
			Path: "target", Code: CodeTargetOverWait, Value: plain.Duration(target),
			Message: "is no less than max_wait (" + plain.Duration(b.MaxWait) + "), so everybody is late before", Fix: "lower target well below max_wait",
		}},
	} {
		if field.idle {
			ps = append(ps, field.problem)
		}
	}
	return ps
}

// overpatient reports whether CoDel's target is never reached.
func (b Bulkhead) overpatient(target time.Duration) bool {
	return b.Order == CoDel && b.MaxWait > 0 && target >= b.MaxWait
}

func onlyCoDel(path, value string) fuseboard.Problem {
	return fuseboard.Problem{Path: path, Code: CodeWithoutCoDel, Value: value, Message: "has no effect unless the order is codel", Fix: "set order to codel, or remove " + path}
}
