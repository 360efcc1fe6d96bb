// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"fmt"
	"strings"

	"github.com/fuseboard/fuseboard"
)

// Codes of the problems of conditions.
const (
	// CodeEmpty: there is no condition.
	CodeEmpty = "empty-condition"
	// CodeTooLong: it has more letters, comparisons, parentheses or flaws than are read.
	CodeTooLong = "condition-too-long"
	// CodeSyntax: a word stands where it can't, or one is missing.
	CodeSyntax = "condition-syntax"
	// CodeUnknownSignal: there is no such signal.
	CodeUnknownSignal = "unknown-signal"
	// CodeOperator: there is no such operator, or not for this kind of signal.
	CodeOperator = "operator"
	// CodeUnit: the value lacks its unit, or has another's.
	CodeUnit = "unit"
	// CodeValue: the value is none of what is accepted.
	CodeValue = "value"
	// CodeRange: the value is out of range.
	CodeRange = "out-of-range"
	// CodeConstant: the comparison always holds, or never.
	CodeConstant = "constant-condition"
	// CodeZone: there is no such time zone.
	CodeZone = "unknown-zone"
	// CodeZones is the code of the warning for windows of several zones in one condition.
	CodeZones = "several-zones"
	// CodeFlaps is the code of the warning for an until that may hold while its when does.
	CodeFlaps = "rule-flaps"
)

// Flaw is a problem of a condition, with its place in the text. Its Path is empty; who
// knows the file puts it under the rule's.
type Flaw struct {
	fuseboard.Problem
	// Column is where it begins, in runes from 1.
	Column int
	// Length is how many runes it spans, at least 1; at the end of the text it spans the place behind it.
	Length int
}

// Error returns the flaw in one line: column, value, message, accepted values, fix and code.
func (f Flaw) Error() string {
	said := strings.TrimPrefix(f.Problem.Error(), " = ")
	return fmt.Sprintf("column %d: %s", f.Column, strings.TrimPrefix(said, ": "))
}

// Flaws is everything wrong with one condition, in the order of its text.
type Flaws []Flaw

// Error lists every flaw, one a line.
func (fs Flaws) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Problems returns the flaws without their places.
func (fs Flaws) Problems() fuseboard.Problems {
	ps := make(fuseboard.Problems, len(fs))
	for i, f := range fs {
		ps[i] = f.Problem
	}
	return ps
}
