// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"math/bits"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// Condition is a condition that was read: a value that never changes, to be read by any
// goroutine. The zero Condition is none: it never holds. In text it is as [Parse] reads it.
type Condition struct{ root *node }

// IsZero reports whether there is no condition.
func (c Condition) IsZero() bool { return c.root == nil }

// Equal reports whether both say the same, in the same order.
func (c Condition) Equal(other Condition) bool { return c.String() == other.String() }

// Scope returns the scope of its narrowest signal: [Dependency] if any of them is of one.
func (c Condition) Scope() Scope {
	if c.mentions(func(s *Signal) bool { return s.Scope == Dependency }) {
		return Dependency
	}
	return Host
}

// Signals returns the names of the signals that it compares, in the order of the table.
func (c Condition) Signals() []string {
	var names []string
	for i := range signals {
		if c.mentions(func(s *Signal) bool { return s == &signals[i] }) {
			names = append(names, signals[i].Name)
		}
	}
	return names
}

func (c Condition) mentions(is func(*Signal) bool) bool {
	return c.root != nil && c.root.within(func(n *node) bool {
		return (n.form == compare || n.form == word) && is(&signals[n.signal])
	})
}

// String returns the condition as [Parse] reads it, in one way for each: single spaces, no
// needless parentheses. Empty for none.
func (c Condition) String() string {
	if c.root == nil {
		return ""
	}
	return c.root.String()
}

// MarshalText returns what String does.
func (c Condition) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads a condition as [Parse] does; an empty text is none. On an error c
// keeps its value.
func (c *Condition) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*c = Condition{}
		return nil
	}
	read, err := Parse(string(text))
	if err == nil {
		*c = read
	}
	return err
}

// Holds judges the condition by one sample at a time of the wall clock, as if whatever it
// shows had always been so: for previews. A rule at work is a [Machine].
func (c Condition) Holds(wall time.Time, s Sample) Truth {
	if c.root == nil {
		return False
	}
	j := judgement{sample: s, wall: wall, always: true}
	return j.of(c.root)
}

func (n *node) String() string {
	switch n.form {
	case all:
		return n.list(" and ", some)
	case some:
		return n.list(" or ")
	case not:
		return "not " + n.kids[0].wrapped(all, some)
	case hold:
		return n.kids[0].wrapped(all, some, not, hold) + " for " + plain.Duration(n.hold)
	case compare:
		return signals[n.signal].Name + " " + opWords[n.op] + " " + signals[n.signal].text(n.level)
	case word:
		return signals[n.signal].Name + " is " + n.wordList()
	case clock:
	}
	return n.window.String()
}

// list writes the kids; those of the given forms in parentheses.
func (n *node) list(between string, wrap ...form) string {
	parts := make([]string, len(n.kids))
	for i, k := range n.kids {
		parts[i] = k.wrapped(wrap...)
	}
	return strings.Join(parts, between)
}

func (n *node) wrapped(forms ...form) string {
	for _, f := range forms {
		if n.form == f {
			return "(" + n.String() + ")"
		}
	}
	return n.String()
}

// wordList writes the words that it may be, or those that it may not if they are fewer.
func (n *node) wordList() string {
	all := signals[n.signal].Words
	prefix, words := "", n.words
	if bits.OnesCount32(words)*2 > len(all) {
		prefix, words = "not ", words^(1<<len(all)-1)
	}
	var list []string
	for i, w := range all {
		if words&(1<<i) != 0 {
			list = append(list, w)
		}
	}
	return prefix + strings.Join(list, ",")
}
