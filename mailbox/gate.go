// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
)

// The parts of Gate.word. Any flag or waiter makes the word larger than every
// limit, so one comparison tells the fast path that it is not for it.
const (
	closedBit    uint64 = 1 << 63
	suspendedBit uint64 = 1 << 62
	dividedBit   uint64 = 1 << 61
	waiterOne    uint64 = 1 << 32
	waitersMask  uint64 = dividedBit - waiterOne
	inUseMask    uint64 = waiterOne - 1

	minusPermit = ^uint64(0)
	minusWaiter = ^waiterOne + 1

	unlimited uint64 = math.MaxUint32

	leftTwice = "mailbox: Leave without a permit; call it once for each granted TryEnter, Enter or Job"
)

// Gate lends the permits of one [Bulkhead]. Safe for concurrent use; make one
// with [NewGate]. It has no goroutine, and one timer for all who wait, which it keeps for
// those who come next until it rings, after [Bulkhead.MaxWait] at the latest.
type Gate struct {
	// word is [63 closed][62 suspended][61 divided][60..32 waiters][31..0 in use].
	// Whoever will wait is counted without the lock; from then on the fast paths stand
	// back, and permits come and go under mu. So a Leave cannot miss a waiter: either its
	// CAS succeeds before the waiter is counted, and the waiter finds the permit free, or
	// it fails and hands the permit over under mu.
	//
	// While it is divided, all permits are in use by it, those that are free being in the
	// shares; there are no waiters and no other flags, and the word changes under mu only.
	word     atomic.Uint64
	limit    atomic.Uint64            // permits that all may take, or unlimited; written under mu
	division atomic.Pointer[division] // nil while they are not divided; written under mu

	mu        sync.Mutex
	clock     *fuseboard.Clock
	shared    *Quotas               // with other gates; never nil, never changes
	waiters   *queue                // nil while nobody has waited for long; guarded by mu
	idle      *idleHook             // called once the gate is idle; guarded by mu
	maxWait   atomic.Int64          // Bulkhead.MaxWait; written under mu
	queue     atomic.Int32          // places in the queue; written under mu
	answering int32                 // jobs unlinked whose Refuse has not returned; guarded by mu
	watched   atomic.Bool           // idle is not empty; written under mu
	present   atomic.Uint32         // of the queue: which priorities wait; written under mu
	onClose   func()                // after each Close and Stop; nil: nothing
	rules     atomic.Pointer[rules] // nil if there are none; written under mu
	whole     bool                  // never to be divided; guarded by mu
	clashes   atomic.Uint32
}

// NewGate returns an open gate with all of b's permits free. Waiting times are
// measured with clock. A field of b that is out of range counts as the nearest
// value that is not; [Bulkhead.Validate] tells.
func NewGate(b Bulkhead, clock *fuseboard.Clock) *Gate {
	return NewGateUnder(b, clock, nil)
}

// shape takes over b. Caller holds mu or owns g alone.
func (g *Gate) shape(b Bulkhead) {
	b = b.usable()
	limit, queue := uint64(b.Concurrency), b.Queue
	if !b.On() {
		limit, queue = unlimited, SuspendedQueue
	}
	r := b.rules()
	if r != nil {
		limit = r.least()
	}
	g.rules.Store(r)
	g.waiters.obey(r)
	g.limit.Store(limit)
	g.queue.Store(int32(queue))
	g.maxWait.Store(int64(b.MaxWait))
}

// TryEnter takes a permit if one is free at once. It is false when none is, when
// others wait (nobody overtakes them), and when the gate is closed or
// suspended. True obliges to one [Gate.Leave]. It reads no clock, allocates nothing
// and takes no lock, but where permits that were divided among processors seem to be spent.
func (g *Gate) TryEnter() bool {
	w := g.word.Load()
	switch {
	case w < g.limit.Load():
		return g.word.CompareAndSwap(w, w+1) || g.tryElse(unasked)
	case w&dividedBit == 0:
		return false
	}
	return g.enterShare(unasked)
}

// TryEnterAt is [Gate.TryEnter] of a caller that knows which processor it runs on, as a
// number that is not negative: a divided gate asks for it otherwise. It is a hint. With a
// negative one it is TryEnter.
func (g *Gate) TryEnterAt(processor int) bool {
	w := g.word.Load()
	switch {
	case w < g.limit.Load():
		return g.word.CompareAndSwap(w, w+1) || g.tryElse(processor)
	case w&dividedBit == 0:
		return false
	}
	return g.enterShare(processor)
}

// Leave gives a permit back, or hands it to the first waiter (of the highest
// priority) that can still use it; those before it whose time has passed or whose context is done are
// refused. Call it exactly once per permit, best deferred. A Leave without a
// permit is a bug of the caller and panics, because it would let in one too many; a gate
// whose permits are divided among processors notices it only where more are free than there are.
func (g *Gate) Leave() {
	w := g.word.Load()
	switch {
	case w-1 < inUseMask && g.word.CompareAndSwap(w, w-1): // no flag and no waiter
		if w == 1 && g.watched.Load() {
			g.left()
		}
	case w&dividedBit != 0:
		g.leaveShare(unasked)
	default:
		g.leaveElse(unasked)
	}
}

// LeaveAt is [Gate.Leave] of a caller that knows which processor it runs on, as
// [Gate.TryEnterAt] does; it need not be the same. With a negative one it is Leave.
func (g *Gate) LeaveAt(processor int) {
	w := g.word.Load()
	switch {
	case w-1 < inUseMask && g.word.CompareAndSwap(w, w-1):
		if w == 1 && g.watched.Load() {
			g.left()
		}
	case w&dividedBit != 0:
		g.leaveShare(processor)
	default:
		g.leaveElse(processor)
	}
}

// left calls whoever waits for idleness, when the last permit is back.
func (g *Gate) left() {
	g.mu.Lock()
	g.unlock(nil)
}

// Depth is what a gate held at one moment.
type Depth struct {
	// Limit is the number of permits; 0 means no limit.
	Limit int
	// InUse is the number of permits lent. After the bulkhead shrank, and while there
	// are [Overruns], it may exceed Limit.
	InUse int
	// Waiting is the number of callers and jobs in the queue.
	Waiting int
	// Priorities says how many of them wait at which priority.
	Priorities ByPriority
	// Queue is how many may wait; without a limit, only while suspended.
	Queue int
	// Wait is how long a newcomer of normal priority, of no tenant, is expected to wait for
	// a permit; 0 while it is not known ([Bulkhead.Estimate]) or a permit is free.
	Wait time.Duration
	// Closed tells that no one gets in any more.
	Closed bool
	// Suspended tells that nothing is granted for the moment.
	Suspended bool
}

// Depth returns what the gate holds now, as one consistent picture, for which permits
// that were divided among processors are brought together.
func (g *Gate) Depth() Depth {
	now := g.clock.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gather()
	w, limit, waiting := g.word.Load(), g.permits(), g.waiters.waiting()
	if limit == unlimited {
		limit = 0
	}
	return Depth{
		Limit: int(limit), InUse: int(w & inUseMask),
		Waiting: waiting.sum(), Priorities: waiting, Queue: int(g.queue.Load()),
		Wait:   g.expected(now, rankAt(fuseboard.Normal)),
		Closed: w&closedBit != 0, Suspended: w&suspendedBit != 0,
	}
}

// bulkhead returns what decides how long a caller may wait.
func (g *Gate) bulkhead() Bulkhead {
	return Bulkhead{MaxWait: time.Duration(g.maxWait.Load())}
}
