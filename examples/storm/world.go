// SPDX-License-Identifier: Apache-2.0

package main

import (
	"container/heap"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
	"github.com/fuseboard/fuseboard/supervision"
)

// world is all there is: callers, the policy between them and the dependency, and what is
// still to happen.
type world struct {
	now        fuseboard.Instant
	events     events
	dependency *dependency
	retry      supervision.Retry
	budget     *supervision.Spending
	gate       *mailbox.Gate
	dice       uint64      // numbers the random draws
	planned    int         // numbers the events
	called     map[int]int // by the second in which a call began
	answered   map[int]int
}

func newWorld(retry supervision.Retry, bulkhead mailbox.Bulkhead) *world {
	w := &world{
		retry: retry, budget: supervision.NewSpending(retry.Budget), gate: mailbox.NewGate(bulkhead, fuseboard.NewClock()),
		called: map[int]int{}, answered: map[int]int{},
	}
	w.dependency = &dependency{world: w, servers: servers}
	return w
}

func at(since time.Duration) fuseboard.Instant { return fuseboard.Instant(since) }

// live lets a call begin every now and then, until the end.
func (w *world) live(end fuseboard.Instant) {
	for next := at(0); next < end; next = next.Add(gap) {
		w.at(next, func() { w.begin(&call{began: int(time.Duration(w.now) / time.Second)}) })
	}
	for len(w.events) > 0 && w.events[0].when < end {
		next, _ := heap.Pop(&w.events).(event)
		w.now = next.when
		next.what()
	}
}

// call is one call on its way.
type call struct {
	began    int // in this second
	attempts int
	last     time.Duration // the last backoff
}

func (w *world) begin(c *call) {
	w.called[c.began]++
	w.attempt(c)
}

// attempt makes one attempt, if the bulkhead has room.
func (w *world) attempt(c *call) {
	if !w.gate.TryEnter() {
		return // refused: that is what sheds the load
	}
	if c.attempts++; c.attempts == 1 {
		w.budget.Deposit(w.now)
	}
	waits := true
	w.dependency.work(func() {
		if !waits {
			return // the work was done, and nobody is there any more
		}
		waits = false
		w.gate.Leave()
		w.answered[c.began]++
	})
	w.at(w.now.Add(patience), func() {
		if waits {
			waits = false
			w.gate.Leave()
			w.failed(c)
		}
	})
}

// failed decides about a call that has timed out.
func (w *world) failed(c *call) {
	w.dice++
	decision := supervision.Decide(w.now, supervision.Fault{
		Outcome: fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassTimeout},
		Attempt: c.attempts, Last: c.last, Safe: true, Until: fuseboard.Never, U: supervision.Uniform(1, w.dice),
	}, w.retry, supervision.Restart{})
	if decision.Verb != supervision.Again || !w.budget.WithdrawFor(w.now, fuseboard.ClassTimeout) {
		return
	}
	c.last = decision.After
	w.at(w.now.Add(decision.After), func() { w.attempt(c) })
}

// dependency has so many servers, and a queue without end: it does all work that it was
// given, also for callers that have left.
type dependency struct {
	world   *world
	servers int
	busy    int
	queue   []func()
}

func (d *dependency) resize(servers int) {
	d.servers = servers
	d.next()
}

func (d *dependency) work(done func()) {
	d.queue = append(d.queue, done)
	d.next()
}

func (d *dependency) next() {
	for d.busy < d.servers && len(d.queue) > 0 {
		done := d.queue[0]
		d.queue = d.queue[1:]
		d.busy++
		d.world.at(d.world.now.Add(takes), func() {
			d.busy--
			done()
			d.next()
		})
	}
}

// event is something to happen at an instant; of two at one, the first that was planned.
type event struct {
	when   fuseboard.Instant
	number int
	what   func()
}

type events []event

func (w *world) at(when fuseboard.Instant, what func()) {
	w.planned++
	heap.Push(&w.events, event{when: when, number: w.planned, what: what})
}

func (e *events) Len() int { return len(*e) }
func (e *events) Less(i, j int) bool {
	a, b := (*e)[i], (*e)[j]
	return a.when < b.when || a.when == b.when && a.number < b.number
}
func (e *events) Swap(i, j int) { (*e)[i], (*e)[j] = (*e)[j], (*e)[i] }

// Push is for package heap.
func (e *events) Push(x any) {
	if next, ok := x.(event); ok {
		*e = append(*e, next)
	}
}

// Pop is for package heap.
func (e *events) Pop() any {
	last := len(*e) - 1
	next := (*e)[last]
	*e = (*e)[:last]
	return next
}
