// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"sync"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/supervision"
)

// breaks counts the panics of a guard's handlers.
type breaks struct {
	mu   sync.Mutex
	last supervision.Breaks
}

// panicked counts one panic, and holds the circuit open if that is too many. It is
// done before the permit is given back, so that the next in the queue finds it
// held. An operator's command is not overruled.
func (g *Guard) panicked(now fuseboard.Instant, p Panics) {
	if p = p.WithDefaults(); !p.On() {
		return
	}
	b := &g.count.seldom().breaks
	b.mu.Lock()
	tooMany := b.last.Note(now, p)
	b.mu.Unlock()
	if !tooMany {
		return
	}
	_, moved, err := g.circuit.Propose(now, Command{
		Mode: HoldOpen, By: "panics", TTL: p.Hold,
		Reason: fmt.Sprintf("%s within %s", plain.Count(p.Max, "handler panicked", "handlers panicked"), plain.Duration(p.Within)),
	})
	if err != nil {
		g.sys.log.Error("panics", "dependency", g.name, "problem", err.Error())
		return
	}
	if moved {
		g.stir()
	}
}
