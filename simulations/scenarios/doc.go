// SPDX-License-Identifier: Apache-2.0

// Package scenarios is a gallery: failures that services meet, each as a scenario with its story, policies as
// an engineer would write them, what is expected of these, and baselines that show what they change.
//
//	source, files, err := scenarios.Open("retry-storm")
//	s, problems := scenario.Read(source, files)
//	result, err := simulations.Run(ctx, s, simulations.Options{})
//
// The command runs them by their names: fuseboard simulate retry-storm.
//
// # Ordering and ownership
//
// Each sentence is kept by the test named after it.
//
// Every scenario is read without an error or a warning, and its name is that of its file (TestEveryScenarioIsReadWithoutAWarning). Its policies hold what is expected of
// them (TestEveryScenarioPasses), and its baselines do not (TestBaselinesShowTheContrast). A line of the product that is wrong is noticed by a
// scenario (TestMutantsAreNoticed).
//
// Names are in alphabetical order, and whoever gets them owns them (TestNamesAreTheCallers). The files never change, and may be read
// by any goroutine.
package scenarios
