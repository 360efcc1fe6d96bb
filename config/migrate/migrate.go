// SPDX-License-Identifier: Apache-2.0

package migrate

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// step leads from one version of the vocabulary to the next.
type step struct {
	from, to string
	apply    func(data []byte, tree plain.Node, n *notes) ([]byte, error)
}

// steps are all of them, in their order. A new version of the vocabulary adds one.
var steps = []step{
	{from: "", to: config.APIVersion, apply: withoutVersion},
}

// Migrate turns a policy file of an older version, or without one, into the current one. It
// reads three shapes that have no version: the parts of a policy file, policies by their names, and
// one policy alone. Names in another spelling (minCalls, min-calls) are written in
// ours. Comments are kept, and whatever else need not change. A file that is of the current version
// already is returned as it is.
//
// The notes are in the order of the source, each with its place there. A warning tells what was
// changed. An error among them tells what is left to do: [config.Read] refuses the result until somebody
// decides it, because to decide it here would be a guess, such as the unit of a time.
//
// The error err is for a source that cannot be read, or is no policy file of a known
// version; it has places, too, where it is [config.Problems].
func Migrate(s config.Source) (out []byte, notes config.Problems, err error) {
	n, out := newNotes(s), s.Data
	tree, version, err := opened(s)
	if err != nil {
		return nil, nil, err
	}
	if version != config.APIVersion && bytes.HasPrefix(s.Data, mark) {
		s.Data = s.Data[len(mark):] // what is put in before the first name would stand before it
		return Migrate(s)
	}
	for _, step := range steps {
		if step.from != version {
			continue
		}
		if out, err = step.apply(out, tree, n); err != nil {
			return nil, n.sorted(), err
		}
		version = step.to
		if tree, _, err = opened(config.Source{Name: s.Name, Data: out}); err != nil {
			return nil, n.sorted(), fmt.Errorf("%s could not be rewritten: %w", s.Name, err)
		}
	}
	if version != config.APIVersion {
		return nil, n.sorted(), fmt.Errorf("%s has the apiVersion %q, which this program does not know; a newer one needs a newer program", s.Name, version)
	}
	return out, n.sorted(), nil
}

// mark is the byte order mark, which nothing needs.
var mark = []byte("\ufeff")

// opened reads a source that is an object, and its version.
func opened(s config.Source) (tree plain.Node, version string, err error) {
	tree, problems := s.Tree()
	if errs := problems.Errors(); len(errs) > 0 {
		return tree, "", errs
	}
	if tree.Form != plain.Object {
		return tree, "", fmt.Errorf("%s is no policy file: it is not an object with named parts", s.Name)
	}
	for _, m := range tree.Members {
		if m.Name == "apiVersion" && m.Value.Form == plain.Text {
			version = m.Value.Word
		}
	}
	return tree, version, nil
}

// withoutVersion writes the version, puts policies where a file has them, and names as they are spelt.
func withoutVersion(data []byte, tree plain.Node, n *notes) ([]byte, error) {
	r := respeller{notes: n}
	shape := shapeOf(tree)
	switch shape {
	case aFile:
		r.file(tree)
	case policies:
		r.policies("", tree)
	case onePolicy:
		r.policy("", tree, policyType)
	case nothing:
		return nil, fmt.Errorf("%s is no policy file: none of its names is a part of a file or a section of a policy", n.source.Name)
	}
	out, left := apply(data, r.edits)
	for _, e := range left {
		n.add(plain.Place{Line: e.line, Column: e.column}, fuseboard.Problem{
			Path: e.was, Code: CodeByHand, Message: "could not be renamed where it stands", Fix: "write " + e.becomes,
		}, 0)
	}
	switch shape {
	case policies:
		out = under(out, "dependencies")
		wrapped(n, tree, "the policies were put under dependencies")
	case onePolicy:
		name := nameFor(n.source.Name)
		out = under(out, "dependencies", name)
		wrapped(n, tree, "the policy was put under dependencies."+name+", the name that the file has; name it as the program does")
	default:
	}
	if !r.version {
		n.add(tree.At, fuseboard.Problem{Path: "apiVersion", Code: CodeVersion, Message: "was missing, and was written", Value: config.APIVersion, Warning: true}, 1)
		out = versioned(out, config.APIVersion)
	}
	return out, nil
}

func wrapped(n *notes, tree plain.Node, message string) {
	n.add(tree.At, fuseboard.Problem{Path: "dependencies", Code: CodeWrapped, Message: message, Warning: true}, 1)
}

// nameFor is a dependency's name that a file's name suggests.
func nameFor(file string) string {
	base := strings.ToLower(filepath.Base(filepath.ToSlash(file)))
	base = strings.TrimSuffix(base, filepath.Ext(base))
	if name := dependencyName(base); name != "" {
		return name
	}
	return "payments"
}
