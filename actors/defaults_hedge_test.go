// SPDX-License-Identifier: Apache-2.0

package actors

// adaptiveAttemptReasons are the rows of deadline.adaptive.
var adaptiveAttemptReasons = []reason{
	{
		path: "deadline.adaptive.quantile", unit: "share of the attempts",
		why:          "of a hundred attempts that are well, one is left out of the reckoning",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "deadline.adaptive.factor", unit: "number, times the quantile",
		why:          "ends hardly any attempt of a dependency that is well, and a limit that is too short doubles each time it is worked out",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "deadline.adaptive.min", unit: "time",
		why:          "a pause of this process does not use it up",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "deadline.adaptive.window", unit: "time",
		why:          "as hedge.window: what is older is another state of the dependency",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
	{
		path: "deadline.adaptive.min_calls", unit: "attempts",
		why:          "the 99th of fewer is an anecdote",
		resilience4j: "has none", polly: "has none", failsafe: "has none",
	},
}

// hedgeReasons are the rows of hedge.
var hedgeReasons = []reason{
	{
		path: "hedge.after", unit: "time", byDefault: "none: no copies until the quantile is known",
		why:          "only measuring tells what is slow",
		resilience4j: "none: must be given", polly: "2s", failsafe: "none: must be given", others: "gRPC 0s",
	},
	{
		path: "hedge.quantile", unit: "share of the attempts",
		why:          "one call of twenty-five gets a copy: most of the tail for 4 % more load",
		resilience4j: "has none: the average, plus so much", polly: "has none", failsafe: "none: must be given with NewWithDelayQuantile", others: "The Tail at Scale 95 %, Finagle: must be given",
	},
	{
		path: "hedge.min", unit: "time",
		why:          "where calls take less, a copy costs about what it saves",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Finagle 1ms",
	},
	{
		path: "hedge.max", unit: "time",
		why:          "no bound that matters: with a low one a slow dependency gets copies of all calls",
		resilience4j: "has none", polly: "has none", failsafe: "has none", others: "Finagle: must be given with the range of its histogram",
	},
	{
		path: "hedge.copies", unit: "copies beside the first",
		why:          "the second copy finds most of what the first does not, for the same load again",
		resilience4j: "1", polly: "1", failsafe: "1", others: "gRPC: must be given, at most 4",
	},
	{
		path: "hedge.window", unit: "time",
		why:          "long enough for a hundred calls of a small service, short enough to follow a slow hour",
		resilience4j: "100 calls, for the average", polly: "has none", failsafe: "none: must be given with NewWithDelayQuantile", others: "Finagle 30s",
	},
	{
		path: "hedge.min_calls", unit: "attempts",
		why:          "the 96th of fewer is an anecdote",
		resilience4j: "has none", polly: "has none", failsafe: "none: must be given with NewWithDelayQuantile",
	},
}
