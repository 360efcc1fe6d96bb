// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// mostReads is how often policies are read of one scenario, those that are changed by set included: each time costs as much as
// the file is long.
const mostReads = 200

// policies reads a policy file's words, or the file that is named.
func (r *reader) policies(path string, n plain.Node) Policies {
	p := Policies{}
	switch n.Form {
	case plain.Null:
		return p
	case plain.Object:
		p.Sources = []config.Source{{Name: r.source.Name, Data: r.source.Data, Within: path}}
	case plain.Text:
		sources, found := r.policyFiles(path, n)
		if !found {
			r.broken[path] = true
			return p
		}
		p.File, p.Sources = n.Word, sources
	default:
		r.broken[path] = true
		r.add(r.word(n), fuseboard.Problem{
			Path: path, Code: CodeType, Value: given(n), Message: "want a policy file's words or its name, got " + got(n),
			Fix: "write dependencies: and policies under it, indented; or the name of a file: policies: fuseboard.yaml",
		})
		return p
	}
	if r.mayRead(path) {
		var found config.Problems
		p.Set, found = config.Read(p.Sources, config.Options{})
		r.found = append(r.found, found...)
		r.broken[path] = p.Set == nil
	}
	return p
}

// mayRead counts a reading of policies, and tells when there are too many.
func (r *reader) mayRead(path string) bool {
	if r.reads++; r.reads > mostReads {
		if !r.full {
			r.tell(fuseboard.Problem{Path: path, Code: CodeTooMany, Message: fmt.Sprintf("is the %dth change of policies", mostReads+1), Accepted: fmt.Sprintf("at most %d", mostReads), Fix: "make several scenarios of it"})
		}
		r.full = true
		return false
	}
	return true
}

// set judges what changes policies as flags do; path is that of the list.
func (r *reader) set(path string, p Policies, set []string) {
	if len(set) == 0 || p.Set == nil || !r.mayRead(path) {
		return
	}
	_, found := config.Read(p.Sources, config.Options{Flags: set})
	for _, one := range found {
		known := slices.ContainsFunc(r.found, func(o config.Problem) bool { return o.Problem == one.Problem && o.Origin == one.Origin })
		if !known { // which was told of the policies as they are
			r.ofSet(path, set, one)
		}
	}
}

// ofSet tells a problem of what is set, of the line that it is of; else of all lines.
func (r *reader) ofSet(path string, set []string, one config.Problem) {
	said := one.Problem
	complete(&said, plain.Node{})
	said.Message = one.Path + ": " + one.Message
	said.Path, said.Value = path, ""
	for i, text := range set {
		if one.Origin.File == "" && strings.HasPrefix(text, strings.TrimSuffix(one.Origin.Name, "…")) {
			said.Path, said.Value = plain.At(path, i), plain.Shorten(text)
			break
		}
	}
	value, _ := r.tree.Lookup(said.Path)
	r.add(r.word(value), said)
	if last := &r.found[len(r.found)-1]; one.Origin.File != "" {
		last.Related = append(last.Related, one.Origin)
	}
}
