// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"fmt"
	"math"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/simulations/world"
)

// mostRequests is how many requests a simulation makes, over all runs and variants.
const mostRequests = 200e6

// judgeWork tells of a simulation that makes more requests than anybody waits for.
func (r *reader) judgeWork() {
	sum := 0.0
	for _, l := range r.s.Load {
		sum += r.s.requests(l)
	}
	variants := max(len(r.s.variants), 1)
	all := sum * float64(r.s.Runs) * float64(variants)
	if all <= mostRequests {
		return
	}
	r.tell(fuseboard.Problem{
		Path: "load", Code: CodeTooMuch, Message: fmt.Sprintf("makes some %s requests in %s, and %s in %s of %s",
			round(sum), plain.Duration(r.s.Duration), round(all), plain.Count(r.s.Runs, "run", "runs"), plain.Count(variants, "variant", "variants")),
		Accepted: "at most " + round(mostRequests), Fix: "write a lower rate, a shorter duration, fewer runs or fewer baselines",
	})
}

// round writes a large number for people.
func round(n float64) string {
	switch {
	case n >= 1e9:
		return plain.Number(math.Round(n/1e8)/10) + " thousand million"
	case n >= 1e6:
		return plain.Number(math.Round(n/1e5)/10) + " million"
	}
	return plain.Number(math.Round(n))
}

// requests is about how many requests a load makes in one run.
func (s *Scenario) requests(l world.Load) float64 {
	from, until := min(l.From, s.Duration), s.Duration
	if l.Until > 0 {
		until = min(l.Until, until)
	}
	length := max(until-from, 0)
	switch {
	case l.Recorded != "":
		return float64(len(s.Arrivals[l.Recorded]))
	case l.Users > 0:
		think := usual(l.Think, time.Second)
		return float64(l.Users) * max(length.Seconds()/max(think.Seconds(), 1e-3), 1)
	}
	const slices = 1000
	sum := 0.0
	for i := range slices {
		sum += rateAt(l, from+time.Duration((float64(i)+0.5)/slices*float64(length)))
	}
	return sum / slices * length.Seconds() * float64(1+l.Again.Times)
}

// rateAt is the rate of an open load at a time.
func rateAt(l world.Load, at time.Duration) float64 {
	rate := float64(l.Rate)
	for _, step := range l.Shape {
		if at < step.At || step.For > 0 && at-step.At >= step.For {
			continue
		}
		share := 1.0
		if step.Ramp > 0 && at-step.At < step.Ramp {
			share = float64(at-step.At) / float64(step.Ramp)
		}
		rate += (float64(step.Rate) - rate) * share
	}
	return rate
}
