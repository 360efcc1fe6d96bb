// SPDX-License-Identifier: Apache-2.0

// Package simtest lets you simulate your own policies and your own code in your own "go test": the product's guards, gates,
// circuits and retries run against modelled dependencies, in virtual time.
//
// A scenario is a test, whose expectations are its assertions:
//
//	func TestAnOutageOfPayments(t *testing.T) {
//		simtest.Run(t, "testdata/outage.yaml")
//	}
//
//	func TestItIsTheBreakerThatLetsGo(t *testing.T) { // an expectation that can't fail proves nothing
//		simtest.Fails(t, "testdata/outage.yaml", "payments open within 3s of outage", simtest.Set("payments.breaker=off"))
//	}
//
// [Service] puts your own code in the place of the generic service. Without a scenario, there are dependencies that behave as
// a model says ([NewDependency], [Handler], [RoundTripper]) and load that is played against your code ([Play]), in a bubble
// of testing/synctest:
//
//	synctest.Test(t, func(t *testing.T) {
//		payments := simtest.NewDependency(t, "payments", world.Model{Errors: 0.3}, 1)
//		…
//		played := simtest.Play(t, world.Load{To: "payments", Rate: 100, Until: time.Minute}, 1, call)
//		if played.Goodput() < 0.95 { … }
//	})
//
// Arrivals of your production traffic are recorded by package simulations/arrivals, and replayed by a load's recorded.
//
// # Ordering and ownership
//
// A scenario that holds says nothing (TestAScenarioThatHoldsPasses). What does not hold fails the test with one report, after which it goes on
// (TestWhatDoesNotHoldFailsTheTestWithOneReport); flaws of a scenario are all told with their places, and end it
// (TestAllFlawsOfAScenarioAreToldWithTheirPlaces), and so do those of options (TestFlawsOfOptionsEndTheTest). Fails wants the contrary
// (TestFailsWantsTheExpectationToFail). Runs are one after the other, in this process; the code of a Service is called by many goroutines at once
// (TestTheServiceIsTheUsersOwn), of one run at a time.
//
// Nothing here runs in real time: what needs a bubble refuses to run without (TestRealTimeIsRefused), and what makes bubbles to run in one. A
// fake dependency belongs to the test that made it, and is closed with it (TestADependencyIsClosedWithItsTest); one that outlives its bubble is told
// (TestADependencyOfTheOuterTestIsTold). Play returns when all its requests have ended, and counts each once (TestPlayCountsEachRequestOnceByItsFate).
package simtest
