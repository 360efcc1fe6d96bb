// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Work is what a [Pool] runs on one of its goroutines.
type Work interface {
	// Run does the work. A panic in it is the work's to recover; it may end its
	// goroutine, which the pool replaces.
	Run()
	// Late follows Run, on the same goroutine and still under the permit, if the
	// caller left before Run ended: it disposes of what nobody gets. The same holds
	// for it as for Run.
	Late()
}

// Pool runs work that holds a permit of one gate on goroutines that are kept for
// the next, so that a caller may leave before its work ends. It makes a
// goroutine when none is idle: there are never more than the gate lends permits
// ([Workers.Bound] makes that Workers.Max). The most recently idle one is used
// first, so those that are not needed become really idle, and end.
//
// Safe for concurrent use; make one with [NewPool]. Its channels and its timer
// are its own.
type Pool struct {
	gate  *Gate
	clock *fuseboard.Clock

	abandoned   atomic.Int64 // length of the list of left seats; written under mu
	lost        atomic.Int64 // how many of these have lost; written under mu
	interrupted atomic.Bool

	mu          sync.Mutex
	idle        []*Seat       // the most recently idle last; guarded by mu, as all below
	low         int           // the fewest idle since the last sweep: these were not needed
	seats       []*Seat       // all whose goroutine takes or does work
	first, last *Seat         // left by their callers, the longest left first
	keep        time.Duration // how long idle goroutines stay; 0: not at all
	sweeper     *time.Timer   // nil until first used
	closed      bool
	sweeping    bool          // the sweeper is set
	running     int           // goroutines that have not ended
	none        chan struct{} // closed when running falls to zero; nil while nobody waits
}

// NewPool returns a pool without goroutines for work that holds permits of the gate.
func NewPool(gate *Gate, w Workers) *Pool {
	p := &Pool{gate: gate, clock: gate.clock}
	p.Resize(w)
	return p
}

// Start is [Pool.Reserve] and [Seat.Start] in one: it hands the work to a goroutine,
// or returns nil if there is no room for one.
func (p *Pool) Start(w Work) *Seat {
	s := p.Reserve()
	if s != nil {
		s.Start(w)
	}
	return s
}

// Resize takes over other workers while work goes on. Workers that are off keep
// no goroutine idle; work still runs.
func (p *Pool) Resize(w Workers) {
	w = w.WithDefaults(Bulkhead{})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.keep = 0
	if w.On() && !p.closed {
		p.keep = min(max(w.Idle, minIdle), maxIdle)
	}
	p.restart()
}

// Close ends the idle goroutines, and every other when its work ends, for good.
// Who still holds a permit may still start work.
func (p *Pool) Close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.Resize(Workers{})
}

// Interrupt makes every caller that waits leave its work, and every later one.
func (p *Pool) Interrupt() {
	p.interrupted.Store(true)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.seats {
		s.signal()
	}
}

// Wait waits until no goroutine of the pool is left, which after [Pool.Close] is
// final once no permit is in use. It returns nil, or context.Cause(ctx) if ctx
// ends first.
func (p *Pool) Wait(ctx context.Context) error {
	p.mu.Lock()
	if p.running == 0 {
		p.mu.Unlock()
		return nil
	}
	if p.none == nil {
		p.none = make(chan struct{})
	}
	none := p.none
	p.mu.Unlock()
	select {
	case <-none:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Crew is what a pool held at one moment.
type Crew struct {
	// Running is the number of goroutines with work, Idle of those without.
	Running, Idle int
	// Abandoned is how many of the running have been left by their callers.
	Abandoned int
	// Lost is how many of those were left because other work was first; see [Seat.Lose].
	Lost int
}

// Crew returns what the pool holds now, as one consistent picture. A nil Pool
// holds nothing.
func (p *Pool) Crew() Crew {
	if p == nil {
		return Crew{}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return Crew{Running: len(p.seats) - len(p.idle), Idle: len(p.idle), Abandoned: int(p.abandoned.Load()), Lost: int(p.lost.Load())}
}

// Abandoned returns how much work runs that its callers have left. It takes no
// lock. A nil Pool has none.
func (p *Pool) Abandoned() int {
	if p == nil {
		return 0
	}
	return int(p.abandoned.Load())
}

// Left shows the work that its callers have left, the longest left first, until
// show says false. It is called under the pool's lock: it must only look. A nil
// Pool has none.
func (p *Pool) Left(show func(Work) bool) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for s := p.first; s != nil && show(s.work); s = s.next {
		continue
	}
}
