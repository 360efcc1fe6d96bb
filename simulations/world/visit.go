// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"time"
)

// step is how far a visit is.
type step uint8

const (
	waits step = iota // in its seat
	works
	calls // what the dependency itself calls
	over
)

// ending is why a visit gets no further.
type ending uint8

const (
	goesOn   ending = iota
	answered        // the work is done
	left            // the caller did not wait
	lost            // by a crash, or Close
	vain            // it hung, and the fault is over
)

// visit is one attempt of a request at a dependency. Whoever carries it owns it: its caller, or, when that one has left, a goroutine.
type visit struct {
	step    step
	alone   bool // its caller has left
	request *Request
	key     uint64 // of its draws
	sum     uint64 // of what was drawn and is not in the digest yet
	life    *life
	seat    *seat
	takes   time.Duration // the work
	ends    time.Duration
	timer   *time.Timer
	hang    *force
	fails   *Error
	then    func(context.Context) error
	ctx     context.Context
	cancel  context.CancelFunc // of then
	result  chan error         // of then
	err     error              // then's
}

// draw returns what is drawn for a purpose: a number between 0 and 1.
func (v *visit) draw(purpose uint64) float64 {
	h := fold(v.key, purpose)
	v.sum += h
	return uniform(h)
}

// gone reports whether a life that has ended took the visit with it. If not, it lives the next.
func (v *visit) gone() bool {
	if by := v.life.by; by == nil || by.concerns(v.request) {
		return true
	}
	v.life = v.life.next
	return false
}

// carry takes the visit from step to step, until it ends or done is closed.
func (d *Dependency) carry(v *visit, done <-chan struct{}) ending {
	end := goesOn
	for end == goesOn {
		switch v.step {
		case waits:
			end = d.wait(v, done)
		case works:
			end = d.work(v, done)
		case calls:
			end = d.call(v, done)
		default:
			end = answered
		}
	}
	return end
}

func (d *Dependency) wait(v *visit, done <-chan struct{}) ending {
	for {
		select {
		case <-v.seat.ready:
			return d.sitDown(v)
		case <-done:
			return left
		case <-v.life.lost:
			if v.gone() {
				return lost
			}
		}
	}
}

// sitDown begins the work of a visit whose turn has come.
func (d *Dependency) sitDown(v *visit) ending {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed != nil {
		return lost
	}
	for v.life != d.life {
		if v.gone() {
			return lost
		}
	}
	d.begin(v, d.now())
	return goesOn
}

func (d *Dependency) work(v *visit, done <-chan struct{}) ending {
	switch {
	case v.hang != nil:
		return d.hangOn(v, done)
	case v.timer == nil:
		v.step = calls
		return goesOn
	}
	for {
		select {
		case <-v.timer.C:
			v.step = calls
			return goesOn
		case <-done:
			if d.now() < v.ends {
				return left
			}
			v.step = calls // the answer is there
			return goesOn
		case <-v.life.lost:
			if v.gone() {
				return lost
			}
		}
	}
}

// hangOn waits for what makes an end to a request that is never answered.
func (d *Dependency) hangOn(v *visit, done <-chan struct{}) ending {
	var ended <-chan struct{}
	if v.alone {
		ended = v.hang.ended
	}
	for {
		select {
		case <-ended:
			return vain
		case <-done:
			return left
		case <-v.life.lost:
			if v.gone() {
				return lost
			}
		}
	}
}

// call lets the dependency call what it needs itself.
func (d *Dependency) call(v *visit, done <-chan struct{}) ending {
	if v.then == nil || v.fails != nil {
		v.step = over
		return goesOn
	}
	if v.result == nil {
		d.start(v)
	}
	for {
		select {
		case v.err = <-v.result:
			v.step = over
			return goesOn
		case <-done:
			return left
		case <-v.life.lost:
			if v.gone() {
				return lost
			}
		}
	}
}

// start runs then on a goroutine of its own.
func (d *Dependency) start(v *visit) {
	ctx, cancel := d.lasting(v)
	v.cancel, v.result = cancel, make(chan error, 1)
	then, result := v.then, v.result
	d.mu.Lock()
	d.running++ // the visit runs, so Close still waits
	d.mu.Unlock()
	go func() {
		defer func() {
			cancel()
			d.mu.Lock()
			defer d.mu.Unlock()
			d.ended()
		}()
		result <- then(ctx)
	}()
}

// abandon counts that the caller has left, and ends the visit or lets it go on, as the model says.
func (d *Dependency) abandon(v *visit) {
	d.mu.Lock()
	d.numbers.Left++
	gives := d.model.Abandoned == Cancelled || d.model.Abandoned == Dropped && v.step == waits
	if gives {
		d.vacate(v)
	}
	d.mu.Unlock()
	if gives {
		return
	}
	goes := *v
	goes.alone = true
	go func() {
		_ = d.depart(&goes, d.carry(&goes, nil)) // nobody is told
	}()
}

// depart counts how the visit has ended, makes room for the next, and returns what its caller is told.
func (d *Dependency) depart(v *visit, end ending) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.vacate(v)
	err := v.err
	switch {
	case end != answered:
		err = d.errors[lostClass]
	case v.fails != nil:
		err = v.fails
	}
	switch {
	case v.alone && end == answered:
		d.numbers.Wasted++
	case v.alone:
	case err == nil:
		d.numbers.Served++
	default:
		d.numbers.Failed++
	}
	return err
}

// vacate gives back everything that the visit has, and lets the next begin. The lock is held.
func (d *Dependency) vacate(v *visit) {
	d.digest += v.sum
	if v.seat != nil && !v.seat.given {
		d.queue.remove(v.seat)
	} else {
		d.numbers.Busy--
	}
	if v.timer != nil {
		v.timer.Stop()
		d.idle = append(d.idle, v.timer)
	}
	if v.cancel != nil {
		v.cancel()
	}
	d.callNext(d.now())
	d.ended()
}
