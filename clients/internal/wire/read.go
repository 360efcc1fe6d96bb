// SPDX-License-Identifier: Apache-2.0

package wire

import (
	"net/http"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Read returns what the headers of a request say: Meta, and what was left of the
// deadline if has. What cannot be used counts as not said; a deadline too long to be
// meant counts as LongestDeadline. The attempt is the caller's, or the mesh's where
// the caller tells none.
func Read(h http.Header) (m fuseboard.Meta, left time.Duration, has bool) {
	ms, has := number(first(h, HeaderDeadline), LongestDeadline.Milliseconds())
	left = time.Duration(ms) * time.Millisecond
	m.Priority = priority(first(h, HeaderPriority))
	if v := first(h, HeaderTenant); fits(v) {
		m.Tenant = v
	}
	if v := first(h, HeaderRequest); fits(v) {
		m.Request = v
	}
	if m.Attempt = attempt(first(h, HeaderAttempt)); m.Attempt == 0 {
		m.Attempt = attempt(first(h, HeaderMeshAttempt))
	}
	m.Chain = chain(h[HeaderChain])
	return m, left, has
}

// Repeats returns how often hops further in have repeated attempts for a response:
// the most that a Fuseboard server or a mesh tells, 0 to MostRepeats.
func Repeats(h http.Header) int {
	told, _ := number(first(h, HeaderRepeats), MostRepeats)
	mesh, _ := number(first(h, HeaderMeshAttempt), MostRepeats+1)
	return int(max(told, mesh-1, 0))
}

// first is Get for a canonical name, without white space around it.
func first(h http.Header, canonical string) string {
	if v := h[canonical]; len(v) > 0 {
		return strings.TrimSpace(v[0])
	}
	return ""
}

func priority(v string) fuseboard.Priority {
	for p := fuseboard.Sheddable; p <= fuseboard.Critical; p++ {
		if strings.EqualFold(v, p.String()) {
			return p
		}
	}
	return fuseboard.Normal
}

func attempt(v string) int {
	n, ok := number(v, MostAttempts+1)
	if !ok || n > MostAttempts {
		return 0
	}
	return int(n)
}

// chain reads the names of all lines, innermost last, and keeps the innermost.
func chain(lines []string) (names []string) {
	for i := len(lines) - 1; i >= 0; i-- {
		for rest := lines[i]; rest != "" && len(names) < LongestChain; {
			var name string
			at := strings.LastIndexByte(rest, ',')
			rest, name = rest[:max(at, 0)], rest[at+1:]
			if name = strings.TrimSpace(name); isName(name) {
				names = append(names, name)
			}
		}
	}
	for i, j := 0, len(names)-1; i < j; i, j = i+1, j-1 {
		names[i], names[j] = names[j], names[i]
	}
	return names
}
