// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Codes of the problems of the operations that cases name.
const (
	codeOpName    = "name"
	codeManyOps   = "too-many-operations"
	codeManyPairs = "too-many-combinations"
	codeNotBound  = "operation-not-bound"
)

const (
	mostOperations = 64 // that a case may name

	// maxPairs is how many combinations of operations and tenants the cases of a policy may make.
	// Operations that the same cases name count once. Each pair is a row for each priority, and each row has
	// a plan for each step: so a table has at most 512 x 4 x 10 places of 8 bytes, and to judge as many
	// different plans takes about a second.
	maxPairs = 512
)

// checkOperations judges the names of the operations that the case is for.
func (c Case) checkOperations(k *plain.Check) {
	if n := len(c.Operations); n > mostOperations {
		k.Add(fuseboard.Problem{
			Path: "operations", Code: codeManyOps, Value: strconv.Itoa(n), Message: "are more operations than a case may name",
			Accepted: "at most " + strconv.Itoa(mostOperations), Fix: "name only those that differ; what all have belongs into the policy itself",
		})
		return
	}
	for i, op := range c.Operations {
		path := fmt.Sprintf("operations[%d]", i)
		if !isName(op) {
			k.Add(fuseboard.Problem{
				Path: path, Code: codeOpName, Value: fmt.Sprintf("%.80q", op), Message: "is no name of an operation",
				Accepted: acceptedNames, Fix: "write the name that was given to Bind",
			})
		} else if slices.Index(c.Operations, op) < i {
			k.Add(fuseboard.Problem{Path: path, Code: codeTwice, Value: op, Message: "is named twice", Fix: "remove one", Warning: true})
		}
	}
}

// tooManyPairs finds cases whose operations and tenants make more rows than a table may have.
func (p Policy) tooManyPairs() (fuseboard.Problem, bool) {
	ops, by := operationsOf(p.Cases)
	kinds, tenants := map[string]bool{"": true}, map[string]bool{"": true}
	for _, op := range ops {
		kinds[fmt.Sprint(by[op])] = true
	}
	for _, c := range p.Cases {
		tenants[c.Tenant] = true
	}
	pairs := len(kinds) * len(tenants)
	return fuseboard.Problem{
		Path: "cases", Code: codeManyPairs, Value: strconv.Itoa(pairs),
		Message: fmt.Sprintf("name operations of %s and %s, which are more combinations than a policy may have",
			plain.Count(len(kinds)-1, "kind", "kinds"), plain.Count(len(tenants)-1, "tenant", "tenants")),
		Accepted: "at most " + strconv.Itoa(maxPairs) + ", those that no case names counted as one more of each",
		Fix:      "name operations that are alike in one case; a Keyring gives each tenant a guard of its own",
	}, len(ops) > 0 && pairs > maxPairs
}

// unbound warns of the operations that cases name and that nobody has bound, once something is bound.
func (g *Guard) unbound(p Policy) (warnings Problems) {
	ops, by := operationsOf(p.Cases)
	bound := g.operations()
	if len(ops) == 0 || len(bound) == 0 {
		return nil
	}
	var names []string
	for _, o := range bound {
		if o.name != "" {
			names = append(names, o.name)
		}
	}
	slices.Sort(names)
	for _, op := range ops {
		if slices.Contains(names, op) {
			continue
		}
		for _, i := range by[op] {
			warnings = append(warnings, notBound(op, fmt.Sprintf("%s.operations[%d]", casePathOf(i), slices.Index(p.Cases[i].Operations, op)), names))
		}
	}
	return warnings
}

// mostBound is how many of the operations that are bound are named beside one that is not.
const mostBound = 16

func notBound(op, path string, names []string) fuseboard.Problem {
	p := fuseboard.Problem{
		Path: path, Code: codeNotBound, Value: op, Warning: true, Message: "no operation " + op + " is bound, so the case is for none of its calls",
		Fix: "bind it, or write the name of one that is bound",
	}
	switch {
	case len(names) == 0:
		p.Message += "; the only one that is bound has no name"
		p.Fix = "bind it with Bind, or leave operations out: a case that names none is for all calls"
	case len(names) > mostBound:
		p.Message += fmt.Sprintf("; bound are %s and %d more", strings.Join(names[:mostBound], ", "), len(names)-mostBound)
	default:
		p.Message += "; bound are " + strings.Join(names, ", ")
	}
	if near, found := plain.Nearest(op, names); found {
		p.Fix = "did you mean " + near + "?"
	}
	return p
}
