// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// meaning tells from what a protected call returned, and a stage around it perhaps, what that is.
// It asks the same as the call did: an answer that is a failure looks like any other, and so does
// the error of another guard's call that is an answer here.
func (a *answers[Req, Resp]) meaning(resp Resp, err error) (out fuseboard.Outcome) {
	w := a.with
	if e, told := errors.AsType[*CallError](err); told && e.Dependency == a.op.guard.name && e.Op == a.op.name {
		return e.outcome()
	}
	if out = w.said(resp, err); out.Kind != fuseboard.Unclassified {
		return out
	}
	if err == nil {
		return fuseboard.Outcome{Kind: fuseboard.Success}
	}
	return supervision.Classify(err, errors.Is(err, context.Canceled))
}

// said is what the hooks say of an answer; Unclassified where they have nothing to say.
func (w *With[Req, Resp]) said(resp Resp, err error) (out fuseboard.Outcome) {
	defer func() {
		if v := recover(); v != nil { // the call was judged so, too
			out = fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassPanicked}
		}
	}()
	if err == nil && w.Glance != nil {
		if fine, _ := w.Glance(resp); fine {
			return fuseboard.Outcome{Kind: fuseboard.Success}
		}
	}
	if w.Classify == nil {
		return fuseboard.Outcome{}
	}
	return w.Classify(resp, err)
}

// outcome is that of the call that e answers.
func (e *CallError) outcome() fuseboard.Outcome {
	switch {
	case e.by != "":
		return fuseboard.Outcome{Kind: fuseboard.Rejected, Class: fuseboard.Class(e.by)}
	case e.class == fuseboard.ClassCancelled:
		return fuseboard.Outcome{Kind: fuseboard.Void, Class: e.class}
	}
	return fuseboard.Outcome{Kind: fuseboard.Failure, Class: e.class}
}

// needsFallback reports whether there is no answer, and somebody waits for one.
func needsFallback(out fuseboard.Outcome) bool {
	return out.Kind == fuseboard.Failure || out.Kind == fuseboard.Rejected ||
		out.Kind == fuseboard.Void && out.Class == fuseboard.ClassDownstream
}
