// SPDX-License-Identifier: Apache-2.0

package scenario

import "github.com/fuseboard/fuseboard/config"

// Codes of the problems of scenarios. Those of YAML, of policies and of single values (out-of-range, no-unit) are
// those of package config.
const (
	// CodeUnknown: nothing has this name.
	CodeUnknown = config.CodeUnknown
	// CodeType: a value of another type is wanted.
	CodeType = config.CodeType
	// CodeMissing: something that must be said is not.
	CodeMissing = config.CodeMissing
	// CodeName: a text that is no name.
	CodeName = config.CodeName
	// CodeDuplicate: a name is given twice.
	CodeDuplicate = config.CodeDuplicate
	// CodeVersion: apiVersion is another one.
	CodeVersion = config.CodeVersion
	// CodeEmpty: the file says nothing.
	CodeEmpty = config.CodeEmpty
	// CodeRange: a value is out of range.
	CodeRange = "out-of-range"
	// CodeUnknownDependency: the scenario has no dependency of this name.
	CodeUnknownDependency = config.CodeUnknownDependency
	// CodeCircle: dependencies call each other in a circle.
	CodeCircle = "circle-of-calls"
	// CodeFile: a file can't be read.
	CodeFile = "file"
	// CodeConflict: two values contradict each other.
	CodeConflict = "conflict"
	// CodeNothing: it changes nothing.
	CodeNothing = "changes-nothing"
	// CodeTime: a time lies outside of the simulation, or is empty.
	CodeTime = "time"
	// CodeTooMany: there are more than can be simulated.
	CodeTooMany = "too-many"
	// CodeTooMuch: the simulation would take too long.
	CodeTooMuch = "too-much-work"
	// CodeUnused is the code of the warning for what nothing uses.
	CodeUnused = "unused"
	// CodeNoExpectation is the code of the warning for a scenario that expects nothing.
	CodeNoExpectation = "no-expectation"
	// CodeNoBreaker is the code of the warning for a circuit that no policy has.
	CodeNoBreaker = "no-breaker"
	// CodeNoFleet is the code of the warning for a fleet that no policy makes.
	CodeNoFleet = "no-fleet"
	// CodeExpectation: a sentence that is not understood.
	CodeExpectation = "not-understood"
	// CodeUnknownFault: the scenario has no fault of this name.
	CodeUnknownFault = "unknown-fault"
	// CodeUnknownBaseline: the scenario compares with no such policies.
	CodeUnknownBaseline = "unknown-baseline"
	// CodeNeedless is the code of the warning for a section that can't be taken away, since it is not there, or
	// others need it.
	CodeNeedless = "nothing-to-compare"
)
