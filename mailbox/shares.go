// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"sync/atomic"

	processor "github.com/fuseboard/fuseboard/internal/lane"
)

const (
	// clashesToDivide is how often a caller must have found that another was quicker
	// before the permits are divided: two processors at once, not a chance meeting.
	clashesToDivide = 64
	// permitsToDivide is how many permits there must be for each processor: with fewer,
	// the share of one is too often spent while others have some.
	permitsToDivide = 16

	shutBit uint64 = 1 << 63 // of share.free
)

// share is how many of the permits are free on one processor, each share on cache lines of
// its own; with shutBit it is not in use. Who is inside has no share: a permit may be
// taken from one and be given back to another, so only their sum means something.
type share struct {
	free atomic.Uint64
	_    [processor.Line - 8]byte
}

// division is the shares of a divided gate. Once they are gathered they stay shut: the next
// division has others.
type division struct {
	shares []share // as many as a power of two
	limit  uint64  // how many permits there are; it does not change while they are divided
}

// at returns the share of a processor.
func (d *division) at(processor int) *share { return &d.shares[processor&(len(d.shares)-1)] }

// unasked is in the place of a processor's number that nobody has asked for yet.
const unasked = -1

// took is how taking from shares ended.
type took uint8

const (
	one   took = iota // a permit
	none              // all were found empty, one after the other
	other             // they are just being made or gathered
)

// enterShare is TryEnter of a divided gate: most often its share has a permit, and nobody
// else is at it.
func (g *Gate) enterShare(at int) bool {
	if at < 0 {
		at = processor.Here()
	}
	if d := g.division.Load(); d != nil {
		s := d.at(at)
		if free := s.free.Load(); free-1 < shutBit-1 && s.free.CompareAndSwap(free, free-1) {
			return true
		}
	}
	return g.tryElse(at)
}

// leaveShare is Leave of a divided gate.
func (g *Gate) leaveShare(at int) {
	if at < 0 {
		at = processor.Here()
	}
	if !g.giveShare(at) {
		g.leaveElse(at)
	}
}

// tryElse is TryEnter where the first try did not do: another was quicker, the permits are
// divided, or there is none.
func (g *Gate) tryElse(at int) bool {
	for {
		switch w := g.word.Load(); {
		case w < g.limit.Load():
			g.clashed()
			if g.word.CompareAndSwap(w, w+1) {
				return true
			}
		case w&dividedBit == 0:
			return false
		default:
			switch g.takeShare(at) {
			case one:
				return true
			case none:
				g.together() // they may have moved about meanwhile: only their sum says that none is free
			case other:
				g.mu.Lock() // until whoever makes or gathers them has done so
				g.mu.Unlock()
			}
		}
	}
}

// takeShare takes a free permit, best of the caller's own processor.
func (g *Gate) takeShare(at int) took {
	d := g.division.Load()
	if d == nil {
		return other
	}
	if at < 0 {
		at = processor.Here()
	}
	for i := range d.shares {
		if how := d.at(at + i).take(); how != none {
			return how
		}
	}
	return none
}

func (s *share) take() took {
	for {
		switch free := s.free.Load(); {
		case free == 0:
			return none
		case free&shutBit != 0:
			return other
		case s.free.CompareAndSwap(free, free-1):
			return one
		}
	}
}

// leaveElse is Leave where the first try did not do.
func (g *Gate) leaveElse(at int) {
	for {
		switch w := g.word.Load(); {
		case w&dividedBit != 0:
			if g.giveShare(at) {
				return
			}
			g.mu.Lock() // until whoever makes or gathers the shares has done so
			g.mu.Unlock()
		case w&inUseMask == 0:
			panic(leftTwice)
		case w&waitersMask != 0:
			g.handOver()
			return
		case g.word.CompareAndSwap(w, w-1):
			if w&inUseMask == 1 && g.watched.Load() {
				g.left()
			}
			return
		default:
			g.clashed()
		}
	}
}

// giveShare gives a permit back to the caller's own processor; false if its share is not
// in use. What is added to one that is shut is never looked at.
func (g *Gate) giveShare(at int) bool {
	d := g.division.Load()
	if d == nil {
		return false
	}
	if at == unasked {
		at = processor.Here()
	}
	free := d.at(at).free.Add(1)
	if free <= d.limit {
		return true
	}
	if free&shutBit == 0 {
		panic(leftTwice)
	}
	return false
}

// clashed notes that two wanted the word at once, and divides the permits where that is
// the rule. Who has the lock just now has reasons against it.
func (g *Gate) clashed() {
	if g.clashes.Add(1)%clashesToDivide != 0 || g.limit.Load() < permitsToDivide || !g.mu.TryLock() {
		return
	}
	if n, limit := processor.Count(), g.limit.Load(); n > 1 && limit >= permitsToDivide*uint64(n) {
		g.divide(n, limit/2) // fuller ones would soon be gathered again
	}
	g.mu.Unlock()
}

// divide spreads the free permits over n shares, if no more than most are in use and
// nobody needs the word as it is. They are opened last: until then the word says that
// there are shares, and whoever finds them shut waits for the lock. Under mu.
func (g *Gate) divide(n int, most uint64) bool {
	if g.whole || g.watched.Load() || g.word.Load() > most {
		return false
	}
	d := &division{shares: make([]share, n), limit: g.limit.Load()}
	for i := range d.shares {
		d.shares[i].free.Store(shutBit)
	}
	g.division.Store(d)
	w := g.word.Load()
	for ; w <= most; w = g.word.Load() { // a flag or a waiter makes it larger
		if g.word.CompareAndSwap(w, d.limit|dividedBit) {
			break
		}
	}
	if w > most {
		g.division.Store(nil)
		return false
	}
	free, each := d.limit-w, (d.limit-w)/uint64(n)
	for i := 1; i < n; i++ {
		d.shares[i].free.Store(each)
	}
	d.shares[0].free.Store(free - each*uint64(n-1))
	return true
}

// together gathers the permits of a divided gate.
func (g *Gate) together() {
	g.mu.Lock()
	g.gather()
	g.mu.Unlock()
}

// gather ends the division, if there is one: afterwards the word alone says how many are
// in use, exactly. Everything that is not a plain coming and going begins with it. Under mu.
func (g *Gate) gather() {
	w := g.word.Load()
	if w&dividedBit == 0 {
		return
	}
	var free uint64
	shares := g.division.Load().shares
	for i := range shares {
		free += shares[i].free.Swap(shutBit)
	}
	// More than were lent are free where somebody left twice: they are nobody's.
	g.word.Add(-(dividedBit + min(free, w&inUseMask)))
	g.division.Store(nil)
}
