// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"errors"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/plain"
)

const expectFix = "write for example expect: [goodput >= 95%, payments open within 3s of outage]"

// sentences are the texts of expect; what is none is told.
func (r *reader) sentences(n plain.Node) (all []plain.Node) {
	items := r.items("expect", n, "sentences", expectFix)
	if len(items) > mostExpectations {
		r.tooMany("expect", "expectations", len(items), mostExpectations)
		return nil
	}
	for i, item := range items {
		if item.Form == plain.Text {
			all = append(all, item)
			continue
		}
		r.add(r.word(item), fuseboard.Problem{
			Path: plain.At("expect", i), Code: CodeType, Value: given(item), Message: "want a sentence, got " + got(item), Fix: "write for example goodput >= 95%; in quotes where it has a colon",
		})
	}
	return all
}

// expectations understands the sentences.
func (r *reader) expectations(n plain.Node) {
	items, follows := r.sentences(n), r.follows()
	for i, item := range items {
		path := plain.At("expect", i)
		e, err := ParseExpectation(item.Word, r.s)
		var f *Flaw
		if errors.As(err, &f) {
			if !follows[f.Code] {
				f.Path = path
				r.add(r.inside(item, f.Column, f.Length), f.Problem)
			}
			continue
		}
		e.Line = item.At.Line
		r.s.Expect = append(r.s.Expect, e)
		if len(follows) == 0 {
			r.judgeExpectation(path, e)
		}
	}
	if n.Form == plain.Null || n.Form == plain.List && len(n.Items) == 0 {
		r.tell(fuseboard.Problem{Path: "expect", Code: CodeNoExpectation, Message: "is missing: whatever happens, the simulation passes", Fix: expectFix, Warning: true})
	}
}

// follows are the codes of flaws of sentences that may be there only because something else could not be read, which was told.
func (r *reader) follows() map[string]bool {
	codes := map[string]bool{}
	for _, p := range r.found.Errors() {
		part, _, _ := strings.Cut(p.Path, ".")
		part, _, _ = strings.Cut(part, "[")
		switch {
		case p.Origin.File != r.source.Name || part == "policies" || part == "baselines":
			codes[CodeUnknownBaseline] = true
		case part == "load":
			codes[CodeUnknown] = true
		case part == "dependencies" && len(r.s.Dependencies) == 0:
			codes[CodeUnknownDependency], codes[CodeUnknown], codes[CodeExpectation] = true, true, true
		default: // of times and of faults
			codes[CodeUnknownFault], codes[CodeTime] = true, true
		}
	}
	return codes
}

// judgeExpectation warns of what can't be as it is meant.
func (r *reader) judgeExpectation(path string, e Expectation) {
	m := e.Measure
	if m.fleet() {
		r.judgeOfFleet(path, m)
		return
	}
	about := m.State != "" || m.Metric == "openings"
	if !about || m.Of == "" || m.State == "closed" && m.Metric == stays {
		return
	}
	if !r.s.hasBreaker(m.Of) {
		r.tell(fuseboard.Problem{
			Path: path, Code: CodeNoBreaker, Message: "is about the circuit of " + m.Of + ", and no policy has a breaker for it", Fix: "write breaker: {failure_rate: 50%} into its policy", Warning: true,
		})
	}
}

// fleet reports whether a fleet is needed for something to be measured.
func (m Measure) fleet() bool {
	return m.OfKind == ofFleet || m.State == Held || m.State == Clear && m.Metric != stays || m.Metric == "holds" || m.Metric == "flips" || m.Metric == "probes"
}

// judgeOfFleet warns of what is expected of a fleet that there is not.
func (r *reader) judgeOfFleet(path string, m Measure) {
	about := "a fleet"
	if m.OfKind == kinds[0] {
		about = "what the fleet makes of " + m.Of
	}
	if !r.s.Fleet(r.s.Policies.Set) {
		r.tell(fuseboard.Problem{
			Path: path, Code: CodeNoFleet, Message: "is about " + about + ", and there is none: no policy has a fleet section, or there is one node alone",
			Fix: "write nodes: 5 at the top, and fleet: {mode: follow} into a policy", Warning: true,
		})
	}
}

// hasBreaker reports whether some policies give the dependency a breaker, or a command moves its circuit.
func (s *Scenario) hasBreaker(name string) bool {
	has := func(set *config.Set) bool {
		if set == nil || !set.Has(name) {
			return false
		}
		resolved, _ := set.Resolve(name, config.Layers{})
		return resolved.Policy.Breaker.On() || resolved.Policy.Panics.On()
	}
	if has(s.Policies.Set) {
		return true
	}
	for _, f := range s.Faults {
		if len(f.Set) > 0 || f.Command.Mode != "" && f.Dependency == name || has(f.Policies.Set) {
			return true
		}
	}
	return false
}
