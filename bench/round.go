// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"
	"runtime"
	"sync"
	"time"
)

// figures are what one call cost in one round, on average.
type figures struct {
	Wall, CPU     float64 // nanoseconds
	Allocs, Bytes float64
}

// batch is how many calls are made between two looks at the clock.
const batch = 1000

// measure makes calls for about that long, after a tenth of it to warm up.
func measure(c contender, s scenario, length time.Duration) (figures, error) {
	protected, finish, err := c.protect(s.stub())
	if err != nil {
		return figures{}, err
	}
	defer finish()
	if _, err := run(protected, s, length/10); err != nil {
		return figures{}, err
	}
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, began := cpuTime(), time.Now()
	calls, err := run(protected, s, length)
	wall, spent := time.Since(began), cpuTime()-cpu
	runtime.ReadMemStats(&after)
	n := float64(calls)
	return figures{
		Wall: float64(wall) / n, CPU: float64(spent) / n,
		Allocs: float64(after.Mallocs-before.Mallocs) / n, Bytes: float64(after.TotalAlloc-before.TotalAlloc) / n,
	}, err
}

// run makes calls for that long, on one goroutine or on as many as there are cores.
func run(t http.RoundTripper, s scenario, length time.Duration) (calls int, err error) {
	if !s.parallel {
		return loop(t, s, length)
	}
	var (
		mu  sync.Mutex
		all sync.WaitGroup
	)
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			n, e := loop(t, s, length)
			mu.Lock()
			defer mu.Unlock()
			calls += n
			if e != nil {
				err = e
			}
		})
	}
	all.Wait()
	return calls, err
}

func loop(t http.RoundTripper, s scenario, length time.Duration) (calls int, err error) {
	next, buf := s.request(), make([]byte, 2*answerSize)
	for began := time.Now(); time.Since(began) < length; calls += batch {
		for range batch {
			if err := call(t, next(), buf); err != nil {
				return calls, err
			}
		}
	}
	return calls, nil
}
