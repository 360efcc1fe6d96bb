// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// share is what a priority may have of the permits.
type share struct {
	path string
	part float64
}

// shares are those of a policy with its defaults, the highest priority first; all of the permits where there is no quota.
func shares(p actors.Policy) [4]share {
	q := p.Bulkhead.Quota
	if !q.On() {
		q = actors.PriorityQuota{Critical: 1}
	}
	q = q.WithDefaults()
	return [4]share{
		{"bulkhead.quota.critical", q.Critical},
		{"bulkhead.quota.high", q.High},
		{"bulkhead.quota.normal", q.Normal},
		{"bulkhead.quota.sheddable", q.Sheddable},
	}
}

// quotaRisks are the priorities whose permits a smaller share cuts. One that has as much as the next higher
// one before and after is told with that.
func quotaRisks(before, after actors.Policy) (risks []Risk) {
	most, _ := permits(before)
	left, _ := permits(after)
	if most == 0 || left == 0 {
		return nil
	}
	was, is := shares(before), shares(after)
	for i := range was {
		alike := i > 0 && was[i].part == was[i-1].part && is[i].part == is[i-1].part
		had, has := was[i].part*float64(most), is[i].part*float64(left)
		if alike || is[i].part >= was[i].part || 2*has >= had {
			continue
		}
		risks = append(risks, Risk{
			Path: is[i].path, Before: plain.Rate(was[i].part), After: plain.Rate(is[i].part),
			Message: fmt.Sprintf("cuts %s from %s (%d permits) to %s (%d), by more than half",
				is[i].path, plain.Rate(was[i].part), int(had), plain.Rate(is[i].part), max(int(has), 1)),
		})
	}
	return risks
}
