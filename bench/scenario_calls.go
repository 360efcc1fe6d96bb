// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
)

var (
	serial = []int{1}
	both   = []int{1, 2}
	twin   = []int{2}
)

// callScenarios are those of a function call that is protected.
func callScenarios() []scenario {
	return slices.Concat([]scenario{
		of(stacks, scenario{
			name: "stack", group: "calls", cores: both, wants: succeed, marked: true,
			about: "every policy that the contender has, a call that succeeds",
		}, ok),
		of(stacks, scenario{
			name: "stack-1pct", group: "calls", cores: both, wants: either, marked: true,
			about: "the same, one attempt in a hundred fails",
		}, under(failsOneIn(100))),
		few(),
		of(capturing, scenario{
			name: "stack-capturing", group: "calls", cores: serial, wants: succeed, marked: true,
			about: "the same stack at a call site that captures its argument and wants a typed result",
		}, ok),
		of(circuits, scenario{
			name: "circuit-closed", group: "calls", cores: both, wants: succeed,
			about: "a circuit breaker alone with a time window of ten buckets, a call that succeeds",
		}, ok),
		opened(),
		of(permits, scenario{
			name: "permits-free", group: "calls", cores: both, wants: succeed,
			about: "a bulkhead alone, 512 permits, nobody waits",
		}, ok),
		of(permits, scenario{
			name: "permits-contended", group: "calls", cores: twin, callers: 64, wants: either,
			about: "64 callers on 8 permits, each yields the processor while it holds one; who cannot wait refuses",
		}, contended),
		of(timeouts, scenario{
			name: "timeout", group: "calls", cores: both, wants: succeed,
			about: "a deadline alone around a handler that returns at once and never looks at it",
		}, ok),
		of(retrying, scenario{
			name: "retry", group: "calls", cores: both, wants: succeed,
			about: "retry alone, the first attempt succeeds",
		}, ok),
		of(retrying, scenario{
			name: "retry-fails-once", group: "calls", cores: serial, wants: succeed,
			about: "retry alone, the first attempt fails and the second succeeds, no wait between them",
		}, func() need { return needs(failsFirst()) }),
		of(allowance, scenario{
			name: "rate", group: "calls", cores: both, wants: succeed,
			about: "a rate limiter alone that allows every call",
		}, ok),
		of(adapting, scenario{
			name: "adaptive", group: "calls", cores: both, wants: succeed,
			about: "a limit on concurrency that finds itself, alone: a permit, what the call took, and the permit back",
		}, ok),
		of(caching, scenario{
			name: "cache-hit", group: "calls", cores: both, wants: succeed,
			about: "a cache alone with 1000 keys, all of which are there: one hit after the other",
		}, ok),
	}, windowScenarios())
}

// few is a stack whose permits are too few to be divided among cores.
func few() scenario {
	s := of(stacks, scenario{
		name: "stack-few-permits", group: "calls", cores: both, wants: succeed, marked: true,
		about: "the same with 8 permits, of which no more are taken than there are cores; only stacks with a bulkhead",
	}, func() need {
		n := needs(works)
		n.permits = 8
		return n
	})
	fits := s.fits
	s.fits = func(c contender) bool { return fits(c) && slices.Contains(c.has, bulkhead) }
	return s
}

func contended() need {
	n := needs(stays)
	n.permits = 8
	return n
}

// opened is a circuit that refuses: it was opened by failures before.
func opened() scenario {
	s := of(circuits, scenario{
		name: "circuit-open", group: "calls", cores: both, wants: refused,
		about: "a circuit breaker alone that has opened: the call is refused",
	}, under(fails))
	begin := s.begin
	s.begin = func(c contender) (task, error) {
		t, err := begin(c)
		if err != nil {
			return t, err
		}
		call := t.one()
		for range 20 * minCalls {
			_ = call()
		}
		return t, nil
	}
	return s
}

// windowScenarios show whether a call costs more when the window is finer.
func windowScenarios() (all []scenario) {
	for _, n := range []int{10, 100, 1000} {
		s := of(circuits, scenario{
			name: fmt.Sprintf("window-%d", n), group: "window", cores: serial, wants: either,
			about: fmt.Sprintf("a closed circuit with %d buckets (calls, where it has no buckets), one call in a hundred fails", n),
		}, func() need {
			want := needs(failsOneIn(100))
			want.slots = n
			return want
		})
		fits := s.fits
		s.fits = func(c contender) bool { return fits(c) && !slices.Contains(fixedWindow, c.name) }
		all = append(all, s)
	}
	return all
}

// fixedWindow are those whose circuit has no window, or one that cannot be divided.
var fixedWindow = []string{"go-resiliency", "mercari"}
