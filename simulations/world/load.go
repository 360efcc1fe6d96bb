// SPDX-License-Identifier: Apache-2.0

package world

import (
	"time"

	"github.com/fuseboard/fuseboard"
)

// Load is a stream of requests to one dependency.
type Load struct {
	// Name is what the report calls it. Default: that of the dependency, with its number where there are several.
	Name string
	// To is the dependency that is called. Needed.
	To string
	// Operation is the operation that is called. Default "call".
	Operation string
	// Rate is how many requests arrive a second, however the earlier ones fare: an open load. Written "200/s" or "30/m".
	Rate Rate
	// Arrivals says how they are spread. Default poisson.
	Arrivals Arrivals
	// Shape changes the rate: from each step on it is another. A load without Rate begins with nothing. Steps are in the order of At, and
	// one with For is over when the next begins.
	Shape []Step
	// Users is how many users there are, each of whom waits for an answer before the next request: a closed load. 0 to 100000. Not with Rate or Shape.
	Users int
	// Think is how long a user waits after an answer, on average; exponential. Default 1s.
	Think time.Duration
	// Recorded is a CSV file with the arrivals: a column "at" (durations or seconds since the start), and
	// optionally "operation", "tenant", "priority". Not with Rate, Shape or Users.
	Recorded string
	// From and Until bound when requests arrive. Default: all of the simulation. Neither moves the Shape.
	From, Until time.Duration
	// Tenants are those that the requests are of, with their weights. None: no tenant.
	Tenants map[string]float64
	// Priority is that of the requests. Default normal.
	Priority fuseboard.Priority
	// Safe: requests may be repeated although the dependency may have done them already.
	Safe bool
	// Keys is how many different things are asked for, evenly: what a cache can hold. Zero: nothing can be kept.
	Keys int
	// Timeout is how long the user waits for an answer. Default 10s.
	Timeout time.Duration
	// Again is what users do who got no answer.
	Again Again
}

// Step is a change of a load's rate.
type Step struct {
	// At is when it begins.
	At time.Duration
	// Rate is the rate from then on.
	Rate Rate
	// Ramp is how long it takes to get there, evenly. Zero: at once.
	Ramp time.Duration
	// For is after which time the rate before the step comes back, at once: a spike. Zero: it stays.
	For time.Duration
}

// Again is the impatience of users: they press reload.
type Again struct {
	// Times is how often a user asks again for what failed or took too long. Zero: never. At most 100.
	Times int
	// After is how long that takes; each time with a jitter of half of it, up or down. Default 1s.
	After time.Duration
}

// Arrivals says how requests of an open load are spread.
type Arrivals uint8

// The spreads.
const (
	// Poisson: each at a time of its own, as those of many users.
	Poisson Arrivals = iota
	// Even: one exactly as long after the other, each in the middle of its own time.
	Even
)
