// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/lane"
	"github.com/fuseboard/fuseboard/patterns/adaptive"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
	"github.com/fuseboard/fuseboard/patterns/throttle"
)

// grownBytes is by how many bytes the heap grows for each of many things.
func grownBytes(one func() any) int64 {
	const n = 50
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	all := make([]any, n)
	before := heap()
	for i := range all {
		all[i] = one()
	}
	per := (heap() - before) / n
	runtime.KeepAlive(all)
	return per
}

// names are those of tenants, which are there already: their text does not count.
var names = func() (all [1000]string) {
	for i := range all {
		all[i] = "tenant " + strconv.Itoa(i)
	}
	return all
}()

func TestWeightOfWhatFollowsTheLoadIsThatOfTheHeap(t *testing.T) {
	now, clock := fuseboard.Instant(time.Hour), fuseboard.NewClock()
	base := Policy{}.weight()
	limited := func(p Policy) func() any {
		return func() any {
			l := ratelimit.New(p.Rate, clock)
			for range p.Rate.Limit {
				l.Allow(now)
			}
			return l
		}
	}
	rate := func(r RateLimit) Policy { return Policy{Rate: r} }
	for name, c := range map[string]struct {
		policy Policy
		one    func() any
	}{
		"throttle":     {Policy{Throttle: Throttle{Ratio: 2}}, func() any { return throttle.New(Throttle{Ratio: 2}) }},
		"token bucket": {rate(RateLimit{Limit: 100}), limited(rate(RateLimit{Limit: 100}))},
		"log":          {rate(RateLimit{Kind: ratelimit.SlidingLog, Limit: 5000}), limited(rate(RateLimit{Kind: ratelimit.SlidingLog, Limit: 5000}))},
		"counter":      {rate(RateLimit{Kind: ratelimit.SlidingCounter, Limit: 5}), limited(rate(RateLimit{Kind: ratelimit.SlidingCounter, Limit: 5}))},
		"adaptive": {Policy{Adaptive: Adaptive{Max: 50}}, func() any {
			a := &adapt{limiter: adaptive.New(Adaptive{Max: 50})}
			for i := range lane.Count() {
				a.limiter.Sample(i, now, time.Millisecond, 1, false)
			}
			return a
		}},
		"tenants": {rate(RateLimit{PerTenant: ratelimit.PerKey{Limit: 5, Keys: len(names)}}), func() any {
			k := ratelimit.NewKeyed[string](ratelimit.PerKey{Limit: 5, Keys: len(names)}, time.Second)
			for i := range names {
				k.Take(now, names[i], 1)
			}
			return k
		}},
	} {
		grown, weight := grownBytes(c.one), c.policy.weight()-base
		for again := 0; again < 5 && (grown > weight*5/4+64 || weight > 2*grown+1024); again++ {
			grown = grownBytes(c.one) // what others left may have been swept in between
		}
		t.Logf("%s: the heap grows by %d bytes, the weight is %d", name, grown, weight)
		if grown > weight*5/4+64 {
			t.Errorf("%s: the heap grows by %d bytes, and only %d are counted", name, grown, weight)
		}
		if weight > 2*grown+1024 {
			t.Errorf("%s: %d bytes are counted, and the heap grows by %d", name, weight, grown)
		}
	}
}
