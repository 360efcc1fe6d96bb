// SPDX-License-Identifier: Apache-2.0

package adaptive

import (
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// View is what a limiter knew at one moment.
type View struct {
	// Limit is how many calls may be inside.
	Limit int
	// Kind is the algorithm that found it.
	Kind Kind
	// Reason says why it is where it is.
	Reason Reason
	// Baseline is how long an attempt takes without a queue; zero while unknown, and for aimd.
	Baseline time.Duration
	// Recent is how long an attempt took in the last window; zero before the first.
	Recent time.Duration
	// InFlight is how many were inside at once in the last window, at most.
	InFlight int
	// Samples and Drops are what the last window was told of.
	Samples, Drops int
	// Age is how long ago the last window ended; zero before the first.
	Age time.Duration
	// Windows is how many windows have ended, Moves how many changed the limit, and Probes how
	// many were probes.
	Windows, Moves, Probes uint64

	ended fuseboard.Instant
}

// View returns what the limiter knows now, as one consistent picture.
func (l *Limiter) View(now fuseboard.Instant) View {
	l.mu.Lock()
	defer l.mu.Unlock()
	v := l.view
	v.Baseline = l.algorithm.Baseline()
	if v.Windows > 0 {
		v.Age = max(0, now.Sub(v.ended))
	}
	return v
}

// after is the view when a window has ended.
func (v View) after(now fuseboard.Instant, w Window, m Move, moved bool) View {
	v.Limit, v.Reason, v.ended = m.Limit, m.Reason, now
	v.Recent, v.InFlight, v.Samples, v.Drops = w.Mean(), w.InFlight, w.Samples, w.Drops
	v.Windows++
	if moved {
		v.Moves++
	}
	if m.Reason == Probing {
		v.Probes++
	}
	return v
}

// String says in one line where the limit is and why.
func (v View) String() string {
	text := fmt.Sprintf("limit %d (%s): %s", v.Limit, v.Kind, v.Reason.Sentence())
	if v.Windows == 0 {
		return text
	}
	text += fmt.Sprintf("; %d samples took %s, at most %d inside", v.Samples, plain.Duration(v.Recent), v.InFlight)
	if v.Baseline > 0 {
		text += ", " + plain.Duration(v.Baseline) + " without a queue"
	}
	if v.Drops > 0 {
		text += fmt.Sprintf(", %d dropped", v.Drops)
	}
	return text
}
