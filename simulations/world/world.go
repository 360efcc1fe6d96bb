// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"sync"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Dependency is something outside that can fail, and behaves as its Model says. Safe for concurrent use. It starts no goroutine
// but for work that goes on when its caller has left, and for what ServeThen is given; Close waits for them.
type Dependency struct {
	name    string
	model   Model
	latency quantiles
	key     uint64 // of all its draws
	base    time.Time
	errors  map[fuseboard.Class]*Error

	mu      sync.Mutex // held for some hundred instructions at most
	numbers Numbers
	turn    uint64 // requests that nothing is known of
	digest  uint64
	queue   queue
	forces  []*force // in the order of their beginning; copied when it changes
	begun   uint64   // effects
	warm    time.Duration
	warming bool // warm-up began at warm
	window  int64
	taken   int // of the quota, in the window
	life    *life
	running int           // visits and calls of then that have not ended
	closed  chan struct{} // nil until Close; closed when nothing runs any more
	idle    []*time.Timer
}

// NewDependency returns a dependency that starts now. The error is the problems of the model (fuseboard.Problems), warnings aside, or
// that it has no name.
func NewDependency(name string, m Model, seed Seed) (*Dependency, error) {
	problems := m.Validate()
	if name == "" {
		problems = append(fuseboard.Problems{{Path: "name", Code: codeMissing, Message: "is empty", Fix: "name the dependency: its draws hang on its name"}}, problems...)
	}
	if err := problems.Err(); err != nil {
		return nil, err
	}
	d := &Dependency{
		name: name, model: m.withDefaults(), latency: newQuantiles(m.Latency), key: foldText(uint64(seed), name), base: time.Now(),
		errors: map[fuseboard.Class]*Error{}, life: newLife(), warming: m.WarmUp.Cold,
	}
	for _, class := range classes {
		d.errors[class] = &Error{Dependency: name, Class: class}
	}
	return d, nil
}

// classes are those by which a dependency fails.
var classes = [...]fuseboard.Class{
	fuseboard.ClassError, fuseboard.ClassTimeout, fuseboard.ClassRefused, fuseboard.ClassReset, fuseboard.ClassThrottled,
}

// Name is the dependency's.
func (d *Dependency) Name() string { return d.name }

// Serve does the work of one request as a server would, and returns when the answer is there or ctx has ended. The error has the class that the
// model and the effects give it (see supervision.Classify): an *Error, or the context's cause. Where the answer comes in the instant in which
// ctx ends, it is taken. A request whose ctx has ended before does not arrive.
//
// A request that ctx does not carry is drawn for by its turn, which is then a matter of chance.
func (d *Dependency) Serve(ctx context.Context) error { return d.ServeThen(ctx, nil) }

// ServeThen is Serve with then as the last part of the work, under the same capacity: what the dependency itself calls. What then returns is returned.
// A request that fails by itself calls nothing. then runs on a goroutine of its own. Its ctx is the caller's, or, unless Abandoned
// says cancelled, one with the caller's values that has no deadline and outlives it; either ends when the work is lost, by a crash or Close.
func (d *Dependency) ServeThen(ctx context.Context, then func(context.Context) error) error {
	done := ctx.Done()
	select {
	case <-done:
		return context.Cause(ctx)
	default:
	}
	v := visit{then: then, ctx: ctx}
	if err := d.enter(&v); err != nil {
		return err
	}
	end := d.carry(&v, done)
	if end == left {
		d.abandon(&v)
		return context.Cause(ctx)
	}
	return d.depart(&v, end)
}

// Close ends all work and waits for it: who waits for an answer gets a reset. Requests that come later are refused.
func (d *Dependency) Close() {
	d.mu.Lock()
	if d.closed == nil {
		d.closed = make(chan struct{})
		close(d.life.lost)
		if d.running == 0 {
			close(d.closed)
		}
	}
	d.mu.Unlock()
	<-d.closed
}

// now is the time since the start.
func (d *Dependency) now() time.Duration { return time.Since(d.base) }

// ended counts that something that ran does no more. The lock is held.
func (d *Dependency) ended() {
	d.running--
	if d.closed != nil && d.running == 0 {
		close(d.closed)
	}
}
