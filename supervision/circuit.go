// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"sync/atomic"

	"github.com/fuseboard/fuseboard"
)

// Circuit is the breaker of one dependency as a machine. Make one with
// [NewCircuit], or many alike with [Rules]. All its methods may be called from any goroutine.
type Circuit struct {
	phase atomic.Pointer[phase]
	seed  uint64
	lanes atomic.Int32 // that its tallies are spread over; 0: they are not
}

// NewCircuit returns a closed circuit at epoch 1 under [Enforce]. Defaults of b
// are filled in; values outside their range are taken as its nearest end
// ([Breaker.Validate] reports them). The zero Breaker makes a circuit that
// admits everything and counts nothing, but obeys commands. The seed decides the
// jitter of open times and nothing else: equal seeds, equal times.
func NewCircuit(b Breaker, seed uint64) *Circuit { return NewRules(b).Circuit(seed) }

// State returns where the circuit stands. It may be overdue: see [Circuit.Expire].
func (c *Circuit) State() State { return c.phase.Load().state }

// Mode returns the mode the circuit is under.
func (c *Circuit) Mode() Mode { return c.phase.Load().mode }

// Epoch returns the number of transitions since the circuit was made, plus one.
func (c *Circuit) Epoch() uint64 { return c.phase.Load().epoch }

// Numbers returns what the present state has counted.
func (c *Circuit) Numbers(now fuseboard.Instant) Numbers { return c.phase.Load().numbers(now) }

// move tries to replace old by a phase with the facts f. The one CAS that
// succeeds is the transition; its winner links the phases for [Log] readers.
func (c *Circuit) move(old *phase, f facts, t Transition) (Transition, bool) {
	f.epoch = old.epoch + 1
	t.Epoch = f.epoch
	t.From, t.To, t.FromMode, t.Mode = old.state, f.state, old.mode, f.mode
	born := t // or every failure would allocate one, moved or not
	ph := newPhase(f, &born)
	born.Until = ph.due
	if !c.replace(old, ph) {
		return Transition{}, false
	}
	return born, true
}

// replace puts ph in the place of old, if that is still the phase. It looks once more at the
// lanes: a Spread between the making of ph and this has found old.
func (c *Circuit) replace(old, ph *phase) bool {
	if !c.phase.CompareAndSwap(old, ph) {
		return false
	}
	old.next.Store(ph)
	ph.spread()
	return true
}

// open tries to open the circuit from old, for as long as asked at least.
func (c *Circuit) open(old *phase, now fuseboard.Instant, cause Cause, before Numbers, o fuseboard.Outcome) (Transition, bool) {
	d := old.plan.openTime(int(old.opens)+1, roll(c.seed, old.epoch+1), o.RetryAfter)
	t := Transition{Cause: cause, At: now, Before: before, OpenFor: d}
	return c.move(old, old.facts.open(now, d, cause, before), t)
}
