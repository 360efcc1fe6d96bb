// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/ticks"
)

// ClockSource says where a System takes its time from; see [Options].
type ClockSource string

// The sources. A call reads its clock two or three times, and the faster ones are for those
// whose calls are so short that this counts. They run in real time only: a test in
// virtual time (testing/synctest) takes the standard one.
const (
	// StandardClock is time.Since, about 27 ns a read on common servers. The default.
	StandardClock ClockSource = "standard"
	// TSCClock is the processor's time stamp counter, about 10 ns a read and within microseconds
	// of the standard clock, against which it is measured every second. Two cores may see it a few
	// microseconds apart. Start takes a
	// millisecond longer. Where the processor has no even counter, or time is virtual, it is
	// the standard clock, and the log says so.
	TSCClock ClockSource = "tsc"
	// CoarseClock is renewed every millisecond by a goroutine of the System while calls come:
	// about 1 ns a read. Durations and deadlines are off by a millisecond or two; for
	// policies whose shortest time is well above that.
	CoarseClock ClockSource = "coarse"
)

var clockSources = []string{string(StandardClock), string(TSCClock), string(CoarseClock)}

func (c ClockSource) problems() Problems {
	if c == "" || slices.Contains(clockSources, string(c)) {
		return nil
	}
	return Problems{fuseboard.Problem{
		Path: "clock", Code: "unknown-clock", Value: string(c), Message: "is no source of time",
		Accepted: strings.Join(clockSources, ", "), Fix: "leave it out for the standard clock",
	}}
}

// newClock returns the clock of the source, and what ends it.
func newClock(c ClockSource) (clock *fuseboard.Clock, stop func(), missing bool) {
	switch c {
	case TSCClock:
		if tsc, even := ticks.NewTSC(); even {
			return fuseboard.NewClockFrom(tsc.Base(), tsc.Now), func() {}, false
		}
		missing = true
	case CoarseClock:
		coarse := ticks.NewCoarse()
		return fuseboard.NewClockFrom(coarse.Base(), coarse.Now), coarse.Stop, false
	case StandardClock:
	}
	return fuseboard.NewClock(), func() {}, missing
}
