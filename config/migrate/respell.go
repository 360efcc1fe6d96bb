// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"encoding"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// letters is a name without what spelling may put between its words.
func letters(name string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(name))
}

// respelt returns the one of names that is given in whatever spelling, or "".
func respelt(given string, names []string) string {
	if i := slices.IndexFunc(names, func(name string) bool { return letters(name) == letters(given) }); i >= 0 {
		return names[i]
	}
	return ""
}

// respeller finds the names of a tree that are ours in another spelling.
type respeller struct {
	notes   *notes
	edits   []edit
	version bool // the file has one
}

// name returns what a member is called with us, and has it written so.
func (r *respeller) name(path string, in plain.Node, m plain.Member, names []string) string {
	name := respelt(m.Name, names)
	if name == "" || name == m.Name {
		return name
	}
	if slices.ContainsFunc(in.Members, func(o plain.Member) bool { return o.At != m.At && letters(o.Name) == letters(name) }) {
		r.notes.add(m.At, fuseboard.Problem{
			Path: plain.Below(path, m.Name), Code: CodeByHand, Message: "stands beside the same name in another spelling", Fix: "keep one of them, as " + name,
		}, 0)
		return name
	}
	r.edits = append(r.edits, replace(m.At, m.Name, name))
	r.notes.add(m.At, fuseboard.Problem{
		Path: plain.Below(path, m.Name), Code: CodeRenamed, Message: "was written as " + name, Warning: true,
	}, 0)
	return name
}

// file reads the parts of a file.
func (r *respeller) file(tree plain.Node) {
	for _, m := range tree.Members {
		switch part := r.name("", tree, m, parts); part {
		case "apiVersion":
			r.version = true
			if m.Value.Word != config.APIVersion {
				r.notes.add(m.At, fuseboard.Problem{Path: part, Code: CodeVersion, Message: "has no version", Fix: "write " + config.APIVersion}, 0)
			}
		case "defaults":
			r.entry(part, m.Value)
		case "profiles", "dependencies":
			r.policies(part, m.Value)
		case "rules":
			for _, rule := range m.Value.Members {
				for _, field := range rule.Value.Members {
					r.name(plain.Below(part, rule.Name), rule.Value, field, []string{"when", "until", "profiles", "dependencies"})
				}
			}
		}
	}
}

// policies reads policies by their names.
func (r *respeller) policies(path string, tree plain.Node) {
	for _, m := range tree.Members {
		r.entry(plain.Below(path, m.Name), m.Value)
	}
}

// entry reads a policy, and what a file can say beside it.
func (r *respeller) entry(path string, tree plain.Node) {
	beside := []string{"extends", "profiles", "operations"}
	for _, m := range tree.Members {
		if name := r.name(path, tree, m, beside); name == "operations" {
			for _, o := range m.Value.Members {
				r.policy(plain.Below(plain.Below(path, name), o.Name), o.Value, caseType)
			}
		}
	}
	r.policy(path, tree, policyType)
}

// policy reads the fields of a section.
func (r *respeller) policy(path string, tree plain.Node, of reflect.Type) {
	names := fieldNames(of)
	for _, m := range tree.Members {
		name := r.name(path, tree, m, names)
		if i := slices.Index(names, name); i >= 0 {
			r.value(plain.Below(path, name), m.Value, of.Field(i).Type)
		}
	}
}

func (r *respeller) value(path string, n plain.Node, of reflect.Type) {
	switch {
	case of == reflect.TypeFor[time.Duration]():
		r.time(path, n)
	case reflect.PointerTo(of).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
	case of.Kind() == reflect.Struct:
		r.policy(path, n, of)
	case of.Kind() == reflect.Map:
		for _, m := range n.Members {
			r.value(plain.Below(path, m.Name), m.Value, of.Elem())
		}
	case of.Kind() == reflect.Slice:
		for i, item := range n.Items {
			r.value(plain.At(path, i), item, of.Elem())
		}
	}
}

// time tells of a number where a time is wanted: in which unit, only its author knows.
func (r *respeller) time(path string, n plain.Node) {
	if v, err := strconv.ParseFloat(n.Word, 64); n.Form != plain.Numeral || err != nil || v == 0 {
		return
	}
	r.notes.add(n.At, fuseboard.Problem{
		Path: path, Code: CodeUnit, Value: n.Word, Message: "is a time without a unit",
		Fix: "write " + n.Word + "ms, " + n.Word + "s, or what it means (encoding/json writes a time.Duration in ns)",
	}, 0)
}

// dependencyName is a name that a dependency may have, made of another one: "backendA" is "backend-a".
func dependencyName(given string) string {
	kebab := strings.ReplaceAll(plain.Name(strings.TrimSpace(given)), "_", "-")
	if strings.Contains(given, "_") { // words are parted already
		kebab = strings.ToLower(given)
	}
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' || r == '.' || r == '-' {
			return r
		}
		return '-'
	}, kebab)
	for strings.Contains(name, "--") {
		name = strings.ReplaceAll(name, "--", "-")
	}
	name = strings.Trim(name, "-_.")
	return strings.TrimRight(name[:min(len(name), 63)], "-_.")
}
