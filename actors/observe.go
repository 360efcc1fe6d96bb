// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/fuseboard/fuseboard"
)

// CallInfo is how one call ended, as [Options.Observe] is told.
type CallInfo struct {
	// Dependency is the guard's name; that of the [Keyring] where a key had no place.
	Dependency string
	// Op is the operation's name; empty for that of [Spawn] and for [Do].
	Op string
	// Key is the key as the caller gave it, any bytes: quote it when you show it.
	// Empty unless the guard is one of a [Keyring].
	Key string
	// Attempts is how many attempts the call has made; copies of them ([Policy].Hedge) are not counted.
	Attempts int
	// Outcome is that of the last attempt. Without an attempt its Kind is Rejected, or
	// Void where the caller left.
	Outcome fuseboard.Outcome
	// RejectedBy names who refused the call before its first attempt, as
	// [CallError.RejectedBy] does; else empty.
	RejectedBy string
	// Elapsed is how long the call took, waits included; zero where it was refused at once.
	Elapsed time.Duration
	// Waited is how long of that it stood at the gate, in all its attempts.
	Waited time.Duration
	// Err is what the caller was answered.
	Err error
}

// observer tells Options.Observe of calls. Nil tells nobody.
type observer struct {
	see func(context.Context, CallInfo)
	log *slog.Logger
	picker
}

func newObserver(o Options, clock *fuseboard.Clock, log *slog.Logger) *observer {
	if o.Observe == nil {
		return nil
	}
	told := &observer{see: o.Observe, log: log}
	told.init(clock, o.ObserveEvery, o.ObservePerSecond)
	return told
}

// over ends a call that was answered with err: it is the last thing done with it.
func (c *call) over(err error) {
	if c.info != nil {
		c.inform(err)
	}
	if o := c.guard.sys.observer; o != nil {
		o.tell(c, err)
	}
}

func (o *observer) tell(c *call, err error) {
	if c.parent == nil || c.told {
		return
	}
	c.told = true
	if o.chosen(c.now) {
		o.report(c, err)
	}
}

// report tells of a call that is chosen.
func (o *observer) report(c *call, err error) {
	info := CallInfo{
		Dependency: c.guard.name, Op: c.op.name, Attempts: c.attempts, Outcome: c.out,
		Elapsed: c.now.Sub(c.came), Waited: c.waited, Err: err,
	}
	if c.guard.key != nil {
		info.Key = c.guard.key.key
	}
	o.say(c.parent, info)
}

// say completes what is known. An observer that panics has missed the call, no more.
func (o *observer) say(ctx context.Context, info CallInfo) {
	if info.Attempts == 0 {
		info.Outcome = fuseboard.Outcome{Kind: fuseboard.Void, Class: fuseboard.ClassCancelled}
		if e, refused := info.Err.(*CallError); refused && e.by != "" { //nolint:errorlint // ours, and never wrapped
			info.RejectedBy = e.by
			info.Outcome = fuseboard.Outcome{Kind: fuseboard.Rejected}
		}
	}
	defer func() {
		if v := recover(); v != nil {
			o.log.Error("Options.Observe panicked", "operation", title(info.Dependency, info.Op), "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		}
	}()
	o.see(ctx, info)
}

// turnedAway tells of a call that no guard took: its key has none.
func (s *System) turnedAway(ctx context.Context, name, op, key string, err error) {
	if o := s.observer; o != nil && ctx != nil && o.chosen(0) {
		o.say(ctx, CallInfo{Dependency: name, Op: op, Key: key, Err: err})
	}
}

// goneFor is the answer to a call of a key that was forgotten.
func (e *entry) goneFor(ctx context.Context, op string) error {
	err := e.evictedError(op)
	e.guard.sys.turnedAway(ctx, e.guard.name, op, e.key, err)
	return err
}
