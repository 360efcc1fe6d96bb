// SPDX-License-Identifier: Apache-2.0

package hedge

import (
	"fmt"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// counts are those of [Do].
type counts struct {
	calls, copies, won, refused, panics atomic.Uint64
}

// View is what a [Hedger] holds at one moment. Its counts are those of [Do] since the hedger was
// made; each is right, but they are not of the very same moment.
type View struct {
	// Wait is how long a copy is waited for before the next is sent; zero where none is sent.
	Wait time.Duration
	// Known reports whether Wait is that of the live quantile, within its bounds.
	Known bool
	// Calls is how many calls there were.
	Calls uint64
	// Copies is how many copies were sent beside the first ones.
	Copies uint64
	// Won is how many of them gave the answer.
	Won uint64
	// Refused is how many were not sent because [Options].Allow said no.
	Refused uint64
	// Panics is how many copies, and Discards, panicked or ended their goroutine; of losers nobody else is told.
	Panics uint64
	// Running is how many copies run now, the first ones and losers among them.
	Running int
}

// View returns what h holds now.
func (h *Hedger) View() View {
	h.mu.Lock()
	wait, live := h.policy.wait(h.live.Load())
	h.mu.Unlock()
	return View{
		Wait: max(wait, 0), Known: live,
		Calls: h.counts.calls.Load(), Copies: h.counts.copies.Load(), Won: h.counts.won.Load(),
		Refused: h.counts.refused.Load(), Panics: h.counts.panics.Load(),
		Running: h.crew.size(),
	}
}

// String says in one line when copies are sent and what came of them.
func (v View) String() string {
	when := "no copy is sent until enough is known"
	switch {
	case v.Known:
		when = "a copy is sent after " + plain.Duration(v.Wait) + ", the live quantile"
	case v.Wait > 0:
		when = "a copy is sent after " + plain.Duration(v.Wait)
	}
	return fmt.Sprintf("%s; %d calls, %d copies, of which %d won; %d refused, %d running", when, v.Calls, v.Copies, v.Won, v.Refused, v.Running)
}
