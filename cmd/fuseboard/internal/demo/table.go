// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

// WriteTable writes the report for people: at most 80 columns, no colour.
func (r Report) WriteTable(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-37s %13s %13s %13s\n", r.title(), "unprotected", "protected", "with answers")
	for _, row := range r.rows() {
		fmt.Fprintf(&b, "%-37s %13s %13s %13s\n", row.name, row.cell(r.Unprotected), row.cell(r.Protected), row.cell(r.WithAnswers))
	}
	b.WriteString(r.legend())
	_, err := io.WriteString(w, b.String())
	return err
}

type row struct {
	name string
	cell func(Numbers) string
}

func (r Report) rows() []row {
	seconds := r.Ran.Seconds()
	return []row{
		{"calls made", func(n Numbers) string { return fmt.Sprint(n.Calls) }},
		{fmt.Sprintf("answered within %s (goodput)", Deadline), func(n Numbers) string { return fmt.Sprint(n.Good) }},
		{"  share of the calls", func(n Numbers) string { return percent(n.Goodput) }},
		{"  per second", func(n Numbers) string { return perSecond(n.Good, seconds) }},
		{"  of these from the cache", func(n Numbers) string { return fmt.Sprint(n.FromCache) }},
		{"  of these degraded", func(n Numbers) string { return fmt.Sprint(n.Degraded) }},
		{"failed or timed out", func(n Numbers) string { return fmt.Sprint(n.Failed) }},
		{"refused by the guard", func(n Numbers) string { return fmt.Sprint(n.Refused) }},
		{"time to know, p50", func(n Numbers) string { return short(n.P50, n.Calls) }},
		{"time to know, p99", func(n Numbers) string { return short(n.P99, n.Calls) }},
		{"time to a good answer, p99", func(n Numbers) string { return short(n.AnsweredP99, n.OK) }},
		{"oldest answer given", func(n Numbers) string { return age(n.Oldest) }},
		{"requests at the upstream", func(n Numbers) string { return fmt.Sprint(n.UpstreamRequests) }},
		{"time to recover", r.recovered},
		{"in time while it was slow, critical", func(n Numbers) string { return percent(n.Critical) }},
		{"in time while it was slow, high", func(n Numbers) string { return percent(n.High) }},
		{"in time while it was slow, normal", func(n Numbers) string { return percent(n.Normal) }},
		{"in time while it was slow, sheddable", func(n Numbers) string { return percent(n.Sheddable) }},
	}
}

func (r Report) title() string {
	if r.Ran < r.Total {
		return fmt.Sprintf("stopped after %s of %s, seed %d", r.Ran.Round(100*time.Millisecond), r.Total, r.Seed)
	}
	return fmt.Sprintf("%s, seed %d", r.Total, r.Seed)
}

func (r Report) recovered(n Numbers) string {
	switch {
	case n.Recovery >= 0:
		return (time.Duration(n.Recovery) * time.Millisecond).String()
	case r.Ran-r.Return < bucketsInARow*bucket:
		return "not measured"
	default:
		return "not recovered"
	}
}

// fresh is how old an answer may be that is not degraded.
func (r Report) fresh() time.Duration {
	c := withAnswers(actors.Policy{}, r.Total).Cache
	return c.TTL + c.StaleWhileRevalidate
}

func (r Report) legend() string {
	var b strings.Builder
	fmt.Fprintf(&b, `
from the cache   asked for before and at most %s old, so not degraded
degraded         instead of an error the caller got an older answer (the cache's
                 stale_if_error) or a list price (the fallback's), and was told
                 so: it is in time, but not what the upstream would say now
time to know     of all calls, until an answer, an error or a refusal came
time to recover  from the upstream's return to health to the first of %d buckets
                 of %s in a row with %.0f%% of the calls answered in time,
                 degraded ones not counted
`, r.fresh(), bucketsInARow, bucket, recoveredAt*100)
	if r.Ran-r.Return < bucketsInARow*bucket {
		b.WriteString("                 (the run ended before that could be seen)\n")
	}
	if r.Late > tooLate {
		fmt.Fprintf(&b, "\nThis machine was busy: calls were made up to %s after their time, on all\nsides alike. Run it again when the machine is quieter.\n",
			r.Late.Round(time.Millisecond))
	}
	return b.String()
}

// tooLate is how late a call may be made before the report mentions it.
const tooLate = 50 * time.Millisecond

// age writes how old an answer was in tenths of seconds; one of now has none.
func age(ms float64) string {
	if ms == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1fs", ms/1000)
}

func percent(share float64) string { return fmt.Sprintf("%.1f%%", share*100) }

func perSecond(n int, seconds float64) string {
	if seconds <= 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", float64(n)/seconds)
}

// short writes a time of so many calls in whole milliseconds; without calls it has none.
func short(ms float64, calls int) string {
	switch {
	case calls == 0:
		return "-"
	case ms < 1:
		return "<1ms"
	default:
		return fmt.Sprintf("%.0fms", ms)
	}
}
