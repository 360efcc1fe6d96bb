// SPDX-License-Identifier: Apache-2.0

// Command throttle calls a dependency that accepts a tenth of its calls, and spares it most
// of the refusals: first of what is least important. Minutes go by in a moment, because time and
// randomness are arguments: a program of yours gives instants of its clock.
package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/throttle"
)

func main() { run(os.Stdout) }

func run(out io.Writer) {
	w := &world{own: throttle.New(throttle.Policy{Ratio: 2, Window: 30 * time.Second}), random: rand.New(rand.NewPCG(1, 2))}
	for _, capacity := range []int{1000, 40, 1000} {
		w.minute(capacity) // it finds out
		sent := w.minute(capacity)
		fmt.Fprintf(out, "of 400 calls a second it accepts %d and is sent about %d: %s\n", capacity, sent/600*10, w.own.View(w.now))
	}
}

// world is a client of a dependency that accepts so many calls a second.
type world struct {
	own    *throttle.Throttle
	random *rand.Rand
	now    fuseboard.Instant
}

// minute makes 400 calls a second, of which each twentieth is critical, and returns how many
// the dependency was sent.
func (w *world) minute(capacity int) (sent int) {
	for range 60 {
		arrived := 0
		for i := range 400 {
			w.now = w.now.Add(2500 * time.Microsecond)
			priority := fuseboard.Normal
			if i%20 == 0 {
				priority = fuseboard.Critical
			}
			if ok, _ := w.own.Admit(w.now, priority, w.random.Float64()); !ok {
				continue // answered here: by a fallback, a cached page, an error
			}
			arrived++
			w.own.Record(w.now, priority, arrived <= capacity)
		}
		sent += arrived
	}
	return sent
}
