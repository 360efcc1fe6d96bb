// SPDX-License-Identifier: Apache-2.0

// Package simulations answers what policies will do when a dependency fails: it runs the product's own guards, gates, circuits, retries and
// policy files against a modelled world, in virtual time, and judges what is expected of them.
//
//	s, problems := scenario.Read(source, files)
//	result, err := simulations.Run(ctx, s, simulations.Options{})
//	fmt.Println(result.Verdict) // passed
//
// The world (package world) has models of dependencies, loads and faults; everything between a user's request and a
// dependency is what runs in production. Package simtest is the kit for a program's own tests, with the program's own code
// in place of the generic service ([Service]); the command is fuseboard simulate.
//
// CPU is not simulated: work takes time in the modelled dependencies, and none anywhere else.
//
// # Seeds
//
// Chance is of the seed alone: which requests arrive when, what goes wrong, and what each attempt of a request meets. How goroutines
// interleave is not, so a verdict is of many seeds; the first is run twice, and an expectation that
// holds in one of its runs and not in the other is told as unsettled.
//
// # Ordering and ownership
//
//   - A run lives in a bubble of its own and leaves nothing behind; with children each is a process that a run can break
//     without harm to the others (TestChildrenFindWhatThisProcessFinds, TestAServiceThatPanicsBreaksItsRun).
//   - The same seed has the same arrivals and faults, whatever the policies (TestTheSameSeedHasTheSameArrivalsAndFaultsWhateverThePolicies).
//   - Nodes whose policies have a fleet section are a fleet, by the product's own cluster and gossip (TestAnOutageIsHeldByTheWholeFleet), and without it none
//     (TestWithoutItsSectionThereIsNoFleet). Its seeds hold, too, for arrivals and faults, not for what memberlist sends (TestTheSameSeedHasTheSameArrivalsAndFaultsInAFleet).
//   - Each request has one fate in each track (TestEveryRequestHasOneFateInEveryTrack), and counts once however often hops repeat it
//     (TestOfSeveralHopsTheInnermostRepeatsAndUsersAreCountedOnce).
//   - Policies come as they do in production: as files, edits that can be refused, and overrides (TestARollOutIsAnEditWithAllThatTheProductSaysOfIt,
//     TestAnOperatorsValueHoldsForItsTime).
//   - An expectation holds in as many seeds as it must (TestAnExpectationHoldsInAsManySeedsAsItMust); what could not be measured does not
//     hold (TestWhatCouldNotBeMeasuredDoesNotHold). Baselines are compared seed by seed (TestABaselineIsComparedSeedBySeed).
//   - [Options].Progress is told from one goroutine at a time, and never goes back (TestProgressComesToItsEnd). When ctx ends, so do all children
//     (TestARunThatIsCancelledSaysSo).
//   - A [Result] is plain data, and the caller's.
package simulations
