// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/supervision"
)

// A metastable failure: load that the dependency can bear, a trigger that passes, and a
// feedback that keeps it down after that. Bronson, Aghayev, Charapko and Zhu, "Metastable
// Failures in Distributed Systems", HotOS 2021; Huang et al., "Metastable Failures in the
// Wild", OSDI 2022. The feedback here is theirs, too: calls that time out are made again,
// and the dependency does the work that nobody waits for any more.

// finite is a dependency with so many servers and a queue without end. Who gives up leaves
// his work in it.
type finite struct {
	mu      sync.Mutex
	servers int
	busy    int
	queue   []chan struct{}
	takes   time.Duration // for one piece of work
}

func (f *finite) serve(ctx context.Context, n int) (int, error) {
	done := make(chan struct{})
	f.change(func() { f.queue = append(f.queue, done) })
	select {
	case <-done:
		return n, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// change changes something, and begins what can be begun after it.
func (f *finite) change(what func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	what()
	for f.busy < f.servers && len(f.queue) > 0 {
		next := f.queue[0]
		f.queue = f.queue[1:]
		f.busy++
		time.AfterFunc(f.takes, func() { f.change(func() { f.busy--; close(next) }) })
	}
}

// The trial: 50 a second is what the dependency can do, 37 are asked of it (74 %), and for
// 30 seconds it can do only 10.
const (
	trialServers = 5
	trialTakes   = 100 * time.Millisecond
	trialGap     = 27 * time.Millisecond
	trialBefore  = 20 * time.Second
	trialTrigger = 30 * time.Second
	trialAfter   = 3 * time.Minute
)

// goodput is the share of the calls that began in each second and were answered.
type goodput []float64

// trial lives through the trigger under a policy. It returns what callers got, and what the
// policy says of itself at the trigger's end and at the end.
func trial(t *testing.T, p Policy) (got goodput, during, last Amplification) {
	synctest.Test(t, func(t *testing.T) {
		f := &finite{servers: trialServers, takes: trialTakes}
		r := spawn(t, start(t), p, f.serve, With[int, int]{Safe: Always[int]})
		const whole = trialBefore + trialTrigger + trialAfter
		seconds := int(whole / time.Second)
		var (
			mu           sync.Mutex
			all, answers = make([]int, seconds), make([]int, seconds)
			wait         sync.WaitGroup
			began        = time.Now()
		)
		time.AfterFunc(trialBefore, func() { f.change(func() { f.servers = 1 }) })
		time.AfterFunc(trialBefore+trialTrigger, func() {
			during = r.Stats().Amplification
			f.change(func() { f.servers = trialServers })
		})
		for at := time.Duration(0); at < whole; at = time.Since(began) {
			wait.Go(func() {
				_, err := r.Call(t.Context(), 1)
				mu.Lock()
				defer mu.Unlock()
				second := int(at / time.Second)
				all[second]++
				if err == nil {
					answers[second]++
				}
			})
			time.Sleep(trialGap)
		}
		last = r.Stats().Amplification
		wait.Wait()
		f.change(func() { f.queue = nil })
		time.Sleep(time.Minute) // what was begun ends
		for i := range all {
			got = append(got, float64(answers[i])/float64(all[i]))
		}
	})
	return got, during, last
}

// between is the mean from one instant to another.
func (g goodput) between(from, to time.Duration) (mean float64) {
	for _, share := range g[from/time.Second : to/time.Second] {
		mean += share
	}
	return mean / float64((to-from)/time.Second)
}

// recovers is how long after the trigger the goodput is 95 % for the first time and stays
// there, taken over each five seconds.
func (g goodput) recovers() time.Duration {
	const over = 5 * time.Second
	good := trialAfter
	for after := trialAfter - over; after >= 0; after -= time.Second {
		if from := trialBefore + trialTrigger + after; g.between(from, from+over) < 0.95 {
			break
		}
		good = after
	}
	return good
}

// naive has what many clients have: a timeout and three attempts, and nothing that bounds
// them. A policy has no word for "no budget": this one allows all there may be.
func naive() Policy {
	return Policy{
		Deadline: Deadline{Attempt: time.Second},
		Retry:    Retry{Attempts: 3, Budget: Budget{Ratio: 1, MinPerSecond: 10_000}},
	}
}

func TestNaiveRetriesKeepADependencyDownForGoodAfterTheTriggerHasPassed(t *testing.T) {
	got, during, last := trial(t, naive())
	const up, end = trialBefore + trialTrigger, trialBefore + trialTrigger + trialAfter
	t.Logf("before %.3f, during %.3f, after %.3f; at the end: %s", got.between(5*time.Second, trialBefore),
		got.between(trialBefore, up), got.between(up, end), last)
	if before := got.between(0, trialBefore-2*time.Second); before < 0.999 {
		t.Errorf("goodput %.3f before the trigger: it cannot bear its load", before)
	}
	for after := 10 * time.Second; after+10*time.Second <= trialAfter; after += 10 * time.Second {
		if share := got.between(up+after, up+after+10*time.Second); share >= 0.1 {
			t.Errorf("goodput %.3f %s after the trigger: it recovers, and shows nothing", share, after)
		}
	}
	for _, a := range []Amplification{during, last} {
		if a.Ratio < 2.5 || a.Suppressed != 0 || len(a.Causes) != 1 || a.Causes[0].Class != "timeout" {
			t.Errorf("amplification %+v", a)
		}
	}
}

// Without the feedback the same trigger leaves a backlog, and no more: it is the
// retries that keep the dependency down.
func TestTheSameTriggerPassesWhereNothingIsRepeated(t *testing.T) {
	p := naive()
	p.Retry = Retry{}
	got, _, _ := trial(t, p)
	if in := got.recovers(); in < 15*time.Second || in > 2*time.Minute {
		t.Errorf("recovers in %s", in)
	}
}

func TestABudgetAndABulkheadLetADependencyRecoverWithinTenSeconds(t *testing.T) {
	bounded := naive()
	bounded.Retry.Budget = Budget{MinPerSecond: 1}
	bounded.Bulkhead = Bulkhead{Concurrency: 15}
	queued := bounded
	queued.Bulkhead.Queue = 15
	broken := bounded
	broken.Breaker = Breaker{FailureRate: 0.5, OpenFor: 2 * time.Second, MaxOpen: 4 * time.Second}
	decorrelated := bounded
	decorrelated.Retry.Backoff.Jitter = supervision.DecorrelatedJitter
	for name, p := range map[string]Policy{
		"budget and bulkhead": bounded, "with a queue": queued, "and a breaker": broken, "decorrelated": decorrelated,
	} {
		t.Run(name, func(t *testing.T) {
			got, during, last := trial(t, p)
			t.Logf("recovers in %s; during the trigger: %s; at the end: %s", got.recovers(), during, last)
			if in := got.recovers(); in > 10*time.Second {
				t.Errorf("recovers in %s", in)
			}
			if during.Ratio > 1.35 || last.Ratio > 1.05 {
				t.Errorf("during: %+v\nat the end: %+v", during, last)
			}
		})
	}
}
