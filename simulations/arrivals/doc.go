// SPDX-License-Identifier: Apache-2.0

// Package arrivals records when requests arrive in production, so that simulations can replay them: a load of a scenario names the file
// ("recorded: arrivals.csv"), or world.ReadArrivals reads it.
//
//	arrivals, err := arrivals.NewRecorder(file, "payments")
//	sys, err := actors.Start(actors.Options{Observe: arrivals.Observe})
//	…
//	err = arrivals.Close()
//
// It is small, and nothing of a simulation comes with it into the program.
//
// # Ordering and ownership
//
// What is recorded is read back by world.ReadArrivals (TestWhatIsRecordedIsReadBack): lines are in the order of arrival, whatever ends first
// (TestLinesAreInTheOrderOfArrivalWhateverEndsFirst), and a call that comes too late keeps it (TestOneThatIsTooLateKeepsTheOrder). A recording
// ends by itself (TestARecordingEnds). Any number of goroutines may tell it of calls (TestManyGoroutinesLoseNothing); a writer that fails harms no call
// (TestAWriterThatFailsHarmsNoCallAndIsToldAtTheEnd). There is no goroutine; the writer is the caller's, who closes it after Close.
package arrivals
