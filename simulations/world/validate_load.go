// SPDX-License-Identifier: Apache-2.0

package world

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Validate reports everything wrong with l at once, with paths relative to it: ranges, what is missing,
// and ways to arrive that exclude each other.
func (l Load) Validate() fuseboard.Problems {
	var c check
	if l.To == "" {
		c.Add(fuseboard.Problem{Path: "to", Code: codeMissing, Message: "is missing", Fix: "name the dependency that is called"})
	}
	c.rate("rate", l.Rate)
	c.word("arrivals", uint8(l.Arrivals), arrivalsWords)
	l.shape(&c)
	c.Int("users", l.Users, 1, mostUsers, "leave it out for an open load")
	c.time("think", l.Think, "leave it out for 1s")
	l.kinds(&c)
	c.time("from", l.From, "leave it out for the beginning")
	c.time("until", l.Until, "leave it out for the end")
	if l.Until > 0 && l.Until <= l.From {
		c.order("until", l.Until, "is not after from", "after from ("+plain.Duration(l.From)+")", "raise until, or lower from")
	}
	l.tenants(&c)
	if _, err := l.Priority.MarshalText(); err != nil {
		c.Add(fuseboard.Problem{Path: "priority", Code: codeValue, Message: err.Error()})
	}
	c.Int("keys", l.Keys, 1, mostKeys, "leave it out where nothing can be kept")
	c.Duration("timeout", l.Timeout, time.Millisecond, mostLatency, "leave it out for 10s")
	c.Int("again.times", l.Again.Times, 1, mostAgain, "leave it out for users who never ask again")
	c.time("again.after", l.Again.After, "leave it out for 1s")
	c.idle("again.after", l.Again.Times == 0 && l.Again.After != 0, "has no effect without again.times", "set again.times")
	return c.Problems()
}

// kinds reports a load that arrives in no way, or in two.
func (l Load) kinds(c *check) {
	open := l.Rate != 0 || len(l.Shape) > 0
	fix := "leave one of them out, or make two loads"
	c.conflict("users", l.Users != 0 && open, "cannot stand beside rate or shape: a load is open or closed", fix)
	c.conflict("recorded", l.Recorded != "" && (open || l.Users != 0), "cannot stand beside rate, shape or users", fix)
	if !open && l.Users == 0 && l.Recorded == "" {
		c.Add(fuseboard.Problem{Path: "rate", Code: codeMissing, Message: "is missing: nothing arrives", Fix: "set rate, shape, users or recorded"})
	}
	c.idle("think", l.Users == 0 && l.Think != 0, "has no effect without users", "set users, or leave think out")
	c.idle("arrivals", !open && l.Arrivals != Poisson, "has no effect without rate or shape", "set rate, or leave arrivals out")
}

// shape reports what is wrong with the steps, each by itself and in their order.
func (l Load) shape(c *check) {
	for i, s := range l.Shape {
		at := plain.At("shape", i)
		c.time(at+".at", s.At, "")
		c.rate(at+".rate", s.Rate)
		c.time(at+".ramp", s.Ramp, "leave it out for at once")
		c.time(at+".for", s.For, "leave it out for a step that stays")
		if s.For > 0 && s.Ramp > s.For {
			c.order(at+".ramp", s.Ramp, "is longer than for", "at most for ("+plain.Duration(s.For)+")", "lower ramp, or raise for")
		}
		if i == 0 {
			continue
		}
		last := l.Shape[i-1]
		if end := last.At + last.For; s.At < end || s.At == last.At {
			c.order(at+".at", s.At, "begins before the step before it is over", "from "+plain.Duration(max(end, last.At+1)), "put steps in the order of at, and let a spike end before the next")
		}
	}
}

func (l Load) tenants(c *check) {
	sum := 0.0
	for _, name := range slices.Sorted(maps.Keys(l.Tenants)) {
		c.Number(plain.Below("tenants", name), l.Tenants[name], 0, mostTimes, "")
		sum += l.Tenants[name]
	}
	if len(l.Tenants) > 0 && sum == 0 {
		c.Add(fuseboard.Problem{Path: "tenants", Code: codeValue, Message: "have no weight", Fix: "give one of them a weight above 0"})
	}
}

// rate reports a rate that is no number, negative or too high.
func (c *check) rate(path string, r Rate) {
	if v := float64(r); math.IsNaN(v) || v < 0 || v > mostRate {
		c.Add(fuseboard.Problem{
			Path: path, Code: plain.CodeRange, Value: r.String(), Message: "is out of range", Accepted: "0/s to " + Rate(mostRate).String(),
			Fix: "write 200/s, 30/m or 5000/h",
		})
	}
}

func (c *check) order(path string, d time.Duration, message, accepted, fix string) {
	c.Add(fuseboard.Problem{Path: path, Code: codeOrder, Value: plain.Duration(d), Message: message, Accepted: accepted, Fix: fix})
}
