// SPDX-License-Identifier: Apache-2.0

package mailbox

import "github.com/fuseboard/fuseboard"

// Foresee tells what [Gate.Enter] would say now to a newcomer of the priority, of no tenant
// and without a deadline: nil and whether it would have to wait, or why it would be refused
// at once. It takes nothing.
func (g *Gate) Foresee(p fuseboard.Priority) (waits bool, why error) {
	who := comer{now: g.clock.Now(), rank: rankAt(min(max(p, fuseboard.Sheddable), fuseboard.Critical)), seen: true}
	who.limit = g.bulkhead().WaitUntil(who.now, fuseboard.Never)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gather()
	word := g.word.Load()
	switch why = g.refusalOf(word, g.rules.Load(), who.rank); {
	case word&closedBit != 0:
		return false, ErrStopped
	case g.nextIs(who.rank):
		return false, nil
	case why != nil && (g.queue.Load() == 0 || g.waiters.yields(&who) == nil):
		return false, why
	case g.hopeless(&who):
		return false, ErrHopeless
	}
	return true, nil
}
