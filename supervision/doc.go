// SPDX-License-Identifier: Apache-2.0

// Package supervision decides. It holds the circuit of a dependency (may this
// call start, what did its outcome change) and the rules of repetition (is this
// failure tried again, and when), as pure functions and lock-free values: no
// clock is read, no lock is taken, nothing is logged, no goroutine is started.
//
// # The circuit
//
// A [Circuit] is a [State] (closed, open, half-open, ramping) under a [Mode]
// (enforce, shadow, off, hold-open, hold-closed). A caller asks [Circuit.Admit],
// holds a [Permit] while it runs and hands the outcome to [Circuit.Record]:
//
//	permit, ok := circuit.Admit(now)
//	if !ok {
//		return refused(circuit.Refusal())
//	}
//	outcome := run()
//	circuit.Record(later, permit, outcome)
//
// A [Breaker] says when the circuit opens and how it recovers.
//
// # The fleet
//
// A circuit that [Circuit.Heed]s a fleet obeys its orders ([Circuit.Follow]): a hold, which
// is open but for one probe at each instant that an order gives; a ramp, whose share the
// orders move; and half of Breaker.MinCalls while others fail. Who computes the
// orders from what all nodes saw is none of this package's business; what this node saw
// is in [Circuit.Sightings].
//
// # Decisions
//
// What happens to a failed call is a value too: see Decide.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// Everything about a circuit may be called from any goroutine at any time,
// except that a [Log] has one reader (TestLogIsGaplessAndOrderedWhateverMovesTheCircuit).
//
// Every transition (of state or mode) raises the epoch by exactly one and has
// exactly one winner, whichever goroutines cause it at the same moment
// (TestTransitionHasOneWinner).
//
// A [Log] gives every transition since it was made, once, in the order of
// epochs, without gaps, however many goroutines move the circuit
// (TestLogIsGaplessAndOrderedWhateverMovesTheCircuit).
//
// Once a transition has happened no earlier permit is [Circuit.Still] valid
// (TestNoOlderPermitIsStillValidAfterATransition), and the outcome of an earlier
// permit changes nothing (TestP3_LateResultsChangeNothing).
//
// In half-open at most Breaker.Probes leases are unexpired at any instant
// (TestNeverMoreUnexpiredProbesThanAllowed), and a lease that is never settled
// expires: no caller can keep a circuit half-open
// (TestP1_ProbeThatNeverSettlesDoesNotStickHalfOpen).
//
// In a hold of the fleet at most one probe goes for an instant, however many ask
// (TestOnlyOneProbeOfAHoldGoesHoweverManyAsk). Every order is a lease: a fleet that falls
// silent holds nobody (TestASilentFleetHoldsNobody). A command comes before the fleet
// (TestACommandComesBeforeTheFleet), and one's own failures before its ramp
// (TestOwnFailuresOpenTheCircuitInARampOfTheFleet). A circuit that does not listen pays
// nothing for it, nor one that is told to be clear (TestAFleetCostsNothingWhileItIsClear).
//
// A circuit owns its windows, leases and counters; nothing else writes them. A
// [Refusal] and a [Transition] are immutable and hold on to nothing of the
// circuit (TestRefusalHoldsOnToNothingOfTheCircuit).
//
// What a circuit, an account and the memory of panics hold can be told from their
// policies before there is any of them (TestBytesAreThoseOfTheHeap).
//
// Time is what the callers say it is. A caller with a slightly older now than
// another's is served; it can neither reopen nor prolong anything
// (TestP9_TimeIsAnArgumentAndMayGoBack).
//
// A [Spending] may be used from any goroutine; however many withdraw at once,
// they get no more than the budget (TestP11_NeverMoreThanTheBudgetHoweverManyWithdrawAtOnce).
// What classes of failures take of it adds up exactly (TestFractionsOfTheBudgetAddUpExactly).
//
// No wait of a [Backoff] is negative or above its Max, whatever the jitter and the
// wait before (TestP10_NoWaitIsNegativeOrAboveMaxWhateverTheArguments).
//
// A place of [Causes] is never given to another class, and there are never more of them,
// whatever classes there are (TestCausesAreBoundedAndKeepTheirPlaces).
package supervision
