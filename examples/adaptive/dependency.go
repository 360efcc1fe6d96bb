// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Dependency works on as many calls at once as it has workers, each for 20ms; the others
// wait. Nobody tells its callers how many workers there are.
type Dependency struct {
	free []fuseboard.Instant // when each worker is done
}

// Call returns when a call that comes now is answered.
func (d *Dependency) Call(now fuseboard.Instant) (answered fuseboard.Instant) {
	first := slices.Index(d.free, slices.Min(d.free))
	d.free[first] = max(now, d.free[first]).Add(20 * time.Millisecond)
	return d.free[first]
}

// Scale gives it so many workers.
func (d *Dependency) Scale(workers int) { d.free = make([]fuseboard.Instant, workers) }
