// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// The codes of notes.
const (
	// CodeRenamed: a name was written in our way.
	CodeRenamed = "renamed"
	// CodeWrapped: a policy was put where a file has policies.
	CodeWrapped = "wrapped"
	// CodeVersion: the version was written, or is one that nobody knows.
	CodeVersion = "api-version"
	// CodeUnit: a number stands for a time, and nobody knows in which unit.
	CodeUnit = "no-unit"
	// CodeChanged: something is said, and means a little else than it did.
	CodeChanged = "changed"
	// CodeNeedless: something has no counterpart and needs none.
	CodeNeedless = "needless"
	// CodeByHand: something has no counterpart in a file, and is left to be done by hand.
	CodeByHand = "by-hand"
	// CodeUnknown: nobody knows what this is.
	CodeUnknown = "unknown"
	// CodeValue: a value that could not be read.
	CodeValue = "bad-value"
)

// notes collects what is told of one source, each thing once.
type notes struct {
	source config.Source
	line   int // lines of the source before the part that is read
	list   config.Problems
	told   map[string]bool
}

func newNotes(s config.Source) *notes { return &notes{source: s, told: map[string]bool{}} }

// add tells something of a place. Length is how many characters stand there; 0: the word.
func (n *notes) add(at plain.Place, p fuseboard.Problem, length int) {
	id := fmt.Sprint(at, p.Code, p.Path, p.Message)
	if n.told[id] {
		return
	}
	n.told[id] = true
	at.Line += n.line
	n.list = append(n.list, config.Problem{
		Problem: p,
		Origin:  config.Origin{File: n.source.Name, Line: at.Line, Column: at.Column},
		Excerpt: n.source.Excerpt(at.Line, at.Column, length),
	})
}

// sorted returns the notes in the order of the source.
func (n *notes) sorted() config.Problems {
	slices.SortStableFunc(n.list, func(a, b config.Problem) int {
		return cmp.Or(cmp.Compare(a.Origin.Line, b.Origin.Line), cmp.Compare(a.Origin.Column, b.Origin.Column))
	})
	return n.list
}
