// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/hedge"
)

// dependency answers most calls within some 10ms (a lognormal body) and one in forty when whatever holds it
// up is over (a Pareto tail): each by chance, whoever calls.
func dependency(random *rand.Rand) time.Duration {
	if random.Float64() < 0.025 {
		tail := 50 / math.Pow(1-random.Float64(), 1/1.2)
		return time.Duration(min(tail, 10_000) * float64(time.Millisecond))
	}
	return time.Duration(10 * math.Exp(0.5*random.NormFloat64()) * float64(time.Millisecond))
}

// result is what a run of many calls came to.
type result struct {
	p50, p99, p999 time.Duration
	load           float64 // copies sent for each call
}

// ending is the moment at which a call has its answer.
type ending struct {
	at      fuseboard.Instant
	first   time.Duration // how long the first copy has run then
	answers bool          // and whether it is what answers
}

// world is calls to the dependency, 200 a second, in virtual time.
type world struct {
	slower  float64       // how many times as long everything takes
	hedger  *hedge.Hedger // nil: nobody sends copies
	budget  *budget       // nil: copies cost nothing
	random  *rand.Rand
	now     fuseboard.Instant
	endings []ending // those that lie ahead, the next one first
}

// run makes so many calls.
func (w *world) run(calls int) result {
	var took []time.Duration
	copies := 0
	for range calls {
		w.now = w.now.Add(time.Duration(w.random.ExpFloat64() * float64(5*time.Millisecond)))
		w.tell()
		t, copied := w.call()
		took = append(took, t)
		copies += copied
	}
	slices.Sort(took)
	at := func(q float64) time.Duration { return took[int(q*float64(len(took)))].Round(100 * time.Microsecond) }
	return result{p50: at(0.5), p99: at(0.99), p999: at(0.999), load: float64(copies) / float64(calls)}
}

// call returns how long a call takes that is made now, and how many copies it took.
func (w *world) call() (took time.Duration, copies int) {
	first := w.takes()
	if w.hedger == nil {
		return first, 0
	}
	took = first
	w.budget.earn()
	if wait, ok := w.hedger.Wait(); ok && first > wait && w.budget.spend() {
		took, copies = min(first, wait+w.takes()), 1
	}
	e := ending{at: w.now.Add(took), first: took, answers: took == first}
	place, _ := slices.BinarySearchFunc(w.endings, e.at, func(e ending, at fuseboard.Instant) int { return cmp.Compare(e.at, at) })
	w.endings = slices.Insert(w.endings, place, e)
	return took, copies
}

func (w *world) takes() time.Duration { return time.Duration(w.slower * float64(dependency(w.random))) }

// tell tells the hedger what has ended by now. A first copy that lost had at least so long.
func (w *world) tell() {
	for ; len(w.endings) > 0 && w.endings[0].at <= w.now; w.endings = w.endings[1:] {
		if e := w.endings[0]; e.answers {
			w.hedger.Record(e.at, e.first)
		} else {
			w.hedger.Lost(e.at, e.first)
		}
	}
}

// budget is copies for one call in twenty, and some that were saved.
type budget struct{ saved float64 }

func (b *budget) earn() {
	if b != nil {
		b.saved = min(b.saved+0.05, 10)
	}
}

func (b *budget) spend() bool {
	if b == nil {
		return true
	}
	if b.saved < 1 {
		return false
	}
	b.saved--
	return true
}
