// SPDX-License-Identifier: Apache-2.0

package config

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// reader reads sources into a document.
type reader struct {
	document
	flaws []flaw
	full  bool                   // there are more than are told
	apart map[string]plain.Place // what one file alone may say, by its path: where it was first
	known map[string]bool        // names of profiles, those with flaws too
	uses  []use                  // names of profiles and dependencies, to be looked up in the end
	lines []use                  // of force, likewise
	line  bool                   // it reads one value of a line, which has nothing else to say
}

// readDocument reads every source, and returns what they say together and every flaw that can be seen without
// laying one thing over another. Of what has a flaw, the document may have less.
func readDocument(sources []Source) (document, Problems) {
	r := reader{document: document{sources: sources, texts: newTexts(sources)}, apart: map[string]plain.Place{}, known: map[string]bool{}}
	names := map[string]bool{}
	for i, s := range sources {
		if names[s.Name] {
			r.add(flaw{at: plain.Place{Source: i}, Problem: fuseboard.Problem{
				Code: CodeDuplicate, Message: "is given twice: two sources have this name", Fix: "give each file once",
			}})
			continue
		}
		names[s.Name] = true
		r.file(i, s)
	}
	r.lookUp()
	r.forceLines()
	return r.document, r.problems()
}

// problems is what was found, in the order of the files.
func (r *reader) problems() Problems {
	var ps Problems
	for _, f := range r.flaws {
		ps = append(ps, r.problem(f))
	}
	return ps.sorted(r.sources)
}

// problem tells a flaw with the words that stand there.
func (d *document) problem(f flaw) Problem {
	line, found := d.texts.line(f.at.Source, f.at.Line)
	if found { // the parser's word for where is not always in the line
		f.at.Column = min(max(f.at.Column, 1), utf8.RuneCountInString(line)+1)
	}
	p := Problem{Problem: f.Problem, Origin: d.of(f.at, f.in)}
	if found {
		p.Excerpt = excerpt(line, f.at.Line, f.at.Column, f.length)
	}
	for _, at := range f.related {
		p.Related = append(p.Related, d.of(at, f.in))
	}
	return p
}

// file reads one source.
func (r *reader) file(number int, s Source) {
	tree, flaws := readTree(number, s.Data)
	for _, f := range flaws {
		r.addWhole(f)
	}
	tree, found := r.wordsIn(number, s.Within, tree, len(flaws) > 0)
	if !found {
		return
	}
	switch tree.Form {
	case plain.Object:
		r.top(tree)
	case plain.Null:
		if len(flaws) == 0 {
			r.add(flaw{at: plain.Place{Source: number, Line: max(tree.At.Line, 1), Column: max(tree.At.Column, 1)}, Problem: emptyFile()})
		}
	default:
		r.add(flaw{at: tree.At, Problem: fuseboard.Problem{
			Code: CodeType, Message: "a file is an object with named parts, not " + got(tree),
			Fix: "begin with the line apiVersion: " + APIVersion + ", and put policies under dependencies by their names", Accepted: strings.Join(parts, ", "),
		}})
	}
}

func emptyFile() fuseboard.Problem {
	return fuseboard.Problem{
		Code: CodeEmpty, Message: "says nothing: there is no policy in it",
		Fix: "write apiVersion: " + APIVersion + " and dependencies, or remove the file",
	}
}

// parts are what a file may have at its top.
var parts = []string{"apiVersion", "defaults", "profiles", "dependencies", "rules", "force"}

// top reads the parts of one file.
func (r *reader) top(tree plain.Node) {
	version := r.sources[tree.At.Source].Within != ""
	for _, m := range tree.Members {
		if r.full {
			return
		}
		version = version || nearVersion(m.Name)
		r.part(m)
	}
	if !version {
		r.add(flaw{at: tree.At, Problem: fuseboard.Problem{
			Path: "apiVersion", Code: CodeVersion, Message: "is missing: it says in which version of the vocabulary the file is written",
			Fix: "write apiVersion: " + APIVersion + " as the first line", Accepted: APIVersion,
		}})
	}
}

// nearVersion reports whether a name is apiVersion, or so near to it that it is not missing as well.
func nearVersion(name string) bool {
	return strings.EqualFold(name, "apiVersion") || name == "api_version"
}

// part reads one part of a file.
func (r *reader) part(m plain.Member) {
	switch m.Name {
	case "apiVersion":
		r.version(m)
	case "defaults":
		if r.alone("defaults", m.At) {
			r.defaults = r.section("defaults", m, Origin{Layer: Defaults})
		}
	case "profiles":
		r.each(m, "profile", r.profileEntry)
	case "dependencies":
		r.each(m, "dependency", r.dependencyEntry)
	case "rules":
		r.each(m, "rule", r.rule)
	case "force":
		r.force(m)
	default:
		r.unknownPart(m)
	}
}

func (r *reader) version(m plain.Member) {
	if m.Value.Form == plain.Text && m.Value.Word == APIVersion {
		return
	}
	p := fuseboard.Problem{
		Path: "apiVersion", Code: CodeVersion, Value: given(m.Value), Accepted: APIVersion,
		Message: "is not a version that this program reads", Fix: "write apiVersion: " + APIVersion,
	}
	if strings.HasPrefix(m.Value.Word, "fuseboard/v") && len(m.Value.Word) > len("fuseboard/v") {
		p.Fix += "; a file of an older version is rewritten by: fuseboard policy migrate; one of a newer version needs a newer program"
	}
	r.add(flaw{at: m.Value.At, Problem: p})
}

// alone reports whether a path is said here for the first time, or tells of both places.
func (r *reader) alone(path string, at plain.Place) bool {
	before, again := r.apart[path]
	if !again {
		r.apart[path] = at
		return true
	}
	r.add(flaw{at: at, related: []plain.Place{before}, Problem: fuseboard.Problem{
		Path: path, Code: CodeDuplicate, Message: "is given in two files: here and in " + r.sources[before.Source].Name,
		Fix: "keep one of them, or put both together",
	}})
	return false
}

// each reads the members of a part by name; those whose name is none, or was given by another file, for their
// flaws alone.
func (r *reader) each(m plain.Member, what string, read func(path string, m plain.Member, named bool)) {
	if m.Value.Form == plain.Null {
		return // a part without anything in it
	}
	if m.Value.Form != plain.Object {
		r.add(flaw{at: m.Value.At, Problem: fuseboard.Problem{
			Path: m.Name, Code: CodeType, Value: given(m.Value), Message: fmt.Sprintf("want an object with a value for each %s, got %s", what, got(m.Value)),
			Fix: "write each as a name, a colon and what it says, indented by two spaces",
		}})
		return
	}
	for _, entry := range m.Value.Members {
		if r.full {
			return
		}
		path := plain.Below(m.Name, entry.Name)
		read(path, entry, r.isName(path, what, entry) && r.alone(path, entry.At))
	}
}
