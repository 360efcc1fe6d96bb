// SPDX-License-Identifier: Apache-2.0

// Package fallback answers calls that have failed or were refused: with a value of the policy,
// with what a function computes, with the last good answer, or with another dependency's. A
// [Policy] says which of them are tried, in which order, and for which failures; a [Chain] does
// it, and tells of each answer where it came from ([Given]), so that nobody takes it for one that
// the dependency gave. It needs no guard: who calls [Chain.Answer] says what has failed.
//
//	steps:
//	  - on: [timeout, breaker]
//	    max_age: 10m                 # the last good answer
//	  - guard: payments-eu           # another dependency
//	  - value: {"state": "unknown"}
//
// Two faults of Hystrix are not repeated: its fallbacks had no time of their own, and a fallback was
// stored as if it were an answer (https://github.com/Netflix/Hystrix/issues/90). Its semaphore for
// fallbacks is [Policy].Concurrency.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// Steps are tried in their order, and the first that has an answer ends the search
// (TestChainAgreesWithTheNaiveModel). A caller that left is answered nothing, before a step or after one
// (TestACallerThatLeftGetsNoFallback). An error has the call's cause in it and nothing of the steps', so
// that no fallback changes what a circuit or a retry sees (TestP14_AFallbackChangesNothingOfTheFailure).
// Every fallback is told as one (TestP20_EveryFallbackIsTold), and a chain keeps none
// (TestP20_AFallbackIsNeverKept).
//
// A step that takes time runs on its caller's goroutine and holds a slot until its function has
// returned, panicked or ended its goroutine (TestASlotIsHeldUntilTheStepEnds,
// TestGoexitGivesTheSlotBack); no more than Concurrency hold one
// (TestStorm_SlotsAreNeverExceededAndNoneLeaks). A circle of guards ends
// (TestACircleOfGuardsEnds).
//
// A value that holds pointers, slices, maps or interfaces is read anew for each answer and belongs to
// whoever gets it (TestAValueWithPointersIsReadAnewForEachAnswer); one that does not is copied, and
// then nothing is allocated (TestAStaticValueAllocatesNothing_Alloc). Every other answer is what its source
// returned. [Kept] gives many callers what it was given once (TestKeptGivesWhatItWasGiven).
//
// A Reshape that is refused changes nothing (TestARefusedReshapeChangesNothing); an answer keeps to the
// policy that it began with (TestAnAnswerKeepsToThePolicyThatItBeganWith).
package fallback
