// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"strings"
)

// String names the step that answered, as errors and metrics do: "value", "computed",
// "last-good" or "guard payments-eu"; empty for none.
func (g Given) String() string {
	switch {
	case g.Step == 0:
		return ""
	case g.Guard != "":
		return g.Use.String() + " " + g.Guard
	}
	return g.Use.String()
}

// Tried tells of each step why it gave no answer, without the cause: "no fallback: 1 value:
// only for timeout; 2 computed: declined".
func (e *Error) Tried() string {
	all := make([]string, len(e.Steps))
	for i, s := range e.Steps {
		all[i] = s.Error()
	}
	return "no fallback: " + strings.Join(all, "; ")
}

// Keeps reports whether some step gives last good answers, so that they are to be kept.
func (p Policy) Keeps() bool {
	for _, s := range p.Steps {
		if s.use() == LastGood {
			return true
		}
	}
	return false
}
