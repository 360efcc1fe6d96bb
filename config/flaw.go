// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// flaw is a problem of a text that is not yet told: with its place, and without the words there.
type flaw struct {
	fuseboard.Problem
	// at is where it stands, and length how many characters that is; 0: the word that begins there.
	at     plain.Place
	length int
	// in is the layer that it is of.
	in Origin
	// related are other places that it is about.
	related []plain.Place
}

// Codes of the problems of files, besides those of the policies in them.
const (
	// CodeUnreadable: the parser gave up on the text.
	CodeUnreadable = "unreadable"
	// CodeEncoding: the text is not UTF-8, or has a sign that no text has.
	CodeEncoding = "encoding"
	// CodeTooLarge: the text is longer, nests deeper or has more parts than is read.
	CodeTooLarge = "too-large"
	// CodeEmpty: the file says nothing.
	CodeEmpty = "empty-file"
	// CodeDocuments: the file has several documents.
	CodeDocuments = "several-documents"
	// CodeSyntax: the text is no YAML.
	CodeSyntax = plain.CodeSyntax
	// CodeIndent: a line is indented wrongly, or by a tab.
	CodeIndent = "indentation"
	// CodeUnclosed: a quote or a bracket is not closed.
	CodeUnclosed = "unclosed"
	// CodeDuplicate: a name is given again.
	CodeDuplicate = "duplicate-name"
	// CodeAlias: an alias has no anchor, or stands for too much.
	CodeAlias = "bad-alias"
	// CodeTag: a tag, which policy files don't have.
	CodeTag = "tag"
	// CodeNumber: a number that no policy can hold, or that can be read in two ways.
	CodeNumber = "bad-number"
	// CodeVersion: apiVersion is missing or is another one.
	CodeVersion = "api-version"
	// CodeUnknown: nothing has this name.
	CodeUnknown = plain.CodeUnknown
	// CodeName: a text that is no name.
	CodeName = "name"
	// CodeType: a value of another type is wanted.
	CodeType = plain.CodeType
	// CodeUnknownProfile: no profile has the name.
	CodeUnknownProfile = "unknown-profile"
	// CodeCycle: a profile extends itself.
	CodeCycle = "profile-cycle"
	// CodeUnused is the code of the warning for a profile that nothing names.
	CodeUnused = "unused-profile"
	// CodeEmptyValue is the code of the warning for a name without a value.
	CodeEmptyValue = "empty-value"
	// CodeUnknownDependency: no entry has the name.
	CodeUnknownDependency = "unknown-dependency"
	// CodeNearVariable is the code of the warning for a variable of the environment that is not read: its name begins
	// nearly as those do that are.
	CodeNearVariable = "variable-not-read"
	// CodeMissing: something that must be said is not.
	CodeMissing = "missing"
	// CodeTooMany: there are more problems than are told.
	CodeTooMany = "too-many-problems"
	// CodeForceWithoutEntry is the code of the warning for a line of force whose dependency has no entry.
	CodeForceWithoutEntry = "force-without-entry"
	// CodeForce: a force line that names nothing.
	CodeForce = "bad-force"
)

// mostFlaws is how many of them are told of all files.
const mostFlaws = 1000

// add tells a flaw of the words of a policy file; see [Source.Within].
func (r *reader) add(f flaw) {
	if f.at.Source < len(r.sources) { // else it is of a flag or the like
		f.Path = r.sources[f.at.Source].whole(f.Path)
	}
	r.addWhole(f)
}

// addWhole tells a flaw whose path is that of the whole text, unless there are too many already; then one says so.
func (r *reader) addWhole(f flaw) {
	switch {
	case len(r.flaws) < mostFlaws:
		r.flaws = append(r.flaws, f)
	case !r.full:
		r.full = true
		r.flaws = append(r.flaws, flaw{at: f.at, Problem: fuseboard.Problem{
			Code: CodeTooMany, Message: fmt.Sprintf("there are more than %d problems; the others are not told", mostFlaws), Fix: "mend these first; see whether it is the right file",
		}})
	}
}
