// SPDX-License-Identifier: Apache-2.0

package main

import (
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

// Host is a made-up machine whose load rises, stays and falls.
type Host struct{}

// Read returns the use of the CPU at now.
func (*Host) Read(now fuseboard.Instant) shedding.Signals {
	cpu := 0.5
	switch second := int(now / fuseboard.Instant(time.Second)); {
	case second >= 4 && second < 5: // a burst
		cpu = 1
	case second >= 8 && second < 16: // a rush
		cpu = min(0.5+0.07*float64(second-7), 1)
	}
	return shedding.Signals{CPU: cpu}
}
