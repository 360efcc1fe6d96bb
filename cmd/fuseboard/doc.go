// SPDX-License-Identifier: Apache-2.0

// Command fuseboard shows and serves Fuseboard from a terminal. `fuseboard help`
// lists what it can do, and the exit codes that scripts can count on.
//
// # Ordering and ownership
//
// The command line is read before anything starts
// (TestAMistakeOnTheCommandLineIsToldInPlainWordsWithWhatIsAccepted). What goes to
// standard output is the answer alone; progress of a command whose answer is for machines,
// and every complaint, go to standard error (TestDemoAsJSONWritesNothingElseToStandardOutput,
// TestCommandsSayWhatIsWrittenDown). Nothing asks, so no command needs a terminal
// (TestNoCommandNeedsAnOpenStandardInputOrATerminal). A file is replaced in one step, and never
// without a copy of what it was (TestMigrateKeepsWhatTheFileWasBesideIt).
// Reports of a simulation replace those of an earlier one, and nothing else
// (TestFilesOfOthersAreNotOverwrittenAndNothingRuns).
// Ctrl-C ends the demo with its table (TestCtrlCEndsTheDemoWithTheTable), a simulation with its
// children (TestCtrlCEndsASimulationAndItsChildren) and without those that were to follow
// (TestCtrlCKeepsItFromTheOthers), and every other command at once, as the system does it.
package main
