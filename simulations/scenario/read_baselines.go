// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// The words of baselines.
const (
	noPolicy    = "no policy"
	eachSection = "without each section"
	withoutWord = "without "
)

const (
	baselineFix   = `write "no policy", "without each section", "without payments.retry", or {name: careful, set: [payments.retry.attempts=1]}`
	baselineWords = `no policy, without each section, without payments.retry, without retry`
)

// baselines reads what the policies are compared with.
func (r *reader) baselines(n plain.Node) {
	items := r.items("baselines", n, "baselines", baselineFix)
	if len(items) > mostVariants {
		r.tooMany("baselines", "baselines", len(items), mostVariants)
		return
	}
	for i, item := range items {
		path := plain.At("baselines", i)
		if item.Form == plain.Text {
			r.s.Baselines = append(r.s.Baselines, r.baselineWord(path, item))
			continue
		}
		r.s.Baselines = append(r.s.Baselines, r.baseline(path, item))
	}
}

// baselineWord reads a baseline that is a text.
func (r *reader) baselineWord(path string, n plain.Node) Baseline {
	text := strings.ToLower(spaced(n.Word))
	b := Baseline{Name: text}
	switch {
	case text == noPolicy:
		b.None = true
	case text == eachSection:
		r.needPolicies(path, n)
	case strings.HasPrefix(text, withoutWord):
		r.needPolicies(path, n)
		b = r.without(path, n, b)
	default:
		r.add(r.word(n), fuseboard.Problem{
			Path: path, Code: CodeUnknown, Value: given(n), Message: "is no baseline", Accepted: baselineWords,
			Fix: meant(text, []string{noPolicy, eachSection}, baselineFix),
		})
	}
	return b
}

func (r *reader) needPolicies(path string, n plain.Node) {
	if r.unprotected() {
		r.add(r.word(n), fuseboard.Problem{Path: path, Code: CodeConflict, Message: "leaves out a part of the policies, and there are none", Fix: "write policies: with those under test, or leave it out"})
	}
}

// without reads "without payments.retry", or "without retry" for every dependency that has it.
func (r *reader) without(path string, n plain.Node, b Baseline) Baseline {
	b.Name = strings.ReplaceAll(b.Name, `"`, "")
	what := strings.TrimPrefix(b.Name, withoutWord)
	if r.s.Policies.Set == nil || r.broken["dependencies"] {
		return b
	}
	var names []string
	for _, d := range r.s.protected() {
		for _, section := range sectionsOf(r.s.Policies.Set, d) {
			full := d + "." + section
			names = append(names, full)
			if inner, below := strings.CutPrefix(what, full); section == what || below && (inner == "" || inner[0] == '.') {
				b.Set = append(b.Set, quoted(d)+"."+section+strings.TrimPrefix(inner, what)+"=off")
			}
		}
	}
	if len(b.Set) > 0 {
		r.set(path, r.s.Policies, b.Set)
		return b
	}
	r.add(r.word(n), fuseboard.Problem{
		Path: path, Code: CodeNeedless, Value: given(n), Message: "no policy has that on, so there is nothing to leave out", Accepted: listed(names),
		Fix: meant(what, names, "name a section that a policy has"),
	})
	return b
}

// baseline reads one that is an object.
func (r *reader) baseline(path string, n plain.Node) (b Baseline) {
	said := struct {
		Name string
		None bool
		Set  []string
	}{}
	o, is := r.object(path, "a baseline", n, baselineFix, fieldsOf(said), "policies")
	if !is {
		return b
	}
	o.rest = replace(o.rest, "set", asList)
	sound := r.decode(path, o.rest, &said)
	b = Baseline{Name: spaced(said.Name), None: said.None, Set: said.Set}
	if m, has := o.beside["policies"]; has {
		b.Policies = r.policies(path+".policies", m.Value)
		sound = sound && !r.broken[path+".policies"]
	}
	if !sound {
		return b
	}
	r.judgeBaseline(path, b)
	from := b.Policies
	if from.Sources == nil {
		from = r.s.Policies
	}
	r.set(path+".set", from, b.Set)
	return b
}

func (r *reader) judgeBaseline(path string, b Baseline) {
	r.judgeName(path+".name", b.Name)
	switch b.Name {
	case "":
		r.tell(fuseboard.Problem{Path: path + ".name", Code: CodeMissing, Message: "is missing: what the report calls it", Fix: "write name: and a few words"})
	case eachSection, AsWritten:
		r.tell(fuseboard.Problem{Path: path + ".name", Code: CodeName, Message: "is the name of something else", Fix: "choose another"})
	}
	r.judgeChanges(path, b)
}

// judgeChanges tells of a baseline that changes nothing, or what is not there.
func (r *reader) judgeChanges(path string, b Baseline) {
	own := b.Policies.Sources != nil
	changes := own || len(b.Set) > 0
	switch {
	case b.None && changes:
		r.tell(fuseboard.Problem{Path: path + ".none", Code: CodeConflict, Message: "says that there are no policies, and others stand beside it", Fix: "leave one of them out"})
	case !b.None && !changes:
		r.tell(fuseboard.Problem{Path: path, Code: CodeNothing, Message: "says nothing that is otherwise than in the policies under test", Fix: "write none: true, policies: or set: [payments.retry.attempts=1]"})
	case changes && !own && r.unprotected():
		r.tell(fuseboard.Problem{Path: path + ".set", Code: CodeConflict, Message: "changes policies, and there are none", Fix: "write policies: with those under test"})
	}
}

// unprotected reports whether there are no policies under test.
func (r *reader) unprotected() bool { return r.s.Policies.Sources == nil && !r.broken["policies"] }

// quoted is a dependency's name as a path of policies begins with it.
func quoted(name string) string {
	if strings.Contains(name, ".") {
		return strconv.Quote(name)
	}
	return name
}
