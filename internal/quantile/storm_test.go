// SPDX-License-Identifier: Apache-2.0

package quantile

import (
	"sync"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

func TestStorm_EveryRecordIsCountedOnce(t *testing.T) {
	const callers, each = 8, 20_000
	l := New(7*time.Second, 100, 0.5, 0.99)
	var all sync.WaitGroup
	for g := range callers {
		all.Go(func() {
			for i := range each { // six slots go by, so nothing is forgotten
				now := fuseboard.Instant(i) * fuseboard.Instant(6*time.Second) / each
				l.Record(now, times(i))
				if v, ok := l.Value(i % 3); ok && (v < 800*time.Microsecond || v > 2*time.Millisecond) {
					t.Errorf("a value of %s", v)
					return
				}
				if i%1000 == g {
					l.Reshape(7*time.Second, 100, 0.5, 0.99)
				}
			}
		})
	}
	all.Wait()
	var counts [doublings][perDoubling]uint32
	if n := l.gather(&counts); n != callers*each {
		t.Errorf("%d counted of %d", n, callers*each)
	}
}

// Everything is forgotten and everything made again, by all at once.
func TestStorm_SlotsComeAndGo(t *testing.T) {
	l := New(time.Millisecond, 10, 0.5)
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 20_000 {
				now := fuseboard.Instant(i) * 20_000 * fuseboard.Instant(1+g%2)
				l.Record(now, times(i))
				if i%2000 == 0 {
					l.Reshape(time.Duration(1+i/2000%2)*time.Millisecond, 10, 0.5)
				}
			}
		})
	}
	all.Wait()
	for i := range 20 {
		l.Record(fuseboard.Instant(time.Hour)+fuseboard.Instant(i), time.Minute)
	}
	if v, ok := l.Value(0); !ok || v < 50*time.Second {
		t.Errorf("%s, %t: what was long ago still counts", v, ok)
	}
}

func TestRecordAllocatesOncePerDoubling_Alloc(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates")
	}
	l, now := New(time.Second, 10, 0.5, 0.9, 0.99, 0.999), fuseboard.Instant(0)
	record := func() {
		now = now.Add(7 * time.Millisecond)
		l.Record(now, time.Millisecond)
		l.Record(now, 30*time.Second)
		_, _ = l.Value(1)
	}
	record()
	if n := testing.AllocsPerRun(2000, record); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
