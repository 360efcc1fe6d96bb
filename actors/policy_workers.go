// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"strconv"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Codes of the problems between workers and other sections.
const (
	codeWorkersPermits = "workers-below-permits"
	codeAbandoned      = "abandoned-exceeds-permits"
	codeNeverLeft      = "workers-without-deadline"
)

func workersBelowPermits(p Policy) (fuseboard.Problem, bool) {
	if p.Adaptive.On() {
		return fuseboard.Problem{
			Code: codeWorkersPermits, Path: "workers.max", Value: strconv.Itoa(p.Workers.Max),
			Message: fmt.Sprintf("is below adaptive.max (%d), so no more permits are lent, however many the limit finds", p.Adaptive.Max),
			Fix:     "leave workers.max out, or lower adaptive.max to it",
		}, p.Workers.On() && p.Workers.Max < p.Adaptive.Max
	}
	return fuseboard.Problem{
		Code: codeWorkersPermits, Path: "workers.max", Value: strconv.Itoa(p.Workers.Max),
		Message: fmt.Sprintf("is below bulkhead.concurrency (%d), so only %s lent", p.Bulkhead.Concurrency, plain.Count(p.Workers.Max, "permit is", "permits are")),
		Fix:     "leave workers.max out, or lower bulkhead.concurrency to it",
	}, p.Workers.On() && p.Bulkhead.On() && p.Workers.Max < p.Bulkhead.Concurrency
}

func abandonedAbovePermits(p Policy) (fuseboard.Problem, bool) {
	most := p.Bulkhead.Concurrency
	if p.Adaptive.On() {
		most = p.Adaptive.Max
	}
	return fuseboard.Problem{
		Code: codeAbandoned, Path: "workers.max_abandoned", Value: strconv.Itoa(p.Workers.MaxAbandoned),
		Message: "is never reached, because the bulkhead has only " + plain.Count(most, "permit", "permits"),
		Fix:     "lower workers.max_abandoned to half of the permits, or leave it out",
	}, most > 0 && p.Workers.MaxAbandoned > most
}

func workersNeverLeft(p Policy) (fuseboard.Problem, bool) {
	return fuseboard.Problem{
		Code: codeNeverLeft, Path: "workers",
		Message: "without any deadline nobody leaves a handler that hangs, unless the caller's own context ends",
		Fix:     "set deadline.attempt or deadline.total",
	}, p.Workers.On() && p.Deadline.Attempt == 0 && p.Deadline.Total == 0
}

// limitedBy names the field that bounds the permits.
func (p *plan) limitedBy() string {
	if p.given.Adaptive.On() {
		if _, path := p.given.WithDefaults().permits(); path != "adaptive.max" {
			return path
		}
		return "adaptive.max (if the limit stands there)"
	}
	if p.isolated && (!p.given.Bulkhead.On() || p.bulkhead().Concurrency < p.given.Bulkhead.WithDefaults().Concurrency) {
		return "workers.max"
	}
	return "bulkhead.concurrency"
}
