// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A figure means something only if the contender does what its scenario says. Each
// proof makes calls and reports what was not so.

func TestEveryContenderDoesWhatItsScenariosSay(t *testing.T) {
	for _, c := range contenders {
		for k, build := range c.ways {
			t.Run(c.name+" "+string(k), func(t *testing.T) {
				if err := proofs[k](t.Context(), c, build); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

var proofs = map[kind]func(ctx context.Context, c contender, build way) error{
	circuits: func(_ context.Context, c contender, build way) error {
		return unlessBare(c, answers(build), opensAndCounts(c, build))
	},
	permits: func(ctx context.Context, c contender, build way) error {
		return unlessBare(c, answers(build), bounds(ctx, build))
	},
	timeouts: func(ctx context.Context, c contender, build way) error {
		return unlessBare(c, answers(build), func() error { return cuts(ctx, build) })
	},
	retrying: func(_ context.Context, _ contender, build way) error {
		return errors.Join(answers(build)(), again(build, attempts))
	},
	stacks:    stackHasItsPolicies,
	capturing: func(_ context.Context, _ contender, build way) error { return answers(build)() },
	allowance: func(_ context.Context, _ contender, build way) error { return answers(build)() },
	adapting: func(ctx context.Context, c contender, build way) error {
		return unlessBare(c, answers(build), bounds(ctx, build))
	},
	caching:  func(_ context.Context, _ contender, build way) error { return keeps(build) },
	asking:   func(_ context.Context, _ contender, build way) error { return answers(build)() },
	messages: func(_ context.Context, _ contender, build way) error { return answers(build)() },
}

// keeps: each key is loaded once, and given many times.
func keeps(build way) error {
	var reached atomic.Int64
	t, err := build(needs(func(context.Context) error { reached.Add(1); return nil }))
	defer t.end()
	if err != nil {
		return err
	}
	call := t.one()
	for range 3 * cacheKeys {
		if err := call(); err != nil {
			return err
		}
	}
	if got := reached.Load(); got != cacheKeys {
		return fmt.Errorf("%d loads of %d keys", got, cacheKeys)
	}
	return nil
}

func unlessBare(c contender, always, protected func() error) error {
	if c.name == nothing {
		return always()
	}
	return errors.Join(always(), protected())
}

func stackHasItsPolicies(ctx context.Context, c contender, build way) error {
	err := answers(build)()
	for p, prove := range map[policy]func() error{
		breaker:   opensAndCounts(c, build),
		bulkhead:  bounds(ctx, build),
		deadlines: func() error { return cuts(ctx, build) },
		retries:   func() error { return again(build, attempts) },
	} {
		if slices.Contains(c.has, p) {
			err = errors.Join(err, prove())
		}
	}
	if !slices.Contains(c.has, retries) {
		err = errors.Join(err, again(build, 1))
	}
	return err
}

// answers: each call reaches the handler once and ends well.
func answers(build way) func() error {
	return func() error {
		var reached atomic.Int64
		t, err := build(needs(func(context.Context) error { reached.Add(1); return nil }))
		defer t.end()
		if err != nil {
			return err
		}
		call, want := t.one(), int64(100*max(t.each, 1))
		for range 100 {
			if err := call(); err != nil {
				return err
			}
		}
		if got := reached.Load(); got != want {
			return fmt.Errorf("the handler ran %d times in %d calls", got, want)
		}
		return nil
	}
}

// countsNoSuccess are those whose breaker opens at so many failures, however many
// calls succeed between them.
var countsNoSuccess = []string{"go-resiliency"}

// opensAndCounts: the circuit opens when all fail, and not when a third does.
func opensAndCounts(c contender, build way) func() error {
	return func() error {
		tries := int64(1)
		if slices.Contains(c.has, retries) {
			tries = attempts
		}
		all, err := stopsReaching(build, func(int64) bool { return true })
		third, err2 := stopsReaching(build, func(i int64) bool { return i/tries%3 == 0 })
		if err := errors.Join(err, err2); err != nil {
			return err
		}
		if want := slices.Contains(countsNoSuccess, c.name); !all || third != want {
			return fmt.Errorf("opened when all calls fail: %t, want true; when a third does: %t, want %t", all, third, want)
		}
		return nil
	}
}

func stopsReaching(build way, bad func(i int64) bool) (stopped bool, err error) {
	var reached int64
	t, err := build(needs(func(context.Context) error {
		if reached++; bad(reached) {
			return errDown
		}
		return nil
	}))
	defer t.end()
	if err != nil {
		return false, err
	}
	call := t.one()
	for range 300 {
		before := reached
		err := call()
		if stopped = reached == before; stopped {
			return err != nil, nil
		}
	}
	return false, nil
}

// bounds: of 64 callers exactly 8 are inside at once, where 8 are allowed.
func bounds(ctx context.Context, build way) func() error {
	return func() error {
		ctx, stop := context.WithTimeout(ctx, attemptTime/2)
		defer stop()
		var inside, most atomic.Int64
		full := sync.OnceFunc(stop) // the eighth lets all go
		n := needs(func(context.Context) error {
			now := inside.Add(1)
			defer inside.Add(-1)
			for before := most.Load(); now > before && !most.CompareAndSwap(before, now); before = most.Load() {
			}
			if now == 8 {
				for range 1000 {
					runtime.Gosched() // whoever may come in comes now
				}
				full()
			}
			<-ctx.Done()
			return nil
		})
		n.permits = 8
		t, err := build(n)
		defer t.end()
		if err != nil {
			return err
		}
		var all sync.WaitGroup
		for range 64 {
			call := t.one()
			all.Go(func() { _ = call() })
		}
		all.Wait()
		if got := most.Load(); got != 8 {
			return fmt.Errorf("%d calls were inside at once, want 8", got)
		}
		return nil
	}
}

// cuts: a handler that never returns by itself does not hold its caller.
func cuts(ctx context.Context, build way) error {
	over, stop := context.WithTimeout(ctx, attemptTime)
	defer stop()
	n := needs(func(ctx context.Context) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-over.Done():
			return nil
		}
	})
	n.limit, n.looks = 2*time.Millisecond, true
	t, err := build(n)
	defer t.end()
	if err != nil {
		return err
	}
	if err := t.one()(); err == nil || over.Err() != nil {
		return fmt.Errorf("a deadline of %s did not end a handler that waits for it: %v", n.limit, err)
	}
	return nil
}

// again: a call that always fails is attempted so often, one that fails once succeeds
// if it may be repeated.
func again(build way, want int) error {
	attempted, reached, err := tried(build, 1000)
	if attempted == nil || reached != want {
		err = errors.Join(err, fmt.Errorf("%d attempts that fail, ended with %v; want %d and an error", reached, attempted, want))
	}
	repaired, reached, err2 := tried(build, 1)
	if (repaired == nil) != (want > 1) || reached != min(want, 2) {
		err = errors.Join(err, fmt.Errorf("%d attempts of which the first fails, ended with %v; want %d", reached, repaired, min(want, 2)))
	}
	return errors.Join(err, err2)
}

// tried makes one call whose first attempts fail.
func tried(build way, failing int) (ended error, reached int, err error) {
	t, err := build(needs(func(context.Context) error {
		if reached++; reached <= failing {
			return errDown
		}
		return nil
	}))
	defer t.end()
	if err != nil {
		return nil, 0, err
	}
	ended = t.one()()
	return ended, reached, nil
}

func TestBrokenContendersAreFound(t *testing.T) {
	lazy := func(need) (task, error) { return plainly(func() error { return nil }) }
	for k, prove := range proofs {
		c := contender{name: "broken", has: full}
		if prove(t.Context(), c, lazy) == nil {
			t.Errorf("%s: one that never runs the handler was taken for one that does", k)
		}
	}
	quick, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer stop()
	for _, k := range []kind{circuits, permits, timeouts, retrying, stacks} {
		if proofs[k](quick, contender{name: "broken", has: full}, bare) == nil {
			t.Errorf("%s: one that protects nothing was taken for one that does", k)
		}
	}
}

func TestOpenCircuitsRefuseWithoutReachingTheHandler(t *testing.T) {
	s := named(t, "circuit-open")
	for _, c := range s.field() {
		task, err := s.begin(c)
		if err != nil {
			t.Fatal(err)
		}
		if wrong := s.wants.check(task.one()()); wrong != nil {
			t.Errorf("%s: %v", c.name, wrong)
		}
		if err := task.one()(); errors.Is(err, errDown) {
			t.Errorf("%s: the handler was reached", c.name)
		}
		task.end()
	}
}

func TestEveryScenarioCanBeMeasured(t *testing.T) {
	for _, s := range scenarios {
		for _, c := range s.field() {
			if s.memory {
				continue // long: the command does it
			}
			if f, err := measure(c, s, time.Millisecond); err != nil || f.Calls == 0 {
				t.Errorf("%s, %s: %+v, %v", s.name, c.name, f, err)
			}
		}
	}
}
