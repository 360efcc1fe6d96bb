// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Seam is a place on the way of a call where a [Stage] may stand.
type Seam uint8

// The seams, outermost first.
const (
	// AroundCall: outermost, once a call. It sees what the caller gets, an answer of the
	// cache or of a fallback included.
	AroundCall Seam = iota
	// AroundProtection: within cache and fallback, outside of the total deadline, retry and
	// the circuit. It is passed once for each call that is not answered by the cache, and
	// sees its failure before a fallback does. Calls with one key may share a passage: see [Cache].
	AroundProtection
	// AroundHandler: innermost, once for each attempt and each copy of a hedge, under the
	// permit and the deadline of the attempt.
	AroundHandler
)

var seamWords = []string{"call", "protection", "handler"}

// String returns the seam's word: "call", "protection" or "handler"; else "unknown".
func (s Seam) String() string { return plain.WordAt(seamWords, int(s)) }

// Stage is code of the user's that stands in the way of an operation's calls, at one of the
// [Seam] places: it may look at a request, change it, answer in its place, or look at the answer. The
// same stage may stand at more than one seam, and twice at one. Stages are code, not
// policy: they are passed in every [PolicyMode]. Operations without any pay nothing.
//
// Stages of one seam are passed in the order in which they are listed, the first one outermost.
// A stage runs on the goroutine of the call. What it returns is what the next one further out gets:
// AroundHandler its error is judged like the handler's; AroundProtection an error is a
// failure for the fallback, and an answer without an error a good one. A panic is a failed
// attempt AroundHandler. At the outer seams it goes to the caller of a Call, but within a load of the cache, and of an
// Ask, a Tell or a message, it is the error of the call: a *[CallError] with a *[PanicError].
type Stage[Req, Resp any] struct {
	// Name is what explanations call it, of the form of a dependency's name. Required.
	Name string
	// At is the seam. Default: AroundCall.
	At Seam
	// Around is the stage. next is what stands further in; it may be called with another
	// context or request, more than once, or not at all. Required. Safe for concurrent use.
	Around func(ctx context.Context, req Req, next Handler[Req, Resp]) (Resp, error)
}

// MaxStages is how many stages an operation may have.
const MaxStages = 16

// staged puts the stages of the seam around h.
func (w *With[Req, Resp]) staged(at Seam, h Handler[Req, Resp]) Handler[Req, Resp] {
	for _, s := range slices.Backward(w.Stages) {
		if s.At == at {
			next := h
			h = func(ctx context.Context, req Req) (Resp, error) { return s.Around(ctx, req, next) }
		}
	}
	return h
}

// stagesAt names the stages at the seam.
func (w *With[Req, Resp]) stagesAt(at Seam) (names []string) {
	for _, s := range w.Stages {
		if s.At == at {
			names = append(names, s.Name)
		}
	}
	return names
}

// has reports whether there are stages at the seam.
func (w *With[Req, Resp]) has(at Seam) bool {
	return slices.ContainsFunc(w.Stages, func(s Stage[Req, Resp]) bool { return s.At == at })
}

// checkStages finds everything wrong with the stages.
func checkStages[Req, Resp any](stages []Stage[Req, Resp]) (found Problems) {
	if len(stages) > MaxStages {
		found = append(found, fuseboard.Problem{
			Path: "with.stages", Code: "too-many", Value: strconv.Itoa(len(stages)), Message: "are too many stages",
			Accepted: fmt.Sprintf("at most %d", MaxStages), Fix: "do the work of several in one",
		})
	}
	for i, s := range stages {
		found = append(found, s.problems(fmt.Sprintf("with.stages[%d]", i))...)
	}
	return found
}

func (s Stage[Req, Resp]) problems(path string) (found Problems) {
	if err := checkName(path+".name", s.Name); err != nil {
		if wrong, is := err.(fuseboard.Problem); is { //nolint:errorlint // checkName's own, never wrapped
			found = append(found, wrong)
		}
	}
	if int(s.At) >= len(seamWords) {
		found = append(found, fuseboard.Problem{
			Path: path + ".at", Code: "unknown-seam", Value: strconv.Itoa(int(s.At)), Message: "is no seam",
			Accepted: strings.Join(seamWords, ", "), Fix: "use AroundCall, AroundProtection or AroundHandler",
		})
	}
	if s.Around == nil {
		found = append(found, fuseboard.Problem{
			Path: path + ".around", Code: codeNil, Message: "must not be nil", Fix: "give the function that the stage runs; it calls next",
		})
	}
	return found
}
