// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"
	"sync"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// kind says what a saying does.
type kind uint8

const (
	begins kind = iota // a section: sets nothing, and is where what its fields lack is told
	sets               // a field
	takes              // a section or a field away
)

// saying is what one place says of one field or section. All that is said of a dependency is a list of them,
// lowest first.
type saying struct {
	kind kind
	// path is the field's in a policy, or below operations: "operations.charge.retry.attempts".
	path string
	// home is the path of what says it: "dependencies.payments".
	home string
	// operation is the one that it is of; empty for all.
	operation string
	value     plain.Node
	at        plain.Place // of the name of the field
	origin    Origin
}

// outlines are what a policy and an operation can say. Both are made of types, which do not change.
var outlines = sync.OnceValues(func() (policy, operation plain.Outline) {
	return plain.OutlineOf(actors.Policy{}), plain.OutlineOf(actors.Case{}).Without("priorities", "tenant", "attempt", "operations")
})

// speaker turns what one place says into sayings.
type speaker struct {
	pages  pages
	home   string
	origin Origin // without a place
	said   []saying
}

// of adds the sayings of a section of a file, without the profiles under it.
func (s *speaker) of(n plain.Node, operations []plain.Member) {
	policy, operation := outlines()
	s.object("", "", policy, n)
	for _, m := range operations {
		path := plain.Below("operations", m.Name)
		switch m.Value.Form {
		case plain.Null:
			s.add(takes, path, m.Name, m)
		case plain.Object:
			s.add(begins, path, m.Name, m)
			s.object(path, m.Name, operation, m.Value)
		default: // the reader tells of it
		}
	}
}

// object adds what an object says of a section. What the section has not, or has otherwise, is told by
// who reads the text.
func (s *speaker) object(path, operation string, o plain.Outline, n plain.Node) {
	for _, m := range n.Members {
		field, known := o.Field(m.Name)
		if !known {
			continue
		}
		below := plain.Below(path, m.Name)
		switch {
		case m.Value.Form == plain.Null:
			s.add(takes, below, operation, m)
		case field.Fields == nil:
			s.add(sets, below, operation, m)
		case m.Value.Form == plain.Object:
			s.add(begins, below, operation, m)
			s.object(below, operation, field, m.Value)
		}
	}
}

func (s *speaker) add(k kind, path, operation string, m plain.Member) {
	at := m.Value.At
	if k == begins || at.Line == 0 {
		at = m.At
	}
	s.said = append(s.said, saying{
		kind: k, path: path, home: s.home, operation: operation, value: m.Value, at: m.At,
		origin: s.pages.of(at, s.origin),
	})
}

// within reports whether path is the section's, or of a field in it.
func within(path, section string) bool {
	rest, found := strings.CutPrefix(path, section)
	return found && (rest == "" || section == "" || rest[0] == '.' || rest[0] == '[')
}

// above returns the path of the section, list or map that path is in; empty for an outermost one.
func above(path string) string {
	if strings.HasSuffix(path, `"]`) {
		if i := strings.LastIndex(path, `["`); i >= 0 {
			return path[:i]
		}
	}
	return path[:max(strings.LastIndexAny(path, ".["), 0)]
}
