// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"bytes"
	"slices"
	"strings"
)

// nothingLeft takes a field away.
const nothingLeft = "null"

// value is a field of a policy, as a file says it.
type value struct{ path, text string }

// values are fields in the order in which they are written.
type values []value

func (v values) with(path, text string) values {
	if i := v.find(path); i >= 0 {
		v[i].text = text
		return v
	}
	return append(v, value{path, text})
}

func (v values) find(path string) int {
	return slices.IndexFunc(v, func(one value) bool { return one.path == path })
}

// over is what has to be said over what is said already, for the result to be v.
func (v values) over(base values) (out values) {
	for _, one := range v {
		if i := base.find(one.path); i < 0 || base[i].text != one.text {
			out = append(out, one)
		}
	}
	for _, one := range base {
		if v.find(one.path) < 0 {
			out = append(out, value{one.path, nothingLeft})
		}
	}
	return out
}

// entry is a profile or a dependency of the result.
type entry struct {
	name   string
	over   []string // extends or profiles
	values values
	whole  values // with those of the profiles
}

// widest is how long a line of the result may be.
const widest = 100

// write writes an entry, indented as it stands under profiles or dependencies.
func (e entry) write(b *bytes.Buffer, over string) {
	b.WriteString("  " + quoted(e.name) + ":")
	if len(e.over)+len(e.values) == 0 {
		b.WriteString(" {}\n")
		return
	}
	b.WriteString("\n")
	if len(e.over) > 0 {
		b.WriteString("    " + over + ": [" + strings.Join(e.over, ", ") + "]\n")
	}
	for _, section := range e.values.sections() {
		fields := e.values.of(section)
		if line := "    " + section + ": " + fields.flow(); len(line) <= widest {
			b.WriteString(line + "\n")
			continue
		}
		b.WriteString("    " + section + ":\n")
		for _, name := range fields.sections() {
			b.WriteString("      " + name + ": " + fields.of(name).flow() + "\n")
		}
	}
}

// sections are the first names of the paths, each once.
func (v values) sections() (names []string) {
	for _, one := range v {
		name, _, _ := strings.Cut(one.path, ".")
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// of are the fields of a section, by their names in it.
func (v values) of(section string) (out values) {
	for _, one := range v {
		switch name, rest, _ := strings.Cut(one.path, "."); {
		case name == section && rest != "":
			out = append(out, value{rest, one.text})
		case name == section:
			out = append(out, value{"", one.text})
		}
	}
	return out
}

// flow writes the fields in braces, or the one value itself.
func (v values) flow() string {
	if len(v) == 1 && v[0].path == "" {
		return v[0].text
	}
	var all []string
	for _, name := range v.sections() {
		all = append(all, name+": "+v.of(name).flow())
	}
	return "{" + strings.Join(all, ", ") + "}"
}

// quoted writes a name so that YAML takes it for a text.
func quoted(name string) string {
	word := strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-") == "" && name[0] >= 'a' && name[0] <= 'z'
	if word && !slices.Contains([]string{"null", "true", "false", "yes", "no", "on", "off", "y", "n"}, name) {
		return name
	}
	return `"` + name + `"`
}
