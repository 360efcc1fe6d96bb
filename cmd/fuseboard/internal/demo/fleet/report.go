// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

// NotSeen stands for the time of what was not seen within the time an act had for it, or not played.
const NotSeen = -1.0

// Report is what was seen of the fleet. Its JSON is a promise: these keys and no others, each a number.
type Report struct {
	// Acts is how many of the five were played to their end.
	Acts int `json:"acts"`
	// Members is milliseconds until each node saw all three.
	Members float64 `json:"members_ms"`
	// SickSeen is milliseconds from c's own failure until c knew that it alone fails.
	SickSeen float64 `json:"sick_seen_ms"`
	// OthersCalls is how many calls a and b made meanwhile, and OthersRefused how many of them they refused.
	OthersCalls   int `json:"sick_others_calls"`
	OthersRefused int `json:"sick_others_refused"`
	// HeldFirst and HeldAll are milliseconds from the upstream's failure until a node held, and until all did.
	HeldFirst float64 `json:"held_first_ms"`
	HeldAll   float64 `json:"held_all_ms"`
	// Outage is how many requests a second reached the upstream while all held, and OutageAlone how many those guards sent
	// that have no fleet.
	Outage      float64 `json:"outage_requests_per_second"`
	OutageAlone float64 `json:"outage_requests_per_second_alone"`
	// Back is milliseconds from the upstream's return until all nodes let everything through, and BackAlone until the guards
	// that have no fleet did.
	Back      float64 `json:"back_ms"`
	BackAlone float64 `json:"back_ms_alone"`
	// Isolated is milliseconds from the cut until c knew of it, and Healed from its end until all saw all three again.
	Isolated float64 `json:"isolated_ms"`
	Healed   float64 `json:"healed_ms"`
}

func newReport() Report {
	return Report{
		Members: NotSeen, SickSeen: NotSeen, HeldFirst: NotSeen, HeldAll: NotSeen, Outage: NotSeen, OutageAlone: NotSeen,
		Back: NotSeen, BackAlone: NotSeen, Isolated: NotSeen, Healed: NotSeen,
	}
}

// WriteTable writes the report for people: at most 80 columns, no colour.
func (r Report) WriteTable(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-58s %10s %10s\n", fmt.Sprintf("the fleet, %d of %d acts", r.Acts, acts), "fleet", "alone")
	row := func(name, fleet, alone string) { fmt.Fprintf(&b, "%-58s %10s %10s\n", name, fleet, alone) }
	row("all nodes see all nodes, after", since(r.Members), "-")
	row("c alone fails: c knows that it is the cause, after", since(r.SickSeen), "-")
	row("  calls that a and b refused meanwhile", fmt.Sprintf("%d of %d", r.OthersRefused, r.OthersCalls), "-")
	row("payments fails: all three hold, after", since(r.HeldAll), "-")
	row("  requests a second that reach it while it is down", each(r.Outage), each(r.OutageAlone))
	row("payments is back: everything passes again, after", since(r.Back), since(r.BackAlone))
	row("c is cut off: it knows, after", since(r.Isolated), "-")
	row("  and the fleet is whole again, after", since(r.Healed), "-")
	b.WriteString(legend)
	_, err := io.WriteString(w, b.String())
	return err
}

const legend = `
fleet   guards that follow the fleet: few probes, and a ramp back to full load
alone   the same guards without a fleet: each probes by itself, and is back at
        full load at once, whatever that does to payments
`

// since writes a time that was seen, or not.
func since(ms float64) string {
	if ms == NotSeen {
		return "not seen"
	}
	return short(time.Duration(ms * float64(time.Millisecond)))
}

// each writes a rate that was measured, or not.
func each(perSecond float64) string {
	if perSecond == NotSeen {
		return "not seen"
	}
	return fmt.Sprintf("%.1f", perSecond)
}

func milliseconds(d time.Duration) float64 { return math.Round(float64(d) / float64(time.Millisecond)) }

// rate is how many a second, to a tenth.
func rate(n int, seconds float64) float64 { return math.Round(float64(n)/seconds*10) / 10 }
