// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"math"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// String returns the expectation as a sentence with its times written out, which [ParseExpectation] reads back to the
// same, but for Text and Line.
func (e Expectation) String() string {
	m := e.Measure
	var b strings.Builder
	switch m.Metric {
	case reaches:
		b.WriteString(m.Of + " " + m.State)
	case never, stays:
		b.WriteString(m.Of + " " + m.Metric + " " + m.State)
	default:
		b.WriteString(m.Metric + m.whose() + " " + e.Op + " " + e.wanted())
	}
	if m.PerNode {
		b.WriteString(" per node")
	}
	b.WriteString(" from " + plain.Duration(m.From) + " to " + plain.Duration(m.To))
	if e.Share > 0 && e.Share < 1 {
		b.WriteString(" in " + plain.Rate(e.Share) + " of runs")
	}
	return b.String()
}

func (m Measure) whose() string {
	switch m.OfKind {
	case "":
		return ""
	case "dependency":
		return "(" + m.Of + ")"
	case node:
		return "(node " + m.Of + ")"
	}
	return "(" + m.OfKind + ` "` + m.Of + `")`
}

// wanted is the value with its unit, or the baseline and what is added to it.
func (e Expectation) wanted() string {
	value := FormatValue(e.Value, e.Measure.Unit)
	switch {
	case e.Baseline == "":
		return value
	case e.Value == 0:
		return `"` + e.Baseline + `"`
	case e.Value < 0:
		return `"` + e.Baseline + `" - ` + FormatValue(-e.Value, e.Measure.Unit)
	}
	return `"` + e.Baseline + `" + ` + value
}

// FormatValue writes a value of a [Measure] with its unit: "95%", "200ms", "100/s", "1.5". Nothing is rounded but
// durations, to nanoseconds.
func FormatValue(v float64, unit string) string {
	switch unit {
	case share:
		return plain.Rate(v)
	case seconds:
		return plain.Duration(time.Duration(math.Round(v * float64(time.Second))))
	case rate:
		return plain.Number(v) + "/s"
	}
	return plain.Number(v)
}
