// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// longestName is the most letters of a name, as actors.Protect has it.
const longestName = 63

const (
	acceptedNames    = "1 to 63 of a-z 0-9 _ . -, beginning with a letter or digit"
	acceptedPatterns = acceptedNames + "; * stands for any letters and ? for one"
)

// isName reports whether s is a name, with wildcards or without, as actors.Protect accepts those without.
func isName(s string, wildcards bool) bool {
	for i := range len(s) {
		sign := i > 0 && strings.IndexByte("_.-", s[i]) >= 0 || wildcards && strings.IndexByte("*?", s[i]) >= 0
		if !isAlphanumeric(s[i]) && !sign {
			return false
		}
	}
	return s != "" && len(s) <= longestName
}

func isAlphanumeric(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }

// isName reports whether the member is named as it may, or tells of it.
func (r *reader) isName(path, what string, m plain.Member) bool {
	accepted := acceptedNames
	if what == "dependency" {
		accepted = acceptedPatterns
	}
	if isName(m.Name, what == "dependency") {
		return true
	}
	p := fuseboard.Problem{Path: path, Code: CodeName, Message: "is not a name for a " + what, Accepted: accepted, Fix: "choose a name of small letters"}
	if better := betterName(m.Name); isName(better, what == "dependency") {
		p.Fix = "write " + better
	}
	r.add(flaw{at: m.At, length: r.lengthOf(m.Name, m.At), Problem: p})
	return false
}

// betterName is a name that is near to one that is none.
func betterName(s string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '/' || r == ':':
			return '-'
		default:
			return r
		}
	}, strings.ToLower(s)), "-_.")
}

// got says in words what stands there.
func got(n plain.Node) string {
	switch n.Form {
	case plain.Null:
		if n.Word == emptyWord {
			return "nothing"
		}
		return "null"
	case plain.Text:
		return "the text " + plain.Shorten(n.Word)
	case plain.List:
		return "a list"
	case plain.Object:
		return "an object"
	default:
		return plain.Shorten(n.Word)
	}
}

// given is what stands there, as Problem.Value has it: nothing of a list or an object.
func given(n plain.Node) string {
	switch n.Form {
	case plain.List, plain.Object:
		return ""
	case plain.Text:
		return plain.Shorten(n.Word)
	default:
		return got(n)
	}
}

// unknownPart tells of a name at the top of a file that no part has.
func (r *reader) unknownPart(m plain.Member) {
	p := fuseboard.Problem{
		Path: plain.Below("", m.Name), Code: CodeUnknown, Message: "is not a part of a policy file", Accepted: strings.Join(parts, ", "),
	}
	near, found := nearest(m.Name, parts)
	switch {
	case isField(policyType, m.Name):
		p.Accepted, p.Message = "", "is a section of a policy, and stands at the top of the file"
		p.Fix = "put it under defaults, a profile, or a dependency by its name"
	case m.Name == "kind" || m.Name == "metadata" || m.Name == "spec":
		p.Accepted, p.Fix = "", "remove it: a policy file is no resource of Kubernetes, only its apiVersion is named alike"
	case found:
		p.Fix = "did you mean " + near + "?"
	case isPolicy(m.Value):
		p.Accepted, p.Fix = "", "a dependency's policy stands under dependencies, indented by two spaces"
	default:
		p.Fix = "remove it, or put it where it belongs"
	}
	r.add(flaw{at: m.At, Problem: p})
}

// isPolicy reports whether an object has the sections of a policy, and nothing else.
func isPolicy(n plain.Node) bool {
	return n.Form == plain.Object && len(n.Members) > 0 && !slices.ContainsFunc(n.Members, func(m plain.Member) bool {
		return !isField(policyType, m.Name) && m.Name != "profiles" && m.Name != "operations" && m.Name != "extends"
	})
}

// nearest is plain.Nearest, whatever the capitals.
func nearest(given string, names []string) (string, bool) {
	for _, name := range names {
		if strings.EqualFold(strings.NewReplacer("-", "", "_", "", " ", "").Replace(given), strings.ReplaceAll(name, "_", "")) {
			return name, true
		}
	}
	return plain.Nearest(given, names)
}
