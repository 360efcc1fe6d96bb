// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"sync/atomic"

	"github.com/fuseboard/fuseboard/mailbox"
)

// Would is what a policy in [ShadowPolicy] would have done since the guard was made,
// had it been enforced. The calls that it speaks of have run, and are among Calls and
// Attempts. Its numbers never fall, and a call adds to each at most once.
type Would struct {
	// Refused counts calls that a section would have refused before their first
	// attempt, by the first section that would have. Those whose key could have no
	// guard are in [KeyringStats].WouldRefuse.
	Refused Rejected
	// Waited counts calls that would have waited for a permit. Some of them might
	// have been refused with ErrLate: how long they would have waited is not known.
	Waited uint64
	// CutShort counts calls that ran until the policy's own deadline or longer.
	CutShort uint64
	// Repeated counts calls whose failure would have been followed by another
	// attempt: its class, the Safe hook, the time left and the budget allowed it.
	Repeated uint64
}

// sum tells whether there is anything to tell. A call that would have waited and then
// been cut short is in it twice.
func (w Would) sum() uint64 { return w.Refused.sum() + w.Waited + w.CutShort + w.Repeated }

func (w Would) plus(o Would) Would {
	return Would{
		Refused: w.Refused.plus(o.Refused), Waited: w.Waited + o.Waited,
		CutShort: w.CutShort + o.CutShort, Repeated: w.Repeated + o.Repeated,
	}
}

// shade is what a guard in shadow needs beside a guard that enforces. It is made at
// the first call in shadow, and most guards have none.
type shade struct {
	over                      *mailbox.Overruns
	refused                   reasonCounts
	waited, cutShort, repeats atomic.Uint64
}

// shadow returns the guard's shade, made at first need.
func (g *Guard) shadow() *shade {
	if s := g.shade.Load(); s != nil {
		return s
	}
	g.shade.CompareAndSwap(nil, &shade{over: mailbox.NewOverruns(g.gate)})
	return g.shade.Load()
}

// would is what the guard has counted in shadow.
func (g *Guard) would() Would {
	s := g.shade.Load()
	if s == nil {
		return Would{}
	}
	return Would{
		Refused: s.refused.rejected(), Waited: s.waited.Load(),
		CutShort: s.cutShort.Load(), Repeated: s.repeats.Load(),
	}
}
