// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"reflect"

	"github.com/fuseboard/fuseboard"
)

// Bytes returns how much memory the evidence of a circuit under b takes at most:
// its window, or the places of its probes, which it never has at the same time. It
// is what the circuit adds to its fixed size, to within a fifth: the allocator rounds.
// A breaker that is off takes none.
func (b Breaker) Bytes() int {
	p := compile(b)
	if !p.on {
		return 0
	}
	probes := size[probes]() + p.Probes*(size[*lease]()+size[lease]())
	return max(p.Window.bytes(), probes)
}

// bytes is the size of a window with all its ticks.
func (w Window) bytes() int {
	if w.Calls > 0 {
		return size[tally]() + size[ring]() + w.Calls*size[mark]()
	}
	return size[tally]() + size[span]() + tickCount*size[tick[spanCounts]]()
}

// Bytes returns how much memory the account of a [Spending] takes at most, whatever
// its budget: its ticks are as many.
func (b Budget) Bytes() int {
	return size[spendingTerms]() + size[spendingAccount]() + tickCount*size[tick[spendingCounts]]() + 2*size[half]()
}

// Bytes returns how much memory the [Breaks] of one guard take at most, with the
// spare room of a list that has grown.
func (p Panics) Bytes() int {
	if !p.On() {
		return 0
	}
	most := clamp(p.WithDefaults().Max, 1, mostPanics)
	return size[Breaks]() + most*5/4*size[fuseboard.Instant]()
}

func size[T any]() int { return int(reflect.TypeFor[T]().Size()) }
