// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// variant is a policy with some of its cases laid over.
type variant struct {
	applied []int
	policy  Policy
	origin  map[string]int // the case that a field is from, by its path in the policy
}

// variants are all that calls of a policy can meet, those of the fewest cases first.
type variants struct {
	given   Policy
	all     []variant
	reached []bool         // by case: some call gets as far as its attempt
	works   []bool         // by case: some variant differs for it
	hidden  []map[int]bool // by case: those that lay over what it would change
}

// costPath stands for what calls cost, which is no field of a policy.
const costPath = "cost"

// newVariants lays the cases over the policy in each way in which calls meet them.
func newVariants(p Policy) *variants {
	n := len(p.Cases)
	v := &variants{given: p, reached: make([]bool, n), works: make([]bool, n), hidden: make([]map[int]bool, n)}
	t := newTable(&plan{given: p})
	seen := map[string]variant{} // by the cases that are laid over
	for row := 0; row < len(t.plans); row += len(t.steps) {
		attempts := 1 // that a call of this row can make
		for step, from := range t.steps {
			if from > attempts {
				break
			}
			applied := t.applied(row, step)
			key := fmt.Sprint(applied)
			one, found := seen[key]
			if !found {
				one = layCases(p, applied)
				seen[key] = one
				v.reach(one)
			}
			attempts = max(attempts, one.attemptsFrom(from, t.steps, step))
		}
	}
	slices.SortStableFunc(v.all, func(a, b variant) int { return len(a.applied) - len(b.applied) })
	for _, one := range v.all {
		v.weigh(one)
	}
	return v
}

// reach notes a variant that some call meets.
func (v *variants) reach(one variant) {
	for _, i := range one.applied {
		v.reached[i] = true
	}
	if len(one.applied) > 0 {
		v.all = append(v.all, one)
	}
}

// layCases lays some of the policy's cases over it.
func layCases(p Policy, applied []int) variant {
	v := variant{applied: applied, policy: p, origin: map[string]int{}}
	v.policy.Cases = nil
	for _, i := range applied {
		for _, laid := range p.Cases[i].lay(&v.policy) {
			v.origin[laid.Path] = i
		}
		if p.Cases[i].Cost != 0 {
			v.origin[costPath] = i
		}
	}
	return v
}

// attemptsFrom is how many attempts a call can make that is in the step that begins with
// the attempt from, as far as this variant says.
func (v variant) attemptsFrom(from int, steps []int, step int) int {
	may := v.policy.Retry.MostAttempts()
	if step+1 < len(steps) {
		may = min(may, steps[step+1]) // from there on another one says
	}
	return max(from, may)
}

// weigh notes which cases make a difference in a variant, and which are laid over.
func (v *variants) weigh(one variant) {
	p, cost := v.given, 1
	for _, i := range one.applied {
		all := p.Cases[i].lay(&p)
		if c := p.Cases[i].Cost; c != 0 && p.Rate.On() {
			all, cost = append(all, plain.Laid{Path: costPath, Changed: c != cost}), c
		}
		for _, laid := range all {
			switch by := one.origin[laid.Path]; {
			case !laid.Changed:
			case by == i:
				v.works[i] = true
			case v.hidden[i] == nil:
				v.hidden[i] = map[int]bool{by: true}
			default:
				v.hidden[i][by] = true
			}
		}
	}
}

// idle says why a case changes no call, if it does not.
func (v *variants) idle(i int) (fuseboard.Problem, bool) {
	p := fuseboard.Problem{Path: casePathOf(i), Warning: true}
	switch {
	case v.works[i]:
		return p, false
	case !v.reached[i]:
		p.Code, p.Path = codeNeverReached, p.Path+".attempt"
		p.Value, p.Message = fmt.Sprint(v.given.Cases[i].Attempt), "is more attempts than any call of this case makes"
		p.Fix = "raise retry.attempts, or lower attempt"
	case v.hidden[i] != nil:
		p.Code, p.Message = codeOverlaid, "never decides: "+namesOfCases(slices.Sorted(maps.Keys(v.hidden[i])))+" later in the list set the same fields for its calls"
		p.Fix = "move it behind them, or remove it"
	default:
		p.Code, p.Message = codeNoDifference, "changes no call: what it sets is what its calls have anyway"
		p.Fix = "remove it, or set another value"
	}
	return p, true
}

// blame tells a problem of a variant as one of the case with which it begins.
func (v *variants) blame(one variant, p fuseboard.Problem) (last int, told fuseboard.Problem) {
	before := one.applied[:len(one.applied)-1]
	last = one.applied[len(one.applied)-1]
	for n := range one.applied {
		if slices.Contains(layCases(v.given, one.applied[:n+1]).policy.problemsWithoutCases(), p) {
			before, last = one.applied[:n], one.applied[n]
			break
		}
	}
	return last, v.told(last, before, p)
}

// told is a problem of the policy as one of a case, which is laid over those before.
func (v *variants) told(i int, before []int, p fuseboard.Problem) fuseboard.Problem {
	over, what := "", p.Path
	if len(before) > 0 {
		over = "laid over " + namesOfCases(before) + ": "
	}
	if v.sets(i, p.Path) {
		p.Path, p.Message = casePathOf(i)+"."+casePath(p.Path), over+p.Message
		return p
	}
	if p.Value != "" {
		what += " = " + p.Value
	}
	p.Path, p.Value, p.Message = casePathOf(i), "", over+what+": "+p.Message
	return p
}

// problemsBeside is what is wrong with a variant and not with the policy.
func (v variant) problemsBeside(found Problems) Problems {
	return slices.DeleteFunc(v.policy.problemsWithoutCases(), func(p fuseboard.Problem) bool {
		return p.Code == codeEmpty || slices.Contains(found, p)
	})
}

// sets reports whether the case sets the field at the path, or something in it.
func (v *variants) sets(i int, path string) bool {
	p := v.given
	return slices.ContainsFunc(v.given.Cases[i].lay(&p), func(l plain.Laid) bool {
		rest, at := strings.CutPrefix(path, l.Path)
		return at && (rest == "" || rest[0] == '[' || rest[0] == '.')
	})
}

// namesOfCases joins the paths of cases.
func namesOfCases(all []int) string {
	names := make([]string, len(all))
	for n, i := range all {
		names[n] = casePathOf(i)
	}
	return strings.Join(names, " and ")
}
