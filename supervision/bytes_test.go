// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"runtime"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

// grown returns by how many bytes the heap grows for each of many things.
func grown(one func() any) int {
	const n = 400
	all := make([]any, n)
	before := heapBytes()
	for i := range all {
		all[i] = one()
	}
	per := (heapBytes() - before) / n
	runtime.KeepAlive(all)
	return per
}

func heapBytes() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// worn returns a closed circuit whose window has all its ticks.
func worn(b Breaker) any {
	c := NewCircuit(b, 1)
	for i := range fuseboard.Instant(2 * tickCount) {
		now := i * fuseboard.Instant(time.Second)
		permit, _ := c.Admit(now)
		c.Record(now, permit, fuseboard.Outcome{Kind: fuseboard.Success})
	}
	return c
}

// probing returns a half-open circuit all of whose probes are under way.
func probing(b Breaker) any {
	c := NewCircuit(b, 1)
	permit, _ := c.Admit(0)
	c.Record(0, permit, fuseboard.Outcome{Kind: fuseboard.Failure})
	c.Expire(fuseboard.Instant(time.Hour))
	for range b.Probes {
		c.Admit(fuseboard.Instant(time.Hour))
	}
	return c
}

func TestBytesAreThoseOfTheHeap(t *testing.T) {
	smallest := Breaker{Consecutive: 1, Window: Window{Calls: 1}, Probes: 1}
	closed := grown(func() any { return worn(smallest) }) - smallest.Bytes()
	halfOpen := grown(func() any { return probing(smallest) }) - smallest.Bytes()
	for what, c := range map[string]struct {
		said, fixed int
		one         func() any
	}{
		"a window of time":       {Breaker{Consecutive: 1}.Bytes(), closed, func() any { return worn(Breaker{Consecutive: 1}) }},
		"a window of 100 calls":  {Breaker{Window: Window{Calls: 100}}.Bytes(), closed, func() any { return worn(Breaker{Window: Window{Calls: 100}}) }},
		"a window of 9000 calls": {Breaker{Window: Window{Calls: 9000}}.Bytes(), closed, func() any { return worn(Breaker{Window: Window{Calls: 9000}}) }},
		"100 probes": {
			Breaker{Probes: 100, Window: Window{Calls: 1}}.Bytes(), halfOpen,
			func() any { return probing(Breaker{Consecutive: 1, Probes: 100, Window: Window{Calls: 1}}) },
		},
		"an account": {Budget{}.Bytes(), size[Spending](), func() any {
			s := NewSpending(Budget{})
			for i := range fuseboard.Instant(2 * tickCount) {
				s.Deposit(i * fuseboard.Instant(time.Second))
				s.Withdraw(i * fuseboard.Instant(time.Second))
			}
			return s
		}},
		"1000 panics": {Panics{Max: 1000}.Bytes(), 0, func() any {
			b := &Breaks{}
			for i := range fuseboard.Instant(1500) {
				b.Note(i*fuseboard.Instant(time.Hour), Panics{Max: 1000, Within: time.Second})
			}
			return b
		}},
		"a breaker that is off": {Breaker{}.Bytes() + size[Circuit](), 0, func() any { return &Circuit{} }},
	} {
		found := grown(c.one) - c.fixed
		t.Logf("%s: %d bytes said, %d found", what, c.said, found)
		if found < c.said*4/5 || found > c.said*5/4+16 {
			t.Errorf("%s takes %d bytes and is said to take %d", what, found, c.said)
		}
	}
}

func TestBytesOfAPolicyThatNobodyValidatedAreBounded(t *testing.T) {
	huge := Breaker{Probes: 1 << 40, Window: Window{Calls: 1 << 40}}
	if got, most := huge.Bytes(), (Breaker{Probes: maxProbes, Window: Window{Calls: maxCalls}}).Bytes(); got != most {
		t.Errorf("%d, the most is %d", got, most)
	}
	if got := (Panics{Max: 1 << 40}).Bytes(); got != (Panics{Max: mostPanics}).Bytes() {
		t.Errorf("%d", got)
	}
	if (Panics{Max: -1}).Bytes() < 0 || (Breaker{}).Bytes() != 0 || (Panics{}).Bytes() != 0 {
		t.Error("less than nothing, or something for nothing")
	}
}
