// SPDX-License-Identifier: Apache-2.0

package schemagen

import (
	"reflect"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/config/rule"
	"github.com/fuseboard/fuseboard/internal/plain"
)

const (
	schemaID = "https://raw.githubusercontent.com/fuseboard/fuseboard/main/config/schema.json"

	namePattern     = `^[a-z0-9][a-z0-9_.-]{0,62}$`
	wildcardPattern = `^[a-z0-9*?][a-z0-9_.*?-]{0,62}$`
	classPattern    = `^[a-z0-9-]{1,64}$`
)

func ref(name string) object { return object{{"$ref", "#/$defs/" + name}} }

// both describes a value for editors that read Markdown and those that do not.
func (o object) both(markdown string) object {
	return o.with("description", shortly(markdown)).with("markdownDescription", markdown)
}

// schema is the schema of a whole file.
func (g *generator) schema(t *testing.T) object {
	t.Helper()
	defs := g.sections(t)
	defs = append(defs, g.words()...)
	defs = append(defs, parts()...)
	return object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"$id", schemaID},
		{"title", "Fuseboard policy file"},
		{"description", "How the dependencies of a program are protected. Generated from the code: go test ./config/internal/schemagen -rewrite"},
		{"type", "object"},
		{"additionalProperties", false},
		{"required", []string{"apiVersion"}},
		{"properties", topLevel()},
		{"$defs", defs},
	}
}

func topLevel() object {
	named := func(pattern, value string) object {
		return object{
			{"type", []string{"object", "null"}},
			{"propertyNames", object{{"pattern", pattern}}},
			{"additionalProperties", ref(value)},
		}
	}
	return object{
		{"apiVersion", object{{"const", config.APIVersion}}.both("The version of this vocabulary: `" + config.APIVersion + "`.")},
		{"defaults", ref("defaults")},
		{"profiles", named(namePattern, "profile").both("Parts of policies by name. Entries of `dependencies`, other profiles and `rules` use them.")},
		{"dependencies", named(wildcardPattern, "dependency").both("What is said of each dependency, by the name that the program gives it. In a name `*` stands for any letters and `?` for one: such an entry lies under those with more letters of their own, and under the exact name.")},
		{"rules", named(namePattern, "rule").both("Profiles that are on while a condition holds, in the order in which they lie over each other.")},
		{"force", object{{"anyOf", []object{
			{{"type", "array"}, {"items", object{{"type", "string"}, {"pattern", `^[^=]+\.[^=]+(=.*)?$`}}}},
			{{"type", "null"}},
		}}, {"examples", []any{[]string{"payments.bulkhead.concurrency"}}}}.both("Changes that would be refused and are meant, as `name.path` or `name.path=value`: one that cuts permits or rates by more than half, or turns a circuit off. Without a value it counts for the edit that brings it, and is to be removed then.")},
	}
}

// sections are the definitions of what a policy is made of, and of the policies themselves.
func (g *generator) sections(t *testing.T) (defs object) {
	t.Helper()
	policy := reflect.TypeFor[actors.Policy]()
	var fields object
	for i := range policy.NumField() {
		f := policy.Field(i)
		name := plain.Name(f.Name)
		defs = append(defs, member{name, g.described(t, place{}.below(name), policy, f)})
		fields = append(fields, member{name, ref(name)})
	}
	operations := object{
		{"type", []string{"object", "null"}},
		{"propertyNames", object{{"pattern", namePattern}}},
		{"additionalProperties", ref("operation")},
	}.both("What is otherwise for single operations, by their names: each becomes a case, after those of `cases`.")
	entry := func(over, meaning, overMeaning string) object {
		all := fields
		if over != "" {
			all = append(append(object{{over, ref("names").both(overMeaning)}}, fields...), member{"operations", operations})
		}
		return object{{"type", []string{"object", "null"}}, {"additionalProperties", false}, {"properties", all}}.both(meaning)
	}
	return append(defs,
		member{"operation", g.operation(t)},
		member{"defaults", entry("", "What lies under every dependency of the files.", "")},
		member{"profile", entry("extends", "A named part of policies.", "The profile, or profiles left to right, that this one lies over.")},
		member{"dependency", entry("profiles", "What is said of one dependency, or of all that match.", "The profile, or profiles left to right, that lie under what the entry says itself.")},
	)
}

// operation is what a case can say without saying of which calls.
func (g *generator) operation(t *testing.T) object {
	t.Helper()
	of := reflect.TypeFor[actors.Case]()
	mark := len(g.fields)
	all := object{}
	for _, name := range []string{"Deadline", "Retry", "MaxWait", "Cost"} {
		f, found := of.FieldByName(name)
		if !found {
			t.Fatalf("a case has no %s any more", name)
		}
		at := place{}.below("cases").item().below(plain.Name(name))
		at.list = false
		all = append(all, member{plain.Name(name), g.described(t, at, of, f)})
	}
	g.fields = g.fields[:mark]
	return removable(object{{"type", "object"}, {"additionalProperties", false}, {"properties", all}}, of, false).
		both("What is otherwise for calls of one operation.")
}

// words are the definitions of single values.
func (g *generator) words() object {
	return object{
		{"off", object{{"enum", []any{"off", nil, false}}}.both("Takes away what lower layers say of it.")},
		{"duration", object{
			{"anyOf", []object{{{"type", "string"}, {"pattern", durationPattern}}, {{"const", 0}}}},
			{"examples", []string{"800ms", "2s", "1m30s", "24h"}},
		}},
		{"class", object{{"type", "string"}, {"pattern", classPattern}, {"examples", classes()}}},
	}
}

// parts are the definitions of what is around policies.
func parts() object {
	var conditions, signals []string
	for _, s := range rule.Signals() {
		conditions = append(conditions, s.Example)
		signals = append(signals, "`"+s.Name+"`")
	}
	condition := func(meaning string) object {
		return object{{"type", "string"}, {"minLength", 1}, {"examples", conditions}}.both(meaning)
	}
	names := object{{"type", "string"}, {"pattern", namePattern}}
	patterns := object{{"type", "string"}, {"pattern", wildcardPattern}}
	oneOrMore := func(item object) object {
		return object{{"anyOf", []object{item, {{"type", "array"}, {"items", item}}, {{"type", "null"}}}}}
	}
	return object{
		{"names", oneOrMore(names)},
		{"patterns", oneOrMore(patterns)},
		{"some", object{{"anyOf", []object{names, {{"type", "array"}, {"items", names}, {"minItems", 1}}}}}},
		{"rule", object{
			{"type", "object"},
			{"additionalProperties", false},
			{"required", []string{"when", "profiles"}},
			{"properties", object{
				{"when", condition("When it begins: `" + rule.Signals()[0].Example + "`. Signals are " + strings.Join(signals, ", ") + ", `time` and `weekday`.")},
				{"until", condition("When it ends. Default: the opposite of `when`, with a margin of a tenth.")},
				{"profiles", ref("some").both("The profile, or profiles left to right, that are laid over the dependencies' own while the rule holds.")},
				{"dependencies", ref("patterns").both("For which dependencies: names, or patterns with `*` and `?`. Default: all of the files.")},
			}},
		}.both("Switches profiles on while a condition holds.")},
	}
}
