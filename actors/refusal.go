// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"

	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/supervision"
)

// describe says why a phase of the circuit refuses, with the numbers that led there.
func describe(r *supervision.Refusal) string {
	switch {
	case r.Mode == supervision.HoldOpen:
		return fmt.Sprintf("held open by %s: %s", r.By, r.Reason)
	case r.State == supervision.HalfOpen:
		return "half-open, and its probes are all under way; it had opened " + because(r)
	case r.State == supervision.Ramping:
		return "recovering, and this call is beyond the share admitted yet; it had opened " + because(r)
	}
	return "opened " + because(r)
}

// because tells the numbers before the circuit opened last.
func because(r *supervision.Refusal) string {
	n := r.Before
	switch r.Cause {
	case supervision.CauseFailureRate:
		return fmt.Sprintf("at a failure rate of %s over %d calls", percent(n.FailureRate), n.Calls)
	case supervision.CauseSlowRate:
		return fmt.Sprintf("at a rate of slow calls of %s over %d calls", percent(n.SlowRate), n.Calls)
	case supervision.CauseConsecutive:
		return fmt.Sprintf("after %d failures in a row", n.Consecutive)
	case supervision.CauseProbesFailed:
		return "again, because its probes failed"
	case supervision.CauseProbeExpired:
		return "again, because its probes did not answer in breaker.probe_timeout"
	}
	return fmt.Sprintf("because of %s", r.Cause)
}

// percent rounds to a tenth of a percent.
func percent(share float64) string { return plain.Rate(float64(int(share*1000+0.5)) / 1000) }
