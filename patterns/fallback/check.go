// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Check reports everything that [New] would refuse, and what only deserves a warning: a
// step for which there is no source, and one that asks the dependency itself. These are
// no errors, as one policy serves all operations of a dependency.
func Check[Req, Resp any](p Policy, s Sources[Req, Resp]) fuseboard.Problems {
	_, problems := judge(p, s)
	return problems
}

// judge returns the values of the steps, read, and all that is wrong.
func judge[Req, Resp any](p Policy, s Sources[Req, Resp]) ([]Resp, fuseboard.Problems) {
	if s.Decode == nil {
		s.Decode = strictly[Resp]
	}
	var c plain.Check
	found := p.Validate()
	for _, problem := range found {
		c.Add(problem)
	}
	p = p.WithDefaults()
	values := make([]Resp, len(p.Steps))
	if len(p.Steps) > MaxSteps {
		return values, c.Problems()
	}
	for i, step := range p.Steps {
		path := fmt.Sprintf("steps[%d]", i)
		if problem, wrong := sourceless(step, s); wrong {
			problem.Path = path
			c.Add(problem)
		}
		if step.Use != Value || len(step.validate().Under("").Errors()) > 0 {
			continue
		}
		resp, err := read(step.Value, s.Decode)
		if err != nil {
			c.Add(unread[Resp](path+".value", step.Value, err))
		}
		values[i] = resp
	}
	return values, c.Problems()
}

// sourceless warns of a step that is always passed over.
func sourceless[Req, Resp any](step Step, s Sources[Req, Resp]) (fuseboard.Problem, bool) {
	p := fuseboard.Problem{Code: CodeNoSource, Value: step.Use.String(), Warning: true}
	switch {
	case step.Use == Computed && s.Compute == nil:
		p.Message, p.Fix = "is always passed over: the operation has no function that computes a fallback", "give it one, or remove the step"
	case step.Use == LastGood && s.Kept == nil:
		p.Message, p.Fix = "is always passed over: answers of the operation are not kept", "say what the key of a request is, or remove the step"
	case step.Use == Guard && s.Guard == nil:
		p.Message, p.Fix = "is always passed over: no other dependencies are known here", "remove the step"
	case step.Use == Guard && step.Guard == s.Name:
		p.Code, p.Value, p.Message, p.Fix = CodeOwnGuard, step.Guard, "is always passed over: it is the dependency itself", "name another one"
	default:
		return p, false
	}
	return p, true
}

// unread says where a value is no answer of the operation, and what would be one.
func unread[Resp any](path string, value JSON, err error) fuseboard.Problem {
	p := fuseboard.Problem{
		Path: path, Code: CodeValue, Value: short(string(value)), Message: "is no answer of the operation: " + err.Error(),
		Accepted: "JSON of type " + reflect.TypeFor[Resp]().String(),
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if wrong.Field != "" {
			p.Path += "." + wrong.Field
		}
		p.Message = "is no answer of the operation: got " + wrong.Value + " at byte " + strconv.FormatInt(wrong.Offset, 10) + " of it"
		p.Accepted = "JSON of type " + wrong.Type.String()
	}
	return p
}

// short is a value as a problem repeats it.
func short(s string) string {
	const longest = 48
	if r := []rune(s[:min(len(s), 4*longest)]); len(r) > longest {
		return string(r[:longest]) + "…"
	}
	return s
}
