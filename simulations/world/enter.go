// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"math"
	"time"

	"github.com/fuseboard/fuseboard"
)

// enter lets a request in: it is worked on, or waits in its seat. Else it returns why not.
func (d *Dependency) enter(v *visit) error {
	record := recordOf(v.ctx)
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	d.numbers.Arrived++
	v.life = d.life
	d.identify(v, record)
	err := d.refusal(v, now)
	if err == nil {
		err = d.seat(v, now)
	}
	if err != nil {
		d.digest += v.sum
		if err.Class == fuseboard.ClassReset {
			d.numbers.Failed++
		} else {
			d.numbers.Refused++
		}
		return err
	}
	d.running++
	return nil
}

// identify says whose visit it is, and draws how long its work takes.
func (d *Dependency) identify(v *visit, record *requestContext) {
	if record == nil {
		d.turn++
		v.key = fold(fold(d.key, 0), d.turn)
		v.takes = d.latency.at(v.draw(drawLatency))
		return
	}
	attempt, first := record.visit(d)
	v.request = record.request
	v.key = fold(fold(d.key, record.hash), attempt)
	v.takes = d.latency.at(v.draw(drawLatency))
	if first && v.request.Again == 0 && v.request.Latency > 0 {
		v.takes = v.request.Latency
	}
}

// refusal returns why the request gets no further than the door, or nil.
func (d *Dependency) refusal(v *visit, now time.Duration) *Error {
	if d.closed != nil {
		return d.errors[fuseboard.ClassRefused]
	}
	for _, f := range d.forces {
		switch {
		case !f.concerns(v.request):
		case f.Crash:
			return d.errors[fuseboard.ClassRefused]
		case f.atOnce() && v.draw(f.draws+forceErrors) < f.Errors*f.size(now):
			return d.errors[f.class]
		}
	}
	return d.overQuota(now)
}

// overQuota takes one of the quota's requests, or returns that there is none left.
func (d *Dependency) overQuota(now time.Duration) *Error {
	q := d.model.Quota
	if q.Limit == 0 {
		return nil
	}
	if window := int64(now / q.Per); window != d.window {
		d.window, d.taken = window, 0
	}
	if d.taken < q.Limit {
		d.taken++
		return nil
	}
	after := q.RetryAfter
	if after == 0 {
		after = q.Per - now%q.Per
	}
	return &Error{Dependency: d.name, Class: fuseboard.ClassThrottled, After: after}
}

// seat begins the work, or finds a seat in the queue; else it returns that all is full.
func (d *Dependency) seat(v *visit, now time.Duration) *Error {
	c := d.model.Capacity
	switch {
	case c.Concurrency == 0, d.queue.length == 0 && d.numbers.Busy < d.limit(now):
		d.numbers.Busy++
		d.begin(v, now)
		return nil
	case d.queue.length < c.Queue:
		v.seat = d.queue.join()
		return nil
	case c.RetryAfter > 0:
		return &Error{Dependency: d.name, Class: fuseboard.ClassThrottled, After: c.RetryAfter}
	}
	return d.errors[fuseboard.ClassError]
}

// limit is how many may be worked on: at least one.
func (d *Dependency) limit(now time.Duration) int {
	share := 1.0
	for _, f := range d.forces {
		share = min(share, f.left(now))
	}
	return max(int(math.Ceil(share*float64(d.model.Capacity.Concurrency)-1e-9)), 1)
}

// callNext calls those that wait, while there is room. The lock is held.
func (d *Dependency) callNext(now time.Duration) {
	if d.queue.length == 0 {
		return
	}
	for limit := d.limit(now); d.queue.length > 0 && d.numbers.Busy < limit; {
		d.queue.call(d.model.Capacity.Order)
		d.numbers.Busy++
	}
}

// begin decides, as the work begins, how long it takes and how it ends. The lock is held.
func (d *Dependency) begin(v *visit, now time.Duration) {
	v.step = works
	if d.model.Errors > 0 && v.draw(drawError) < d.model.Errors {
		v.fails = d.errors[fuseboard.ClassError]
	}
	v.takes = d.warmed(v.takes, now)
	for _, f := range d.forces {
		if f.concerns(v.request) {
			d.suffer(v, f, now)
		}
	}
	v.ends = now + v.takes
	if v.takes > 0 && v.hang == nil {
		v.timer = d.alarm(v.takes)
	}
}

// warmed is how long work takes that takes so long in a warm dependency.
func (d *Dependency) warmed(takes, now time.Duration) time.Duration {
	w := d.model.WarmUp
	since := now - d.warm
	if !d.warming || since >= w.For {
		return takes
	}
	speed := w.From + (1-w.From)*float64(since)/float64(w.For)
	return time.Duration(min(float64(takes)/speed, float64(mostLatency)))
}

// suffer lets the effect change what work takes and how it ends.
func (d *Dependency) suffer(v *visit, f *force, now time.Duration) {
	size := f.size(now)
	v.takes = f.Latency.of(v.takes, size)
	if f.Errors > 0 && !f.atOnce() && v.draw(f.draws+forceErrors) < f.Errors*size && v.fails == nil {
		v.fails = d.errors[f.class]
		if f.RetryAfter > 0 && f.class == fuseboard.ClassThrottled {
			v.fails = &Error{Dependency: d.name, Class: f.class, After: f.RetryAfter}
		}
	}
	if f.Hang > 0 && v.draw(f.draws+forceHang) < f.Hang*size && v.hang == nil {
		v.hang = f
	}
}

// alarm returns a timer that rings after a time: used ones are used again, which saves a sixth of what a call costs
// in a simulation. The lock is held.
func (d *Dependency) alarm(after time.Duration) *time.Timer {
	last := len(d.idle) - 1
	if last < 0 {
		return time.NewTimer(after)
	}
	t := d.idle[last]
	d.idle = d.idle[:last]
	t.Reset(after)
	return t
}

// lasting is a context with the values of the visit's that ends only by its cancel, or, where abandoned work is cancelled, with it too.
func (d *Dependency) lasting(v *visit) (context.Context, context.CancelFunc) {
	if d.model.Abandoned == Cancelled {
		return context.WithCancel(v.ctx)
	}
	return context.WithCancel(context.WithoutCancel(v.ctx))
}
