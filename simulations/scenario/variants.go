// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// AsWritten is the name of the variant that has the policies under test.
const AsWritten = "as written"

// Variants lists what is run over every seed: the policies under test first (changed by set, as flags do), then every baseline,
// "without each section" written out. Each has what it reads: Policies with all sources and the Set that they and its own set make;
// nothing where there are no policies. What set changes is changed in those baselines too that are made of the policies under test. Errors are
// those of set, and of more than 40 variants; a section that others need is not left out by itself, which is a warning.
func (s *Scenario) Variants(set []string) ([]Baseline, config.Problems) {
	v := variants{s: s}
	first := v.made(Baseline{Name: AsWritten, Set: set})
	v.list = append(v.list, first)
	if v.found.Err() != nil {
		return nil, v.found
	}
	for _, b := range s.Baselines {
		switch {
		case b.Name == eachSection:
			v.each(first)
			continue
		case !b.None && b.Policies.Sources == nil:
			b.Set = slices.Concat(set, b.Set)
		}
		v.add(v.made(b))
	}
	if len(v.list) > mostVariants+1 {
		v.found = append(v.found, config.Problem{Problem: fuseboard.Problem{
			Path: "baselines", Code: CodeTooMany, Message: "make too many variants of the policies", Accepted: "at most " + strconv.Itoa(mostVariants),
			Fix: "name those that are to be compared: without payments.retry",
		}})
	}
	if v.found.Err() != nil {
		return nil, v.found
	}
	return v.list, v.found
}

// variants collects them.
type variants struct {
	s     *Scenario
	list  []Baseline
	found config.Problems
}

// add adds a variant, unless there is one of that name.
func (v *variants) add(b Baseline) {
	if !slices.ContainsFunc(v.list, func(o Baseline) bool { return o.Name == b.Name }) {
		v.list = append(v.list, b)
	}
}

// made reads the policies of a variant.
func (v *variants) made(b Baseline) Baseline {
	b.Set = slices.Clone(b.Set)
	if b.None {
		b.Policies = Policies{}
		return b
	}
	if b.Policies.Sources == nil {
		b.Policies = v.s.Policies
	}
	if len(b.Set) == 0 {
		return b
	}
	var found config.Problems
	b.Policies.Set, found = config.Read(b.Policies.Sources, config.Options{Flags: b.Set})
	v.found = append(v.found, found.Errors()...)
	return b
}

// each adds a variant for each section that is on.
func (v *variants) each(of Baseline) {
	for _, name := range v.s.protected() {
		for _, section := range sectionsOf(of.Policies.Set, name) {
			if len(v.list) > mostVariants+1 {
				return // which is told
			}
			b := Baseline{Name: withoutWord + name + "." + section, Set: slices.Concat(of.Set, []string{quoted(name) + "." + section + "=off"})}
			var found config.Problems
			b.Policies = of.Policies
			if b.Policies.Set, found = config.Read(of.Policies.Sources, config.Options{Flags: b.Set}); found.Err() == nil {
				_, found = b.Policies.Set.Resolve(name, config.Layers{})
			}
			if errs := found.Errors(); len(errs) > 0 {
				v.found = append(v.found, config.Problem{Problem: fuseboard.Problem{
					Path: "baselines", Code: CodeNeedless, Message: b.Name + " is left out, since other sections need it: " + errs[0].Message, Fix: "write a baseline that leaves out those too, by set", Warning: true,
				}})
				continue
			}
			v.add(b)
		}
	}
}

// protected are the dependencies that the policies under test say something of.
func (s *Scenario) protected() (names []string) {
	for _, d := range s.Dependencies {
		if s.Policies.Set != nil && s.Policies.Set.Has(d.Name) {
			names = append(names, d.Name)
		}
	}
	return names
}

// sectionsOf are the sections of a dependency's policy that are on, and can be off.
func sectionsOf(set *config.Set, name string) (on []string) {
	if set == nil || !set.Has(name) {
		return nil
	}
	resolved, _ := set.Resolve(name, config.Layers{})
	v := reflect.ValueOf(resolved.Policy)
	for i := range v.NumField() {
		field := v.Type().Field(i)
		section := field.Type.Kind() == reflect.Struct && field.Name != "Restart" || field.Type == reflect.TypeFor[[]actors.Case]()
		if section && !v.Field(i).IsZero() {
			on = append(on, plain.Name(field.Name))
		}
	}
	return on
}
