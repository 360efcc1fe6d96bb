// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// A full book of the largest orders: what whoever holds an operator's key can make a node keep.
func TestAFullBookOfTheLargestOrdersNeedsAFewMegabytes(t *testing.T) {
	values := map[string]string{}
	for i := range MostValues {
		values[fmt.Sprintf("field_%d", i)] = strings.Repeat("v", 28)
	}
	b := NewBook(trusting(t, 1))
	before := heap()
	for i := range MostOrders + 1 {
		s := signed(t, 1, hold(noon, later(time.Duration(i)*time.Millisecond), of(fmt.Sprintf("d%d", i)), func(o *Order) {
			o.Verb, o.Policy, o.Reason = Policy, values, strings.Repeat("r", 240)
		}))
		if n := len(s.Bytes()); n < MostBytes*95/100 {
			t.Fatalf("%d bytes are not the largest", n)
		}
		apply(t, b, noon, s)
	}
	grown := int64(heap()) - int64(before)
	t.Logf("%d orders: %.1f MiB", len(b.held), float64(grown)/(1<<20))
	if len(b.held) != MostOrders || grown > 6<<20 {
		t.Errorf("%d orders need %d bytes", len(b.held), grown)
	}
	runtime.KeepAlive(b)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
