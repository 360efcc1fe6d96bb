// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// part is one YAML document of a source, and how many lines are before it.
type part struct {
	data   []byte
	before int
}

var parting = regexp.MustCompile(`(?m)^---[ \t]*(#.*)?\r?$`)

// documents are the documents of a source that say something: Spring reads several of one file.
func documents(data []byte) (docs []part) {
	from := 0
	add := func(to int) {
		if text := data[from:to]; says(text) {
			docs = append(docs, part{data: text, before: bytes.Count(data[:from], []byte("\n"))})
		}
	}
	for _, at := range parting.FindAllIndex(data, -1) {
		add(at[0])
		from = at[1]
	}
	add(len(data))
	return docs
}

// says reports whether a text has more than comments.
func says(text []byte) bool {
	_, body := top(text)
	return len(bytes.TrimSpace(body)) > 0
}

// springTree reads a document, with names such as a.b.c opened into objects.
func springTree(s config.Source, p part) (plain.Node, error) {
	// What stands before is left blank, so that places are those of the source.
	blank := append(bytes.Repeat([]byte("\n"), p.before), p.data...)
	tree, problems := config.Source{Name: s.Name, Data: blank}.Tree()
	if errs := problems.Errors(); len(errs) > 0 {
		return plain.Node{}, errs
	}
	return openNames(tree), nil
}

// openNames is the tree with every name with points opened: {a.b: 1} is {a: {b: 1}}. A name in brackets
// is one name: {"[a.b]": 1}.
func openNames(n plain.Node) plain.Node {
	out := n
	out.Members = nil
	for _, m := range n.Members {
		m.Value = openNames(m.Value)
		names := springNames(m.Name)
		for len(names) > 1 {
			last := len(names) - 1
			m.Value = plain.Node{Form: plain.Object, At: m.At, Members: []plain.Member{{Name: names[last], At: m.At, Value: m.Value}}}
			names = names[:last]
		}
		m.Name = names[0]
		out.Members = joined(out.Members, m)
	}
	return out
}

// joined adds a member: to the object of the same name, where there is one.
func joined(members []plain.Member, m plain.Member) []plain.Member {
	for i, before := range members {
		if before.Name != m.Name {
			continue
		}
		if before.Value.Form != plain.Object || m.Value.Form != plain.Object {
			members[i] = m // the later one counts
			return members
		}
		for _, inner := range m.Value.Members {
			members[i].Value.Members = joined(members[i].Value.Members, inner)
		}
		return members
	}
	return append(members, m)
}

// springNames are the parts of a name with points.
func springNames(name string) []string {
	var names []string
	for name != "" {
		if strings.HasPrefix(name, "[") && strings.Contains(name, "]") {
			inner, rest, _ := strings.Cut(name[1:], "]")
			names, name = append(names, inner), strings.TrimPrefix(rest, ".")
			continue
		}
		at := strings.IndexAny(name, ".[")
		if at < 0 || name[at] == '[' && !strings.Contains(name[at:], "]") {
			names, name = append(names, name), ""
			continue
		}
		names, name = append(names, name[:at]), strings.TrimPrefix(name[at:], ".")
	}
	if len(names) == 0 {
		return []string{""}
	}
	return names
}

// at returns the member of a path, in whatever spelling; what is there in several spellings is one.
func at(n plain.Node, path ...string) (found plain.Member, is bool) {
	for _, name := range path {
		var all []plain.Member
		for _, m := range n.Members {
			if letters(m.Name) == letters(name) {
				if len(all) > 0 {
					m.Name = all[0].Name
				}
				all = joined(all, m)
			}
		}
		if len(all) == 0 {
			return plain.Member{}, false
		}
		found, n = all[0], all[0].Value
	}
	return found, len(path) > 0
}

// forAProfile returns the Spring profile that a document is for, and "" where it is for all.
func forAProfile(tree plain.Node) (profile string, where plain.Place) {
	for _, path := range [][]string{{"spring", "config", "activate", "onprofile"}, {"spring", "profiles"}} {
		if m, found := at(tree, path...); found && m.Value.Form == plain.Text {
			return m.Value.Word, m.At
		}
	}
	return "", plain.Place{}
}

var placeholder = regexp.MustCompile(`^\$\{([^:}]+)(?::([^}]*))?\}$`)

// valued is a value with the default of its placeholder in its place.
func (c *conversion) valued(p property) (property, bool) {
	m := placeholder.FindStringSubmatch(strings.TrimSpace(p.value.Word))
	if p.value.Form != plain.Text || m == nil {
		return p, true
	}
	if m[2] == "" {
		c.note(p, CodeByHand, false, "is "+m[0]+", which only Spring knows", "write its value into the result, or set it by the environment (see docs/policy.md)")
		return p, false
	}
	c.note(p, CodeChanged, true, "is "+m[0]+"; its default "+m[2]+" was taken", "where the environment sets "+m[1]+", set the field by FUSEBOARD_SET__… (see docs/policy.md)")
	p.value.Word = m[2]
	return p, true
}

func (c *conversion) note(p property, code string, warning bool, message, fix string) {
	if p.builtin {
		return // nobody wrote it
	}
	c.notes.add(p.at, fuseboard.Problem{
		Path: p.path, Code: code, Value: plain.Shorten(p.value.Word), Message: message, Fix: fix, Warning: warning,
	}, 0)
}
