// SPDX-License-Identifier: Apache-2.0

package archtest

import (
	"fmt"
	"go/types"
	"testing"
)

// twins are types of rooms that must not import each other. A program that imports both
// converts one into the other, so their fields have to be alike.
var twins = []struct {
	from, to [2]string // room and type
	why      string
}{
	{
		[2]string{"config/live", "Numbers"},
		[2]string{"telemetry", "PolicyNumbers"},
		"who follows policy files does not know who shows it, and the program brings both together by a conversion",
	},
	{
		[2]string{"cluster", "Numbers"},
		[2]string{"telemetry", "FleetNumbers"},
		"who is in a fleet does not know who shows it, and the program brings both together by a conversion",
	},
}

func TestTwinsConvert(t *testing.T) {
	all := loadTypes(t)
	for _, w := range twins {
		from, to := named(all[w.from[0]].types, w.from[1]), named(all[w.to[0]].types, w.to[1])
		report(t, strange(from, to, w.why))
	}
}

// named is the type that the package exports under the name; nil for none.
func named(p *types.Package, name string) *types.TypeName {
	if p == nil {
		return nil
	}
	found, _ := p.Scope().Lookup(name).(*types.TypeName)
	return found
}

// strange complains of types that do not convert, or are not there.
func strange(from, to *types.TypeName, why string) []string {
	switch {
	case from == nil || to == nil:
		return []string{"a twin is not there: " + why}
	case !types.ConvertibleTo(from.Type(), to.Type()):
		return []string{fmt.Sprintf("%s.%s does not convert to %s.%s, name for name and type for type: %s",
			from.Pkg().Name(), from.Name(), to.Pkg().Name(), to.Name(), why)}
	}
	return nil
}

func TestTwinChecksCanFail(t *testing.T) {
	std := loadStandard(t)
	p := one(t, std, "package x\ntype A struct{ N int; On bool }\ntype B struct{ N int; On bool }\ntype C struct{ On bool; N int }\ntype D struct{ N uint; On bool }\n")
	a := named(p.types, "A")
	complains(t, strange(a, named(p.types, "B"), "alike"))
	complains(t, strange(a, named(p.types, "C"), "in order"), "x.A does not convert to x.C, name for name and type for type: in order")
	complains(t, strange(a, named(p.types, "D"), "of one type"), "x.A does not convert to x.D")
	complains(t, strange(a, named(p.types, "E"), "there"), "a twin is not there: there")
	complains(t, strange(named(nil, "A"), a, "there"), "a twin is not there: there")
}
