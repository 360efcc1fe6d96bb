// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"math"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// PriorityQuota says of each priority how much of a gate may be taken when its work comes:
// it gets a permit only while fewer than that share of the permits are in use, and a place
// in the queue only while fewer than that share of the places are taken, by whomever. So
// the rest is kept for higher priorities. A share is rounded down to whole permits and
// places, of which each priority has one at least. It never counts for more than that of a
// higher priority. The zero PriorityQuota is off: nothing is kept.
//
//	quota: {normal: 80%, sheddable: 50%}
type PriorityQuota struct {
	// Critical is the share for critical work. 1% to 100%; 0 means 100%.
	Critical float64 `plain:"rate"`
	// High is the share for high work. 1% to 100%; 0 means Critical's.
	High float64 `plain:"rate"`
	// Normal is the share for normal work. 1% to 100%; 0 means High's.
	Normal float64 `plain:"rate"`
	// Sheddable is the share for sheddable work. 1% to 100%; 0 means Normal's.
	Sheddable float64 `plain:"rate"`
}

const minShare, maxShare = 0.01, 1.0

// On reports whether any field is set.
func (q PriorityQuota) On() bool { return q != PriorityQuota{} }

// WithDefaults returns q with every default written out if it is on.
func (q PriorityQuota) WithDefaults() PriorityQuota {
	if !q.On() {
		return q
	}
	higher := maxShare
	for _, share := range q.shares() {
		if *share == 0 {
			*share = higher
		}
		higher = *share
	}
	return q
}

// Validate returns everything wrong with q, paths relative to the section: shares out of
// range, and a warning ([CodeQuotaOrder]) for one that is more than that of a higher
// priority.
func (q PriorityQuota) Validate() fuseboard.Problems {
	var c plain.Check
	given, all := q, q.WithDefaults()
	higher := maxShare
	for rank, share := range all.shares() {
		name := (fuseboard.Critical - fuseboard.Priority(rank)).String()
		c.Rate(name, *given.shares()[rank], minShare, maxShare, "leave it out for as much as the next higher priority may have")
		if *share > higher && *share <= maxShare {
			c.Add(fuseboard.Problem{
				Path: name, Code: CodeQuotaOrder, Value: plain.Rate(*share), Warning: true,
				Message: "is more than a higher priority may have (" + plain.Rate(higher) + "), and counts as that",
				Fix:     "let no priority have more than a higher one",
			})
		}
		higher = *share
	}
	return c.Problems()
}

// shares are the fields by rank.
func (q *PriorityQuota) shares() [ranked]*float64 {
	return [ranked]*float64{&q.Critical, &q.High, &q.Normal, &q.Sheddable}
}

// usable returns q with every share in its range, and none above that of a higher priority.
func (q PriorityQuota) usable() PriorityQuota {
	if !q.On() {
		return q
	}
	q = q.WithDefaults()
	higher := maxShare
	for _, share := range q.shares() {
		if math.IsNaN(*share) {
			*share = higher
		}
		*share = min(max(*share, minShare), higher)
		higher = *share
	}
	return q
}

// of returns how many of n the share of a rank is: one at least, where there is any.
func (q PriorityQuota) of(n, rank int) int {
	const slip = 1e-9 // 0.7 of 10 are 7
	return max(min(n, 1), int(*q.shares()[rank]*float64(n)+slip))
}
