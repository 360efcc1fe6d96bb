// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"sync"
	"time"

	"github.com/fuseboard/fuseboard"
)

// bell is what an alarm rings.
type bell interface{ ring() }

// alarm rings when a guard's circuit has something due. Whoever moves the
// circuit sets it, not the guard, so that it rings even if the guard is late.
type alarm struct {
	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
}

// set makes the alarm ring once at the instant, instead of when it was set
// before. Never means not at all.
func (a *alarm) set(at fuseboard.Instant, clock *fuseboard.Clock, who bell) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.stopped:
	case at == fuseboard.Never:
		if a.timer != nil {
			a.timer.Stop()
		}
	case a.timer == nil:
		a.timer = time.AfterFunc(max(at.Sub(clock.Now()), 0), who.ring)
	default:
		a.timer.Reset(max(at.Sub(clock.Now()), 0))
	}
}

// stop ends the alarm for good.
func (a *alarm) stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stopped = true
	if a.timer != nil {
		a.timer.Stop()
	}
}
