// SPDX-License-Identifier: Apache-2.0

package fuseboard

import (
	"fmt"
	"strings"
)

// Problem is one thing wrong with a policy, said so that the reader can mend it
// without opening the documentation.
type Problem struct {
	// Path is the field, as in policy files: "retry.backoff.base".
	Path string
	// Code is stable and short, for tools and searches: "out-of-range".
	Code string
	// Value is what was given, in natural units ("-3", "2h"); may be empty.
	Value string
	// Message says what is wrong: "must not be negative".
	Message string
	// Accepted is the accepted range or set: "0 to 1m"; may be empty.
	Accepted string
	// Fix says what to do; may be empty when Accepted says it.
	Fix string
	// Warning marks a policy that works but probably not as meant. It stops nothing.
	Warning bool
}

// Error returns the problem in one line: path, value, message, range, fix and code.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.Path)
	if p.Value != "" {
		fmt.Fprintf(&b, " = %s", p.Value)
	}
	fmt.Fprintf(&b, ": %s", p.Message)
	if p.Accepted != "" {
		fmt.Fprintf(&b, " (accepted: %s)", p.Accepted)
	}
	if p.Fix != "" {
		fmt.Fprintf(&b, "; %s", p.Fix)
	}
	if p.Code != "" {
		fmt.Fprintf(&b, " [%s]", p.Code)
	}
	return b.String()
}

// Problems is everything wrong with one policy, errors and warnings together,
// in the order of the policy's fields.
type Problems []Problem

// Error lists every problem, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Errors returns the problems that stop a policy from being used.
func (ps Problems) Errors() Problems { return ps.filter(false) }

// Warnings returns the problems that do not.
func (ps Problems) Warnings() Problems { return ps.filter(true) }

// Err returns the errors among ps as one error, or nil when there are only
// warnings or nothing.
func (ps Problems) Err() error {
	if errs := ps.Errors(); len(errs) > 0 {
		return errs
	}
	return nil
}

// Under returns the problems with prefix and a dot before each path.
func (ps Problems) Under(prefix string) Problems {
	out := make(Problems, len(ps))
	for i, p := range ps {
		p.Path = strings.TrimSuffix(prefix+"."+p.Path, ".")
		out[i] = p
	}
	return out
}

func (ps Problems) filter(warning bool) Problems {
	var out Problems
	for _, p := range ps {
		if p.Warning == warning {
			out = append(out, p)
		}
	}
	return out
}
