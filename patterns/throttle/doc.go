// SPDX-License-Identifier: Apache-2.0

// Package throttle lets a client refuse its own calls to a dependency that refuses many of
// them. A refusal costs an overloaded dependency work, too; this one costs it none. It is the
// client-side throttling of the SRE book (Beyer and others, Site Reliability Engineering, 2016,
// chapter 21, "Handling Overload", https://sre.google/sre-book/handling-overload/): of the
// calls of a window a share is refused with the chance
//
//	(requests - Ratio × accepts) ÷ (requests + 1)
//
// where requests counts those refused here as well, and of the others those that have ended: the
// book counts a call when it is made, which takes a burst of calls that are under way for one that was
// refused (TestCallsUnderWaySayNothing). So Ratio times as many calls reach the
// dependency as it accepts, however many there are
// (TestWhatIsSentSettlesAtRatioTimesWhatIsAccepted), and nobody is refused while it accepts at least
// one in Ratio (TestNobodyIsRefusedWhileEnoughIsAccepted).
//
// # Priorities
//
// The book keeps an account for each criticality, which refuses the lower ones earlier where the
// dependency does. Many dependencies know no priorities, and then all accounts look alike. So here
// Ratio × accepts, of all calls together, is handed out from the highest priority to the lowest, and
// the formula is that of what is left (TestLowerPrioritiesAreRefusedFirst). With one
// priority it is the book's. A Ratio for each priority would refuse lower ones earlier too, but
// also while there is room for all.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// Time and randomness are arguments; with the same ones a throttle says the same
// (TestThrottleAgreesWithTheNaiveModel).
// Of whoever was let through it is told once, or never (TestCallsUnderWaySayNothing).
// Any goroutine may call anything at any time, and every call is counted once
// (TestStorm_NoCallIsCountedTwiceOrForgotten). A now somewhat older than another caller's is
// booked with that (TestThrottleAgreesWithTheNaiveModel).
// When the dependency accepts again, nobody is refused after a window at the latest
// (TestThrottleRecoversWithTheDependency).
// A Reshape with the same window keeps what was counted
// (TestReshapeKeepsWhatWasCountedInTheSameWindow).
// Nothing is allocated for a call (TestAThrottledCallAllocatesNothing_Alloc), and a throttle
// takes what its policy says (TestBytesAreThoseOfAThrottle).
package throttle
