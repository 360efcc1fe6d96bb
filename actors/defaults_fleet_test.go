// SPDX-License-Identifier: Apache-2.0

package actors

// fleetReasons are the rows of fleet.
var fleetReasons = []reason{
	{
		path: "fleet.mode", unit: "word", byDefault: "off",
		why:          "who joins no fleet has nobody to listen to; begin with advise, which refuses nobody",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "fleet.failure_rate", unit: "share of failures",
		why:          "breaker.failure_rate where that is more: the fleet is no stricter than one node",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "fleet.min_calls", unit: "attempts of several callers",
		why:          "as breaker.min_calls, of all callers together, none of whom may have more than a third of them",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "fleet.window", unit: "time",
		why:          "as breaker.window.span: a vote follows from what is new",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "fleet.hold", unit: "time",
		why:          "as breaker.open_for; it grows while the fleet's probes fail, and ends early when they pass",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "fleet.ramp", unit: "time",
		why:          "all nodes come back at once: without a ramp they bring down what has just recovered",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "fleet.probes_per_second", unit: "probes of the whole fleet a second",
		why:          "soon noticed and no load, however many nodes there are",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
}
