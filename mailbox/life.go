// SPDX-License-Identifier: Apache-2.0

package mailbox

// Resize takes over another bulkhead while calls go on. More permits wake
// waiters at once; fewer let those inside finish. Whoever waits stays queued
// with the waiting time it came with, even if the queue is now shorter. A call
// that enters at the same moment may be judged by either bulkhead.
func (g *Gate) Resize(b Bulkhead) {
	g.mu.Lock()
	g.gather()
	g.shape(b)
	g.unlock(g.grant())
}

// Flush answers everyone in the queue with why and returns how many they were.
// A nil why counts as [ErrStopped], because nil would mean a permit.
func (g *Gate) Flush(why error) int {
	if why == nil {
		why = ErrStopped
	}
	g.mu.Lock()
	gone, n := g.refuseAll(why)
	g.unlock(gone)
	return n
}

// Close lets no one in any more ([ErrStopped]); who is inside or queued
// finishes as usual. This is what Poison means. A closed gate stays closed.
func (g *Gate) Close() {
	g.shut()
	g.mu.Lock()
	g.unlock(nil)
}

// OnClose has call run after every [Gate.Close] and [Gate.Stop], on the goroutine that
// closes, before that returns and before anybody in the queue is answered: whoever keeps
// a copy of [Gate.Closed] hears of each way to close it, a PoisonPill and a Stop of its
// actor among them. It may run more than once, and at the same time. Set it before
// anybody else has the gate; one gate has one.
func (g *Gate) OnClose(call func()) { g.onClose = call }

// shut closes the gate, and says so.
func (g *Gate) shut() {
	g.mu.Lock()
	g.gather()
	g.word.Or(closedBit)
	g.mu.Unlock()
	if g.onClose != nil {
		g.onClose()
	}
}

// Stop is [Gate.Close], and everyone in the queue is answered with [ErrStopped]
// before it returns. Who is inside finishes. It ends a suspension, which has
// nobody left to hold back. This is what an actor's Stop means.
func (g *Gate) Stop() {
	g.shut()
	g.mu.Lock()
	gone, _ := g.refuseAll(ErrStopped)
	g.word.And(^suspendedBit)
	g.letGo()
	g.unlock(gone)
}

// Suspend grants nothing until [Gate.Resume]: callers queue, bounded as ever and
// not longer than MaxWait. Who is inside stays inside. Suspensions do not add up.
func (g *Gate) Suspend() {
	g.mu.Lock()
	g.gather()
	g.word.Or(suspendedBit)
	if g.waiters != nil {
		g.waiters.paces.rest(0) // what passes is no time between two permits
	}
	g.mu.Unlock()
}

// Resume ends a suspension and grants what became free in it.
func (g *Gate) Resume() {
	g.mu.Lock()
	g.word.And(^suspendedBit)
	g.unlock(g.grant())
}
