// SPDX-License-Identifier: Apache-2.0

package adaptive

import (
	"container/heap"
	"math/rand/v2"
	"time"

	"github.com/fuseboard/fuseboard"
)

// dependency works on servers calls at once, each for an exponential time of mean service.
// The others wait in the order they came; beyond queue of them a call is dropped at once.
type dependency struct {
	servers int
	service time.Duration
	queue   int // 0: without bound
}

// load is who calls: so many clients, each of which calls again as soon as it has its answer, or
// calls that come by themselves, so many a second.
type load struct {
	clients int
	rate    float64
	// errors is the share of answers that the dependency drops for no reason of load.
	errors float64
	silent bool // nobody says how many are inside
}

// world is one dependency behind one limiter in virtual time, until it is told otherwise.
type world struct {
	dependency
	load
	limiter *Limiter
	random  *rand.Rand

	now     fuseboard.Instant
	arrival fuseboard.Instant
	busy    ends
	waiting []fuseboard.Instant // when they came

	inFlight    int
	done, drops int
	second      fuseboard.Instant
	limits      []float64 // each second
	tookSum     time.Duration
	most        int // in flight
}

type call struct{ ends, came fuseboard.Instant }

type ends []call

func (e *ends) Len() int           { return len(*e) }
func (e *ends) Less(i, j int) bool { return (*e)[i].ends < (*e)[j].ends }
func (e *ends) Swap(i, j int)      { (*e)[i], (*e)[j] = (*e)[j], (*e)[i] }
func (e *ends) Push(x any)         { *e = append(*e, x.(call)) }
func (e *ends) Pop() any {
	last := len(*e) - 1
	c := (*e)[last]
	*e = (*e)[:last]
	return c
}

func newWorld(p Policy, d dependency, l load, seed uint64) *world {
	w := &world{dependency: d, load: l, limiter: New(p), random: rand.New(rand.NewPCG(seed, 1))}
	w.arrival = fuseboard.Never
	if l.rate > 0 {
		w.arrival = 0
	}
	return w
}

// run lets d go by.
func (w *world) run(d time.Duration) {
	until := w.now.Add(d)
	w.admitAll()
	for {
		next := w.arrival
		if len(w.busy) > 0 {
			next = min(next, w.busy[0].ends)
		}
		for w.second <= min(next, until) {
			w.limits = append(w.limits, float64(w.limiter.Limit()))
			w.second = w.second.Add(time.Second)
		}
		if next > until {
			break
		}
		w.now = next
		if w.arrival == next {
			w.arrive()
		} else {
			w.finish()
		}
		w.admitAll()
	}
	w.now = until
}

func (w *world) arrive() {
	if w.inFlight < w.limiter.Limit() {
		w.admit()
	}
	w.arrival = w.now.Add(time.Duration(w.random.ExpFloat64() / w.rate * float64(time.Second)))
	if w.rate == 0 {
		w.arrival = fuseboard.Never
	}
}

func (w *world) admitAll() {
	// A client whose call was dropped waits until something happens.
	for drops := w.drops; w.drops == drops && w.inFlight < min(w.clients, w.limiter.Limit()); {
		w.admit()
	}
}

func (w *world) admit() {
	w.inFlight++
	w.most = max(w.most, w.inFlight)
	switch {
	case len(w.busy) < w.servers:
		w.serve(w.now)
	case w.queue > 0 && len(w.waiting) >= w.queue:
		w.end(w.now, true)
	default:
		w.waiting = append(w.waiting, w.now)
	}
}

func (w *world) serve(came fuseboard.Instant) {
	took := time.Duration(w.random.ExpFloat64() * float64(w.service))
	heap.Push(&w.busy, call{ends: w.now.Add(took), came: came})
}

func (w *world) finish() {
	c := heap.Pop(&w.busy).(call)
	for len(w.waiting) > 0 && len(w.busy) < w.servers {
		came := w.waiting[0]
		w.waiting = w.waiting[1:]
		w.serve(came)
	}
	w.end(c.came, w.errors > 0 && w.random.Float64() < w.errors)
}

func (w *world) end(came fuseboard.Instant, dropped bool) {
	took := w.now.Sub(came)
	inside := w.inFlight
	if w.silent {
		inside = 0
	}
	w.limiter.Sample(-1, w.now, took, inside, dropped)
	w.inFlight--
	if dropped {
		w.drops++
		return
	}
	w.done++
	w.tookSum += took
}

// last is the mean limit of the last n seconds.
func (w *world) last(n int) float64 { return mean(w.limits[len(w.limits)-n:]) }

func mean(all []float64) (sum float64) {
	for _, v := range all {
		sum += v
	}
	return sum / float64(len(all))
}
