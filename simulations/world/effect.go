// SPDX-License-Identifier: Apache-2.0

package world

import "time"

// Effect is what a fault does to a dependency while it lasts. Several at once add up: shares of requests as
// independent chances, latencies one after the other, the least capacity.
type Effect struct {
	// Errors is the share of requests that fail after their work. 0% to 100%.
	Errors float64 `plain:"rate"`
	// Class is how they fail. Default error; one of error, timeout, refused, reset, throttled.
	// refused and reset come at once, without work, and reach no quota or queue; timeout as an error of the dependency's own that says so.
	Class string
	// RetryAfter is what throttled ones say. Zero: nothing.
	RetryAfter time.Duration
	// Latency changes the time that work takes: "+2s", "x10", or "3s" for exactly that.
	Latency Stretch
	// Hang is the share of requests that are never answered: until their caller leaves, and longer where Abandoned says works-on: to the fault's end.
	Hang float64 `plain:"rate"`
	// Capacity is what is left of Capacity.Concurrency: a share ("20%"), rounded up. Zero: all. A Model without one has none to lose. What is
	// under way goes on; fewer are let in. It is the dependency's: not with Operations, Tenants or Nodes.
	Capacity float64 `plain:"rate"`
	// Crash: requests under way are lost (reset), new ones refused; what follows is WarmUp. It is there at once, whatever Ramp
	// says. With Operations, Tenants or Nodes it is their path that breaks, and nothing warms up.
	Crash bool
	// Ramp is how long the effect takes to get to its full size, evenly: a slow leak. Zero: it is there at once.
	Ramp time.Duration
	// Operations are those concerned. None: all.
	Operations []string
	// Tenants are those concerned. None: all.
	Tenants []string
	// Nodes are the callers concerned, numbered from 1: a sick node, or a bad path to it. None: all.
	Nodes []int
}

// Stretch changes a latency: first times Times (zero: 1), then Plus; or exactly Exactly, where that is not zero.
type Stretch struct {
	// Times is what a latency is multiplied by. Zero: 1. At most 1000000.
	Times float64
	// Plus is what is added then. Zero: nothing. At most 24h.
	Plus time.Duration
	// Exactly is what it is to be, whatever it was. Zero: as Times and Plus say, beside which it must not stand. At most 24h.
	Exactly time.Duration
}
