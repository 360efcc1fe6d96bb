// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
)

// ErrRestarting: the handler of [Rebuild] broke and the next one is not ready.
// A call that meets it was refused; [CallError.RetryAfter] tells when the next
// build begins, where that is known.
var ErrRestarting = errors.New("the handler is being rebuilt")

var errBuilderBroke = errors.New("its builder broke")

// generation is one incarnation of a handler that is rebuilt, or the gap before
// it. It is immutable; a fault or a build replaces it.
type generation struct {
	number  uint64
	handle  any                     // the Handler; nil in a gap
	end     context.CancelCauseFunc // of its context; nil in a gap that is not being built
	why     error                   // of a gap: what broke the last one, or the last build
	until   fuseboard.Instant       // of a gap: when the next build begins; zero when unknown or begun
	refusal *CallError              // of a gap
}

// generations is the handler of [Rebuild]: untyped, and shared by calls, asks and
// messages. Its builder is a child of the guard's actor, whose restarts are the
// rebuilds.
type generations struct {
	guard *Guard
	build func(context.Context) (any, error)
	now   atomic.Pointer[generation]
	pid   atomic.Pointer[actor.PID] // of the builder
	busy  atomic.Bool               // a build is under way

	builders uint64 // numbers them; only in the guard's turn

	mu      sync.Mutex
	changed chan struct{} // closed when a gap ends; nil while nobody waits
}

func newGenerations(g *Guard, build func(context.Context) (any, error)) *generations {
	all := &generations{guard: g, build: build}
	all.now.Store(all.gap(1, nil, 0, nil))
	return all
}

// gap makes the time before the generation of that number.
func (all *generations) gap(number uint64, why error, until fuseboard.Instant, end context.CancelCauseFunc) *generation {
	detail := "it has not been built yet"
	if why != nil {
		detail = why.Error()
	}
	refusal := all.guard.self.refusal(byRestart, ErrRestarting, fmt.Sprintf("generation %d: %s", number, detail))
	refusal.until = until
	return &generation{number: number, why: why, until: until, end: end, refusal: refusal}
}

// fault ends the generation at the first of its faults and tells the builder.
// Later ones, and those of calls that it left behind, change nothing.
func (all *generations) fault(old *generation, cause error) {
	why := inWords(cause, "")
	// The guard decides in its turn when the build begins. Until then callers are
	// told the backoff's base, so that none comes back at once.
	base := all.guard.plan.Load().given.Restart.WithDefaults().Backoff.Base
	if !all.now.CompareAndSwap(old, all.gap(old.number+1, why, all.guard.clock.Now().Add(base), nil)) {
		return
	}
	old.end(cause)
	if pid := all.pid.Load(); pid != nil {
		all.guard.sys.root.Send(pid, &fault{cause: why})
	}
}

// begin starts the building of a generation; nil when nothing may begin any more.
func (all *generations) begin(end context.CancelCauseFunc) *generation {
	for {
		old := all.now.Load()
		if old.handle != nil { // its builder broke, and not it
			all.stop(errBuilderBroke)
			continue
		}
		next := all.gap(old.number, old.why, 0, end)
		if all.guard.hasHalted() {
			return nil
		}
		if all.now.CompareAndSwap(old, next) {
			if all.guard.hasHalted() { // a stop that came meanwhile has not seen it
				end(ErrStopped)
			}
			return next
		}
	}
}

// ready replaces the gap by its generation. It reports false when the gap is over
// because the guard restarts or stops.
func (all *generations) ready(gap *generation, handle any) bool {
	if !all.now.CompareAndSwap(gap, &generation{number: gap.number, handle: handle, end: gap.end}) {
		return false
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.changed != nil {
		close(all.changed)
		all.changed = nil
	}
	return true
}

// waits notes when the next build begins, and why it has to.
func (all *generations) waits(why error, until fuseboard.Instant) *generation {
	for {
		old := all.now.Load()
		if old.handle != nil {
			return old
		}
		next := all.gap(old.number, why, until, nil)
		if all.now.CompareAndSwap(old, next) {
			return next
		}
	}
}

// stop ends the generation there is, and leaves a gap.
func (all *generations) stop(why error) {
	for {
		old := all.now.Load()
		number := old.number
		if old.handle != nil {
			number++
		}
		if all.now.CompareAndSwap(old, all.gap(number, why, 0, nil)) {
			if old.end != nil {
				old.end(why)
			}
			return
		}
	}
}

// halt ends a building that is under way, when no call may begin any more.
func (all *generations) halt() {
	if old := all.now.Load(); old.handle == nil && old.end != nil {
		old.end(ErrStopped)
	}
}

// refusal is why no call may run now; nil if one may.
func (all *generations) refusal() *CallError { return all.now.Load().refusal }

// watch returns a channel that is closed when a generation becomes ready.
func (all *generations) watch() <-chan struct{} {
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.changed == nil {
		all.changed = make(chan struct{})
	}
	return all.changed
}

// Ready waits until the guard can take calls: at once for most, until the first,
// or next, generation of its handler has been built for one of [Rebuild]. It
// returns ErrStopped when the guard stops first, and when ctx ends first the
// refusal that calls meet together with ctx's cause.
func (g *Guard) Ready(ctx context.Context) error {
	if !g.made() {
		return errUnbound
	}
	if ctx == nil {
		ctx = context.Background()
	}
	for {
		if g.hasHalted() {
			return g.self.refusals().stopped
		}
		if g.generations == nil {
			return nil
		}
		changed := g.generations.watch()
		refusal := g.generations.refusal()
		if refusal == nil {
			return nil
		}
		select {
		case <-changed:
		case <-g.living().halting.wait():
		case <-ctx.Done():
			return errors.Join(g.generations.now.Load().refusalOr(refusal), context.Cause(ctx))
		}
	}
}

// refusalOr is the newest word on why there is no handler.
func (old *generation) refusalOr(last *CallError) error {
	if old.refusal != nil {
		return old.refusal
	}
	return last
}

// rebuilding tells of a gap whose end is known. In the guard's turn.
func (r *receiver) rebuilding(child *actor.PID, reason any, at fuseboard.Instant) {
	all := r.guard.generations
	if all == nil || !child.Equal(all.pid.Load()) {
		return
	}
	why, isError := reason.(error)
	if !isError {
		why = fmt.Errorf("%v", reason)
	}
	gap := all.waits(why, at)
	r.event(Event{Kind: EventRebuilding, Generation: gap.number, Reason: why.Error(), Until: at})
	r.guard.sys.log.Warn("handler is being rebuilt", "dependency", r.guard.name, "generation", gap.number, "reason", why.Error())
}

// rebuilt tells of a generation that is ready.
func (r *receiver) rebuilt(m rebuilt) {
	r.event(Event{Kind: EventRebuilt, Generation: m.number})
	r.guard.sys.log.LogAttrs(context.Background(), slog.LevelInfo, "handler is ready",
		slog.String("dependency", r.guard.name), slog.Uint64("generation", m.number))
}
