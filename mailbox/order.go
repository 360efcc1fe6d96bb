// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard"
)

// Order is who of one priority is served first in a [Bulkhead]'s queue. In policy files it
// is one of the words "fifo", "lifo" and "codel".
type Order uint8

// The orders of a queue.
const (
	// FIFO serves who came first. The zero value.
	FIFO Order = iota
	// LIFO serves who came last: under overload some get a quick answer and the rest are
	// late, where otherwise all are nearly late.
	LIFO
	// CoDel serves who came first, until the queue has not drained for an
	// [Bulkhead.Interval]: it was never empty, and whoever was served had waited for
	// [Bulkhead.Target] or longer. From then until it is empty it serves who came last, and
	// with each permit refuses ([ErrSojourn]) those who have waited longer than Target;
	// never the last one, so that no permit is idle for it. A burst is queued as ever, and
	// an overload does not become a queue that stands. After Nichols and Jacobson,
	// "Controlling Queue Delay" (ACM Queue 2012; RFC 8289), as adapted to requests in "Fail
	// at Scale" (ACM Queue 2015), which serves the newest first, too.
	CoDel
)

var orderWords = [...]string{"fifo", "lifo", "codel"}

// String returns the order's word, or "unknown".
func (o Order) String() string {
	if !o.known() {
		return "unknown"
	}
	return orderWords[o]
}

// MarshalText returns the order's word; it is an error when there is none.
func (o Order) MarshalText() ([]byte, error) {
	if !o.known() {
		return nil, fmt.Errorf("order %d has no word (accepted: %s)", o, strings.Join(orderWords[:], ", "))
	}
	return []byte(orderWords[o]), nil
}

// UnmarshalText reads the order's word as [Order.MarshalText] writes it. An unknown word is
// an error that names the accepted ones, and o keeps its value.
func (o *Order) UnmarshalText(text []byte) error {
	i := slices.Index(orderWords[:], string(text))
	if i < 0 {
		return fmt.Errorf("%q is not an order (accepted: %s)", text, strings.Join(orderWords[:], ", "))
	}
	*o = Order(i)
	return nil
}

func (o Order) known() bool { return int(o) < len(orderWords) }

func orderProblem(o Order) fuseboard.Problem {
	return fuseboard.Problem{
		Path: "order", Code: CodeUnknownWord, Value: strconv.Itoa(int(o)),
		Message: "has no word", Accepted: strings.Join(orderWords[:], ", "), Fix: "use one of the words, or leave it out for fifo",
	}
}
