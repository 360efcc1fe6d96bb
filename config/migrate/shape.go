// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"reflect"
	"slices"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// shape is what a file without a version is.
type shape uint8

const (
	nothing   shape = iota
	aFile           // it has the parts of a policy file
	policies        // it has policies by their names
	onePolicy       // it is a policy
)

var (
	policyType = reflect.TypeFor[actors.Policy]()
	caseType   = reflect.TypeFor[actors.Case]()
	parts      = []string{"apiVersion", "defaults", "profiles", "dependencies", "rules", "force"}
)

// shapeOf tells by the names of an object what it is; spelling does not matter.
func shapeOf(tree plain.Node) shape {
	sections := fieldNames(policyType)
	isPolicy := func(n plain.Node) bool {
		return n.Form == plain.Object && len(n.Members) > 0 && all(n.Members, func(m plain.Member) bool { return respelt(m.Name, sections) != "" })
	}
	hasPart := slices.ContainsFunc(tree.Members, func(m plain.Member) bool { return respelt(m.Name, parts) != "" })
	switch {
	case hasPart:
		return aFile
	case isPolicy(tree):
		return onePolicy
	case len(tree.Members) > 0 && all(tree.Members, func(m plain.Member) bool { return isPolicy(m.Value) }):
		return policies
	}
	return nothing
}

func all(members []plain.Member, is func(plain.Member) bool) bool {
	return !slices.ContainsFunc(members, func(m plain.Member) bool { return !is(m) })
}

// fieldNames are the names of the fields of a section in files.
func fieldNames(of reflect.Type) []string {
	names := make([]string, 0, of.NumField())
	for f := range of.Fields() {
		names = append(names, plain.Name(f.Name))
	}
	return names
}
