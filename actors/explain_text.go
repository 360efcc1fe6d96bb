// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard/internal/plain"
)

const (
	textWidth   = 80
	stageIndent = 18 // of what is said about a stage
)

// String tells all of it in lines of at most 80 characters, except where a
// single word is longer: the verdict, the stages with the values in force, the
// operations, what happened, the warnings, the last transitions.
func (e Explanation) String() string {
	if e.Dependency == "" {
		return "no guard: it was not made, or the error of Protect or Spawn was not looked at\n"
	}
	var p page
	p.para("", e.Dependency+": "+e.Verdict.String())
	if e.Call != "" {
		p.para("", "Told for calls of "+e.Call+".")
	}
	for _, words := range []string{e.modeWords(), e.Would.words()} {
		if words != "" {
			p.para("", words)
		}
	}
	p.para("", fmt.Sprintf("Policy %d; circuit %s, mode %s, epoch %d.", e.PolicyVersion, e.State, e.Mode, e.Epoch))
	p.line("")
	for _, s := range e.Stages {
		p.stage(s)
		p.settings("given", s.Settings, Given)
		for _, origin := range caseOrigins(s.Settings) {
			p.settings(string(origin), s.Settings, origin)
		}
		p.settings("system", s.Settings, OfSystem)
		p.settings("default", s.Settings, Default)
	}
	e.writeRows(&p)
	e.writeOperations(&p)
	for i, h := range e.Happened {
		p.heading("So far", i)
		p.para("  - ", h.words(e.Dependency, e.At))
	}
	for i, w := range e.Warnings {
		p.heading("Warnings", i)
		p.para("  - ", w.Error())
	}
	for i, t := range e.Recent {
		p.heading("Last transitions", i)
		p.para(fmt.Sprintf("  %9s ago  ", short(max(e.At.Sub(t.At), 0))), t.String())
	}
	return p.String()
}

func (e Explanation) writeOperations(p *page) {
	for i, op := range e.Operations {
		p.heading("Operations", i)
		p.para("  "+title(e.Dependency, op.Name)+": ", op.Repeated)
	}
}

// String tells the verdict in one line: "a call now would be refused by breaker:
// failure rate 90% over 20 calls; again in 9.993s".
func (v Verdict) String() string {
	switch {
	case v.Admitted && v.Waits:
		return v.inSpite("a call now would wait for " + v.WaitsFor + ": " + v.Why)
	case v.Admitted && v.RefusedBy == "":
		return "a call now would run: " + v.Why
	case v.RefusedBy == "":
		return "nothing is known"
	}
	words := "a call now would be refused by " + v.RefusedBy + ": " + v.Why
	if v.RetryAfter > 0 {
		words += "; again in " + short(v.RetryAfter)
	}
	if v.Instead != "" {
		words += "; " + v.Instead
	}
	return v.inSpite(words)
}

// page collects lines of bounded width.
type page struct{ strings.Builder }

func (p *page) line(s string) {
	p.WriteString(strings.TrimRight(s, " "))
	p.WriteByte('\n')
}

// heading begins a section before its first item.
func (p *page) heading(name string, item int) {
	if item == 0 {
		p.line("")
		p.line(name + ":")
	}
}

// stage writes what a stage does now behind its name, or beneath one that is long.
func (p *page) stage(s PolicyStage) {
	lead := fmt.Sprintf("%-*s", stageIndent, s.Name)
	if len(s.Name) >= stageIndent {
		p.line(s.Name)
		lead = strings.Repeat(" ", stageIndent)
	}
	p.para(lead, s.Now)
}

// para writes words after a lead; what does not fit goes on beneath them.
func (p *page) para(lead, words string) { p.wrap(lead, strings.FieldsFunc(words, blank)) }

// wrap puts the words into lines. Words are only parted between each other.
func (p *page) wrap(lead string, words []string) {
	line, indent := lead, strings.Repeat(" ", utf8.RuneCountInString(lead))
	for i, word := range words {
		switch {
		case i == 0:
			line += word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > textWidth:
			p.line(line)
			line = indent + word
		default:
			line += " " + word
		}
	}
	p.line(line)
}

// blank reports what parts words. Control characters do, so that a command's
// reason cannot steer the terminal of who reads it.
func blank(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// namedWhole are sections that share a stage with another one, some of whose values have the same names.
var namedWhole = map[string]bool{"panics": true, "adaptive": true, "fleet": true}

// settings writes those of one origin, by their names within the section, or their whole paths (namedWhole).
func (p *page) settings(label string, all []Setting, origin Origin) {
	lead := strings.Repeat(" ", stageIndent) + fmt.Sprintf("%-8s ", label)
	var words []string
	for _, s := range all {
		if s.Origin != origin {
			continue
		}
		name := s.Path
		if section, field, _ := strings.Cut(s.Path, "."); !namedWhole[section] {
			name = field
		}
		word := name + " " + s.Value + ","
		if utf8.RuneCountInString(lead+word) > textWidth {
			words = append(words, strings.Fields(word)...)
		} else {
			words = append(words, word)
		}
	}
	if len(words) > 0 {
		last := len(words) - 1
		words[last] = strings.TrimSuffix(words[last], ",")
		p.wrap(lead, words)
	}
}

// short is a time as people want to read it: whole milliseconds, or whole
// seconds from ten minutes on.
func short(d time.Duration) string {
	switch {
	case d >= 10*time.Minute:
		d = d.Round(time.Second)
	case d >= time.Millisecond:
		d = d.Round(time.Millisecond)
	}
	return plain.Duration(d)
}

// ordinal is "2nd", "3rd", "11th".
func ordinal(n int) string {
	suffix := "th"
	if tens := n % 100 / 10; tens != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprintf("%d%s", n, suffix)
}
