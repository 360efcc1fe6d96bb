// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"sync"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

// host is one whose pressure a test sets. It is idle at first.
type host struct {
	mu  sync.Mutex
	now shedding.Signals
}

func (h *host) read(fuseboard.Instant) shedding.Signals {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *host) set(s shedding.Signals) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = s
}

// busy uses so much of its processors, and six tenths of its memory.
func (h *host) busy(cpu float64) { h.set(shedding.Signals{CPU: cpu, Memory: 0.6}) }

// watchful sheds at once, and no longer than it must.
var watchful = Shedding{CPU: 0.85, Memory: 0.9, Smoothing: time.Millisecond, Every: 100 * time.Millisecond, HoldFor: time.Second}
