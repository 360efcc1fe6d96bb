// SPDX-License-Identifier: Apache-2.0

// Package world is what lies around a service in a simulation: dependencies that behave
// as a [Model] says, requests that arrive as a [Load] says, and what goes wrong as an [Effect] says.
// It knows no policy: what protects a service from it is the product's own code.
//
//	payments := world.NewDependency("payments", world.Model{
//		Latency:  world.Latency{Median: 40 * time.Millisecond, P99: 250 * time.Millisecond},
//		Capacity: world.Capacity{Concurrency: 40, Queue: 200},
//	}, seed)
//	err := payments.Serve(ctx) // a handler, for package actors or anything else
//
// It goes by time.Now and timers alone, so that within a bubble (testing/synctest) a minute
// takes milliseconds. Work costs time there, not processor: a CPU that is short is not simulated.
//
// # Chance
//
// Nothing is drawn from a stream. Each draw is a hash of the seed, the dependency, the request, how often it came there,
// and what is drawn. So what a request finds at its second attempt is the same whoever else came before it, and under
// whatever policy; two policies are compared over the same luck. What a queue does is not drawn: it follows from who came when.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// A request's draws are a function of the seed, the request and the number of its attempt, however goroutines
// interleave (TestTheSameSeedDrawsTheSameHoweverGoroutinesInterleave), and its arrival is one of the seed and the load
// (TestAScheduleIsInOrderAndOfItsSeedAlone). At a dependency at most Capacity.Concurrency requests are worked on at once, the next
// is the one that Order says, and none is lost: each is refused, answered well or badly, or left by its caller (TestAQueueAgreesWithALineOfTime). An answer
// that is there in the instant of the deadline is taken (TestAnAnswerInTheInstantOfTheDeadlineIsTaken).
//
// What an effect says holds for work that begins while it is in force (TestErrorsHaveTheirShareAndTheirClass); it changes none that is under way
// (TestLessCapacityEndsNoWorkAndLetsFewerIn), except a crash, which ends it (TestACrashLosesAllWorkAndIsFollowedByAWarmUp).
//
// Work runs on the goroutine of its caller, and on one of its own once the caller has left (TestAbandonedWork). Close ends all and waits for it
// (TestCloseEndsAllWorkAndWaitsForIt). Play runs every request on a goroutine, and returns when all have ended
// (TestPlayLetsTheScheduleArriveOverTheNodesInTurn). A [Dependency] may be used by any goroutine at any time (TestStorm_NothingIsLost).
//
// # Sources
//
// Bronson et al., "Metastable Failures in Distributed Systems" (HotOS 2021): work for callers who have left, and who ask again, keeps an overload
// going when its cause is gone (TestAnOverloadThatHasEndedGoesOnWhereUsersAskAgainAndAbandonedWorkIsDone). Erlang (1917): how long an M/M/c queue waits
// (TestAQueueWaitsAsErlangCSays). Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (OOPSLA 2014): the hash.
package world
