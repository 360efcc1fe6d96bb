// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"sync/atomic"
	"time"
)

// HedgeStats is what became of the copies of slow attempts, see [Policy].Hedge.
type HedgeStats struct {
	// Wait is how long an attempt takes now before a copy of it is sent; zero: none is.
	Wait time.Duration
	// Known reports whether Wait is that of the live quantile, within its bounds.
	Known bool
	// Sent is how many copies were sent. Ended is how many of them have ended, or were left
	// behind: these are among Attempts.
	Sent, Ended uint64
	// Won is how many of them gave the answer of their call.
	Won uint64
	// Lost is how many attempts, copies or not, were cancelled because another was first. They
	// are among Voids.
	Lost uint64
	// Refused is how many copies were due and not sent.
	Refused HedgeRefused
}

// HedgeRefused counts copies that were not sent, by what was against it.
type HedgeRefused struct {
	// Unsafe: the Safe hook did not agree.
	Unsafe uint64
	// Breaker: the circuit was not closed, or had moved since the attempt began.
	Breaker uint64
	// Shedding: the host was under pressure.
	Shedding uint64
	// Workers: too many handlers that their callers have left still ran.
	Workers uint64
	// Throttle: the dependency refuses so many that a share of the calls is not sent.
	Throttle uint64
	// Rate: the rate limit had no room at once.
	Rate uint64
	// Bulkhead: no permit was free that everybody may have.
	Bulkhead uint64
	// Restart: the handler was being rebuilt.
	Restart uint64
	// Limits: there was no goroutine within the System's [Limits].
	Limits uint64
	// Budget: the retry budget was used up.
	Budget uint64
	// Stopped: the guard or its System was stopping.
	Stopped uint64
}

// What is against a copy, in the order of HedgeRefused.
const (
	keptUnagreed = iota
	keptOpen
	keptShedding
	keptWorkers
	keptThrottle
	keptRate
	keptBulkhead
	keptRestart
	keptLimits
	keptForBudget
	keptHalted
	reasonsAgainstCopy

	sentCopy = -1 // nothing
)

// hedgeCounts are the numbers of copies.
type hedgeCounts struct {
	sent, won, lost atomic.Uint64
	refused         [reasonsAgainstCopy]atomic.Uint64
}

func (n *hedgeCounts) add(m *hedgeCounts) {
	n.sent.Add(m.sent.Load())
	n.won.Add(m.won.Load())
	n.lost.Add(m.lost.Load())
	for why := range n.refused {
		n.refused[why].Add(m.refused[why].Load())
	}
}

// hedged tells what became of copies.
func (n *rareCounts) hedged() HedgeStats {
	s := n.hedges.stats()
	s.Ended = n.copies.sum()
	return s
}

func (n *hedgeCounts) stats() HedgeStats {
	of := func(why int) uint64 { return n.refused[why].Load() }
	return HedgeStats{
		Sent: n.sent.Load(), Won: n.won.Load(), Lost: n.lost.Load(),
		Refused: HedgeRefused{
			Unsafe: of(keptUnagreed), Breaker: of(keptOpen), Shedding: of(keptShedding), Workers: of(keptWorkers),
			Throttle: of(keptThrottle), Rate: of(keptRate), Bulkhead: of(keptBulkhead), Restart: of(keptRestart),
			Limits: of(keptLimits), Budget: of(keptForBudget), Stopped: of(keptHalted),
		},
	}
}

// hedgeStats are the numbers with the wait in force.
func (g *Guard) hedgeStats(n *rareCounts) HedgeStats {
	s := n.hedged()
	if l := g.live.Load(); l != nil && l.hedger != nil {
		v := l.hedger.View()
		s.Wait, s.Known = v.Wait, v.Known
	}
	return s
}

// plus adds up what can be added: a wait is each guard's own.
func (s HedgeStats) plus(o HedgeStats) HedgeStats {
	return HedgeStats{
		Sent: s.Sent + o.Sent, Ended: s.Ended + o.Ended, Won: s.Won + o.Won, Lost: s.Lost + o.Lost,
		Refused: s.Refused.plus(o.Refused),
	}
}

func (r HedgeRefused) plus(o HedgeRefused) HedgeRefused {
	return HedgeRefused{
		Unsafe: r.Unsafe + o.Unsafe, Breaker: r.Breaker + o.Breaker, Shedding: r.Shedding + o.Shedding, Workers: r.Workers + o.Workers,
		Throttle: r.Throttle + o.Throttle, Rate: r.Rate + o.Rate, Bulkhead: r.Bulkhead + o.Bulkhead, Restart: r.Restart + o.Restart,
		Limits: r.Limits + o.Limits, Budget: r.Budget + o.Budget, Stopped: r.Stopped + o.Stopped,
	}
}
