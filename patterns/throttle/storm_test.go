// SPDX-License-Identifier: Apache-2.0

package throttle

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/fuseboard/fuseboard"
)

func TestStorm_NoCallIsCountedTwiceOrForgotten(t *testing.T) {
	th := New(Policy{Window: 10 * time.Minute})
	var all sync.WaitGroup
	var admitted, accepted, refused atomic.Int64
	const callers, each = 8, 5000
	for g := range callers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(g), 5))
			for i := range each {
				now := fuseboard.Instant(i) * fuseboard.Instant(time.Millisecond)
				priority := fuseboard.Priority(i%4) - 1
				ok, _ := th.Admit(now, priority, random.Float64())
				switch {
				case !ok:
					refused.Add(1)
				case i%7 == 0: // a void
					admitted.Add(-1)
				case i%3 == 0:
					th.Record(now, priority, true)
					accepted.Add(1)
				default:
					th.Record(now, priority, false)
				}
				admitted.Add(1)
				if i%500 == 0 {
					_ = th.View(now).String()
				}
			}
		})
	}
	all.Wait()
	v := th.View(each * fuseboard.Instant(time.Millisecond))
	if v.Requests != admitted.Load() || v.Accepts != accepted.Load() || int64(v.Refused) != refused.Load() {
		t.Errorf("%+v; %d requests, %d accepted, %d refused", v, admitted.Load(), accepted.Load(), refused.Load())
	}
}

func TestAThrottledCallAllocatesNothing_Alloc(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates")
	}
	th, now := New(Policy{Window: time.Second}), fuseboard.Instant(0)
	if n := testing.AllocsPerRun(1000, func() {
		now = now.Add(10 * time.Millisecond)
		th.Admit(now, fuseboard.Normal, 0.5)
		th.Record(now, fuseboard.Normal, true)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestBytesAreThoseOfAThrottle(t *testing.T) {
	if got, want := (Policy{Ratio: 2}).Bytes(), int64(unsafe.Sizeof(*New(Policy{}))); got != want {
		t.Errorf("%d bytes, want %d", got, want)
	}
}

// BenchmarkAdmit is what a call pays: a look, and the note that it was accepted.
func BenchmarkAdmit(b *testing.B) {
	b.ReportAllocs()
	th := New(Policy{})
	b.RunParallel(func(pb *testing.PB) {
		for now := fuseboard.Instant(0); pb.Next(); now += 50 {
			if ok, _ := th.Admit(now, fuseboard.Normal, 0.5); ok {
				th.Record(now, fuseboard.Normal, true)
			}
		}
	})
}
