// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// idle are the fields of b that have no effect beside the others: warnings.
func (b Bulkhead) idle() (ps fuseboard.Problems) {
	const setQueue = "set queue to the number of callers that may wait, or remove "
	add := func(idle bool, p fuseboard.Problem) {
		if idle {
			ps = append(ps, p)
		}
	}
	alone := func(path, value string) fuseboard.Problem {
		return fuseboard.Problem{Path: path, Code: CodeOrderWithoutQueue, Value: value, Message: "has no effect without a queue", Fix: setQueue + path}
	}
	noQueue, noCoDel := b.Queue == 0, b.Order != CoDel
	add(b.MaxWait != 0 && noQueue, fuseboard.Problem{
		Path: "max_wait", Code: CodeWaitWithoutQueue, Value: plain.Duration(b.MaxWait),
		Message: "has no effect without a queue", Fix: setQueue + "max_wait",
	})
	add(b.Order != FIFO && b.Order.known() && noQueue, alone("order", b.Order.String()))
	add(b.Fair && noQueue, alone("fair", "true"))
	add(b.Estimate && noQueue, alone("estimate", "true"))
	add(b.Target != 0 && noCoDel, onlyCoDel("target", plain.Duration(b.Target)))
	add(b.Interval != 0 && noCoDel, onlyCoDel("interval", plain.Duration(b.Interval)))
	target := b.WithDefaults().Target
	add(b.MaxWait > 0 && target >= b.MaxWait && !noCoDel, fuseboard.Problem{
		Path: "target", Code: CodeTargetOverWait, Value: plain.Duration(target),
		Message: "is no less than max_wait (" + plain.Duration(b.MaxWait) + "), so everybody is late before", Fix: "lower target well below max_wait",
	})
	return ps
}

func onlyCoDel(path, value string) fuseboard.Problem {
	return fuseboard.Problem{Path: path, Code: CodeWithoutCoDel, Value: value, Message: "has no effect unless the order is codel", Fix: "set order to codel, or remove " + path}
}
