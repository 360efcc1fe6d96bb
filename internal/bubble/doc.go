// SPDX-License-Identifier: Apache-2.0

// Package bubble runs real code in virtual time, from an ordinary program: [Run] makes a bubble
// of testing/synctest, in which an hour passes as soon as all goroutines wait for it. It is
// the one package of the product that imports package testing.
//
//	err := bubble.Run(func() { time.Sleep(time.Hour) }) // back at once
//
// What goes wrong in a bubble may take the process with it (a panic in any of its goroutines) or hang it
// (virtual time stands still while a goroutine of the bubble spins, or waits for a socket, or for a lock that is held outside).
// So a program that must survive does its bubbles in children, which are itself, run again:
//
//	func main() {
//		bubble.Serve(map[string]bubble.Work{"simulate": simulate}) // in a child it doesn't come back
//		…
//		failed, err := bubble.Crew{Work: "simulate", Hear: progress}.Run(ctx, seeds)
//	}
//
// A child gets jobs as lines of JSON on its standard input, and answers on a pipe of its own (on
// Windows: on what was its standard output). It has one processor, GOMAXPROCS=1.
//
// # Ordering and ownership
//
// In a bubble it is midnight of 2000-01-01 UTC, and an hour passes at once
// (TestAnHourPassesAtOnce), in a binary that was built as any other, and that has no flag of package testing
// (TestABuiltBinaryRunsBubblesAndHasNoFlagsOfTests). Only [Wall] shows real time there (TestWallGoesOnInABubble).
//
// Run comes back when all goroutines of the bubble have ended, also those that wait for a timer when f
// returns, up to a minute of virtual time (TestRunWaitsForAllGoroutines). What fails is an error, and the next bubble
// works: a panic of f (TestAPanicIsAnErrorWithItsStack), the end of its goroutine
// (TestAGoroutineThatIsEndedIsAnError), goroutines that wait for each other (TestADeadlockIsAnErrorThatShowsWhoWaits)
// or are left behind (TestGoroutinesThatNeverEndAreAnError), and a bubble in a bubble
// (TestABubbleInABubbleIsAnError). Bubbles run side by side (TestBubblesRunSideBySide).
//
// A Crew answers each job once (TestEachOfManyJobsIsAnsweredOnce). One child does one job after the other, until one
// fails; the next job gets a new child (TestAChildDoesOneJobAfterTheOther), which is all that a
// failure costs (TestAFailureCostsOneJob). A child that says nothing for too long is killed, and its error shows
// the goroutines that hold time up (TestAChildThatHangsIsKilledAndShowsWhere); so is one that can't even tell those
// (TestAChildThatAnswersNothingAtAllIsKilledToo).
//
// What a work says in a job reaches [Crew].Hear in its order (TestSayWorksInABubble), one at a time
// (TestHearIsCalledFromOneGoroutineAtATime), and not under another job (TestWhatIsSaidAfterTheJobIsDropped).
// Prints don't disturb it (TestStrayPrintsDoNoHarm).
//
// Children belong to the Run of their Crew: when it returns none is left, nor a goroutine of the parent
// (TestACrewLeavesNothingBehind). They end with its context (TestTheEndOfTheContextKillsAllChildren), and with their
// parent, however that dies (TestTheDeathOfTheParentEndsItsChildren). The texts of errors are bounded
// (TestTextsAboutFailuresAreBounded).
package bubble
