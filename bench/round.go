// SPDX-License-Identifier: Apache-2.0

package main

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// figures are what one call cost in one round, on average.
type figures struct {
	Calls         int
	Wall, CPU     float64 // nanoseconds
	Allocs, Bytes float64
	Failed        float64 // share of the calls that ended with an error
	Spread        float64 // calls of the busiest caller, as a multiple of the average one's
	Goroutines    float64 // of one idle instance
}

// batch is how many calls are made between two looks at the clock.
const batch = 500

// measure makes calls for about that long, after a fifth of it to warm up.
func measure(c contender, s scenario, length time.Duration) (figures, error) {
	if s.memory {
		return weigh(c)
	}
	t, err := s.begin(c)
	defer t.end()
	if err != nil {
		return figures{}, err
	}
	return s.timed(t, length)
}

// timed measures a task that has begun.
func (s scenario) timed(t task, length time.Duration) (figures, error) {
	each := s.callersOf(t)
	if _, err := run(each, s, t, length/5); err != nil {
		return figures{}, err
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, began := cpuTime(), time.Now()
	done, err := run(each, s, t, length)
	wall, spent := time.Since(began), cpuTime()-cpu
	runtime.ReadMemStats(&after)
	n := float64(done.calls)
	return figures{
		Calls: done.calls, Wall: float64(wall) / n, CPU: float64(spent) / n, Failed: float64(done.failed) / n,
		Spread: float64(done.most) * float64(len(each)) / n,
		Allocs: float64(after.Mallocs-before.Mallocs) / n, Bytes: float64(after.TotalAlloc-before.TotalAlloc) / n,
	}, err
}

// callersOf makes the calls of each goroutine: as many as the scenario says, or one
// for each core that it is measured on.
func (s scenario) callersOf(t task) []func() error {
	count := s.callers
	if count == 0 {
		count = min(runtime.GOMAXPROCS(0), slices.Max(s.cores))
	}
	each := make([]func() error, count)
	for i := range each {
		each[i] = t.one()
	}
	return each
}

// tally is what was done in a while.
type tally struct {
	calls, failed int
	most          int // calls of one goroutine
}

// run makes calls for that long, each goroutine its own. All begin and end together: a
// caller that goes on alone would find every permit free.
func run(each []func() error, s scenario, t task, length time.Duration) (sum tally, err error) {
	var (
		mu   sync.Mutex
		all  sync.WaitGroup
		over atomic.Bool
	)
	ready := make(chan struct{})
	for _, call := range each {
		all.Go(func() {
			<-ready
			done, e := loop(call, s, t, length, &over)
			mu.Lock()
			defer mu.Unlock()
			sum = tally{sum.calls + done.calls, sum.failed + done.failed, max(sum.most, done.calls)}
			if e != nil {
				err = e
			}
		})
	}
	close(ready)
	all.Wait()
	return sum, err
}

// loop makes calls until its time, or that of another caller, is over.
func loop(call func() error, s scenario, t task, length time.Duration, over *atomic.Bool) (done tally, err error) {
	each, many := max(t.each, 1), batch
	if s.callers > 0 || t.each > 1 {
		many = 1 + batch/100 // a batch of many goroutines, or of many calls, is long enough
	}
	for began := time.Now(); !over.Load() && time.Since(began) < length; done.calls += many * each {
		for range many {
			if err = call(); err != nil {
				done.failed += each
			}
			if wrong := s.wants.check(err); wrong != nil {
				done.calls += each
				return done, wrong
			}
		}
	}
	over.Store(true)
	done.most = done.calls
	return done, nil
}
