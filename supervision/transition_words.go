// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// String tells the move in one line: "closed -> open: failure rate 62.5% over
// 40 calls; open for 10s".
func (t Transition) String() string {
	states := fmt.Sprintf("%s -> %s", t.From, t.To)
	if t.From == t.To && t.Cause != CauseFleet && t.Cause != CauseFleetLost {
		states = fmt.Sprintf("%s, %s -> %s", t.To, t.FromMode, t.Mode)
	}
	why := t.Cause.words(t.Before)
	if t.Cause == CauseCommand || t.Cause == CauseCommandExpired {
		why = fmt.Sprintf("%s by %s: %s", why, t.By, t.Reason)
	}
	if t.Cause == CauseFleet && t.Reason != "" {
		why = t.By + ": " + t.Reason
	}
	if t.OpenFor > 0 {
		why += "; open for " + plain.Duration(t.OpenFor.Round(time.Millisecond))
	}
	return states + ": " + why
}

// String tells why a caller was refused, with the numbers that led there.
func (r *Refusal) String() string {
	switch {
	case r.Mode == HoldOpen:
		return fmt.Sprintf("held open by %s: %s", r.By, r.Reason)
	case r.Fleet.Phase == FleetHold:
		return "held by " + r.Fleet.by() + r.Fleet.because()
	case r.Fleet.Phase == FleetRamp:
		return fmt.Sprintf("recovering, and this call is beyond the share of %s that %s admits yet", plain.Percent(r.Fleet.Share), r.Fleet.by()) + r.Fleet.because()
	case r.State == HalfOpen:
		return "half-open, and its probes are all under way; it had opened: " + r.Cause.words(r.Before)
	case r.State == Ramping:
		return "recovering, and this call is beyond the share admitted yet; it had opened: " + r.Cause.words(r.Before)
	}
	return r.Cause.words(r.Before)
}

// words tells the cause with what had been counted.
func (c Cause) words(n Numbers) string {
	switch c {
	case CauseFailureRate:
		return fmt.Sprintf("failure rate %s over %s", plain.Percent(n.FailureRate), plain.Count(n.Calls, "call", "calls"))
	case CauseSlowRate:
		return fmt.Sprintf("slow calls %s of %d", plain.Percent(n.SlowRate), n.Calls)
	case CauseConsecutive:
		return plain.Count(n.Consecutive, "failure", "failures") + " in a row"
	case CauseProbesFailed, CauseProbesPassed:
		return fmt.Sprintf("%s of %s failed", plain.Number(n.Failures), plain.Count(n.Calls, "probe", "probes"))
	case CauseMembersOpen:
		return fmt.Sprintf("%s of %s open", plain.Number(n.Failures), plain.Count(n.Calls, "member", "members"))
	}
	return causeWords[c]
}

// causeWords are the causes that have no numbers.
var causeWords = map[Cause]string{
	CauseProbeExpired:   "a probe did not answer within breaker.probe_timeout",
	CauseOpenElapsed:    "open time over",
	CauseRampDone:       "ramp over",
	CauseCommand:        "command",
	CauseCommandExpired: "end of the command",
	CauseFleet:          "the fleet's order",
	CauseFleetLost:      "no word of the fleet any more",
	CausePolicy:         "a policy turned the breaker off",
}
