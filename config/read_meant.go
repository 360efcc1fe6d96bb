// SPDX-License-Identifier: Apache-2.0

package config

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// decoded tells of a flaw of a policy's value in the words of files: its whole path, and what is probably meant.
func (r *reader) decoded(path string, in Origin, f plain.Flaw, root plain.Node) {
	p := f.Problem
	within := p.Path
	switch {
	case within == "policy":
		p.Path = path
	case strings.HasPrefix(within, "["):
		p.Path = path + within
	default:
		p.Path = path + "." + within
	}
	if p.Value == "an object" || p.Value == "a list" {
		p.Value = ""
	}
	n := nodeAt(root, f.At)
	if part, _, _ := strings.Cut(path, "."); p.Code == CodeUnknown && elsewhere[within][part] != "" {
		p.Fix = elsewhere[within][part]
	}
	if p.Fix == "" {
		meant(&p, n)
	}
	p.Accepted = withRange(within, p.Code, p.Accepted)
	r.add(flaw{Problem: p, at: f.At, length: r.lengthOf(n.Word, f.At), in: in})
}

// lengthOf is how many characters a word takes that stands at a place as it is; 0 where it does not.
func (d *document) lengthOf(word string, at plain.Place) int {
	line, _ := d.texts.line(at.Source, at.Line)
	if word == "" || !strings.HasPrefix(tail(line, at.Column), word) {
		return 0
	}
	return utf8.RuneCountInString(word)
}

// nodeAt returns the value that stands at a place; a Null where none does.
func nodeAt(n plain.Node, at plain.Place) plain.Node {
	if n.At == at && n.Form != plain.Object {
		return n
	}
	for _, i := range n.Items {
		if found := nodeAt(i, at); found.At == at {
			return found
		}
	}
	for _, m := range n.Members {
		if found := nodeAt(m.Value, at); found.At == at {
			return found
		}
	}
	return plain.Node{}
}

var (
	choice    = regexp.MustCompile(`^(.*) \(accepted: (.*)\)$`)
	glued     = regexp.MustCompile(`^([a-z_]+):(\S.*)$`)        // attempts:3
	spaced    = regexp.MustCompile(`^([a-z_]+) +(\S+)$`)        // attempts 3
	following = regexp.MustCompile(`^(\S+) +([a-z_]+):( .*|)$`) // 3 innermost: true
	grouped   = regexp.MustCompile(`^[0-9]+([_,'][0-9]{3})+$`)  // 1_000
)

// meant completes a flaw that says no fix.
func meant(p *fuseboard.Problem, n plain.Node) {
	if m := choice.FindStringSubmatch(p.Message); m != nil {
		p.Message, p.Accepted = m[1], m[2]
		p.Fix = "write one of the accepted words"
		if near, found := nearest(n.Word, strings.Split(m[2], ", ")); found {
			p.Fix = "did you mean " + near + "?"
		}
		if n.Word == "off" && strings.HasSuffix(p.Path, ".mode") {
			p.Fix = "write bypass to leave it unprotected, or remove the line"
		}
		return
	}
	p.Fix = meantBy(p, n)
}

type wantedFix struct {
	message string
	fix     func(word string) string
}

// wantedFixes are what to do, by how the message begins; in order.
var wantedFixes = []wantedFix{
	{"want true or false", truthMeant},
	{"want an object", sectionMeant},
	{"want a list", func(word string) string { return "write it in brackets: [" + plain.Shorten(word) + "]" }},
	{"want a share", func(string) string { return "write a share such as 50% or 0.5" }},
	{"want a whole number", digitsMeant},
	{"does not fit", func(string) string { return "write a number in the accepted range" }},
	{"", func(string) string { return "write what is wanted, or remove the line for the default" }},
}

func meantBy(p *fuseboard.Problem, n plain.Node) string {
	word := ""
	if n.Form != plain.List && n.Form != plain.Object {
		word = n.Word
	}
	if m := following.FindStringSubmatch(word); m != nil && !strings.HasPrefix(p.Message, "want an object") {
		return "write a comma, or begin a new line, before " + plain.Shorten(m[2])
	}
	i := slices.IndexFunc(wantedFixes, func(w wantedFix) bool { return strings.HasPrefix(p.Message, w.message) })
	return wantedFixes[i].fix(word)
}

func digitsMeant(word string) string {
	if grouped.MatchString(word) {
		return "write the digits alone: " + plain.Shorten(strings.Map(onlyDigits, word))
	}
	return "write it in digits"
}

func truthMeant(word string) string {
	switch strings.ToLower(word) {
	case "yes", "on", "y":
		return "write true"
	case "no", "n":
		return "write false"
	default:
		return "write true or false"
	}
}

// sectionMeant is what to do where a section is wanted and a word stands.
func sectionMeant(word string) string {
	if m := glued.FindStringSubmatch(word); m != nil {
		return "write a space after the colon: " + plain.Shorten(m[1]) + ": " + plain.Shorten(m[2])
	}
	if m := spaced.FindStringSubmatch(word); m != nil {
		return "write a colon and a space after the name: " + plain.Shorten(m[1]) + ": " + plain.Shorten(m[2])
	}
	return "write its fields under it, each with a name, indented by two spaces; or off to take the section away"
}

func onlyDigits(r rune) rune {
	if r < '0' || r > '9' {
		return -1
	}
	return r
}

// elsewhere are names that are right in another kind of section, and what to do, by the part of the file.
var elsewhere = map[string]map[string]string{
	"extends": {
		"dependencies": "did you mean profiles?",
		"defaults":     "write the fields of the profile here: defaults name no profiles",
	},
	"profiles": {
		"profiles": "did you mean extends?",
		"defaults": "write the fields of the profile here: defaults name no profiles",
	},
	"operations": {"defaults": "write operations under a dependency or a profile"},
}
