// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"strings"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// hedges says when a copy of an attempt is sent now, and what became of those before.
func (s sight) hedges() string {
	h := s.plan.given.Hedge.WithDefaults()
	if !h.On() {
		return "off: an attempt has no copies"
	}
	v := s.hedge
	words := waitWords(h, v)
	if v.Wait > 0 && s.circuit.State != Closed {
		words += ", but none now: the circuit is " + s.circuit.State.String()
	}
	if v.Sent > 0 {
		words += fmt.Sprintf("; %s sent, %d gave the answer", plain.Count(int(v.Sent), "was", "were"), v.Won) //nolint:gosec // a count
	}
	if kept := v.Refused.words(); kept != "" {
		words += "; not sent: " + kept
	}
	return words
}

// waitWords says when a copy is due, and what says so.
func waitWords(h Hedge, v HedgeStats) string {
	known := fmt.Sprintf("%s within %s are known", plain.Count(h.MinCalls, "attempt", "attempts"), plain.Duration(h.Window))
	words := "a copy after " + short(v.Wait)
	switch {
	case v.Wait == 0:
		return "no copy is sent until " + known
	case v.Known && v.Wait == h.Max:
		return words + fmt.Sprintf(", as hedge.max says: more than %s of the attempts took longer of late", plain.Percent(1-h.Quantile))
	case v.Known && v.Wait == h.Min:
		return words + fmt.Sprintf(", as hedge.min says: %s of the attempts took no longer of late", plain.Percent(h.Quantile))
	case v.Known:
		return words + fmt.Sprintf(", as %s of the attempts took no longer of late", plain.Percent(h.Quantile))
	case h.Quantile > 0:
		return words + ", as hedge.after says until " + known
	default:
		return words + ", as hedge.after says"
	}
}

// words says what was against how many copies: "3 for the budget, 1 for bulkhead".
func (r HedgeRefused) words() string {
	var parts []string
	for _, p := range []struct {
		n    uint64
		what string
	}{
		{r.Unsafe, "the Safe hook"},
		{r.Breaker, "breaker"},
		{r.Shedding, "shedding"},
		{r.Workers, "workers"},
		{r.Throttle, "throttle"},
		{r.Rate, "rate"},
		{r.Bulkhead, "bulkhead"},
		{r.Restart, "restart"},
		{r.Limits, "limits"},
		{r.Budget, "the retry budget"},
		{r.Stopped, "a stop"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d for %s", p.n, p.what))
		}
	}
	return strings.Join(parts, ", ")
}

// attempt says how long a handler has now.
func (s sight) attempt() string {
	d, now := s.plan.given.Deadline.WithDefaults(), s.guard.limitOf(s.plan)
	words := fmt.Sprintf("a handler has %s from the moment it holds a permit", plain.Duration(d.Attempt))
	switch a := d.Adaptive; {
	case d.Attempt == 0:
		return "off: a handler has what is left of the call's time"
	case !a.On():
		return words
	case now < d.Attempt && now == a.Min:
		return fmt.Sprintf("a handler has %s now, as deadline.adaptive.min says, of at most %s: %s times what %s of the attempts took of late is less",
			short(now), plain.Duration(d.Attempt), plain.Number(a.Factor), plain.Percent(a.Quantile))
	case now < d.Attempt:
		return fmt.Sprintf("a handler has %s now, of at most %s: %s times what %s of the attempts took of late",
			short(now), plain.Duration(d.Attempt), plain.Number(a.Factor), plain.Percent(a.Quantile))
	default:
		return words + fmt.Sprintf("; less where %s times what %s of at least %s took within %s is less",
			plain.Number(a.Factor), plain.Percent(a.Quantile), plain.Count(a.MinCalls, "attempt", "attempts"), plain.Duration(a.Window))
	}
}
