// SPDX-License-Identifier: Apache-2.0

package text

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/fuseboard/fuseboard/simulations"
)

// junit is the common form of JUnit reports, as far as it is needed here.
type junit struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
	Out        string          `xml:"system-out,omitempty"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name    string      `xml:"name,attr"`
	Class   string      `xml:"classname,attr"`
	Time    string      `xml:"time,attr"`
	Failure *junitFault `xml:"failure"`
	Error   *junitFault `xml:"error"`
	Out     string      `xml:"system-out,omitempty"`
}

type junitFault struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// JUnitName is what the reports of [JUnit] call themselves.
const JUnitName = "fuseboard simulate"

// Unrun is a scenario that could not be run, for a report that has others, too.
type Unrun struct {
	// File is what was to be run, and Why says what is wrong with it.
	File, Why string
}

// JUnit writes results for a build server: a suite for each, a case for each expectation with what was found, an error for each run that broke, and a
// suite with one error for each scenario that could not be run. The error is of w.
func JUnit(w io.Writer, results []*simulations.Result, unrun ...Unrun) error {
	all := junit{Name: JUnitName}
	wall := 0.0
	for _, r := range results {
		all.add(suiteOf(r))
		wall += r.WallSeconds
	}
	for _, u := range unrun {
		all.add(junitSuite{Name: u.File, Time: "0.000", Cases: []junitCase{{
			Name: "is run", Class: u.File, Time: "0.000", Error: &junitFault{Message: firstLine(u.Why), Type: "invalid", Text: u.Why},
		}}})
	}
	all.Time = fixed(wall)
	text, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
	return err
}

// add counts the cases of a suite, and takes it in.
func (j *junit) add(s junitSuite) {
	for _, c := range s.Cases {
		s.Tests++
		if c.Failure != nil {
			s.Failures++
		}
		if c.Error != nil {
			s.Errors++
		}
	}
	j.Tests, j.Failures, j.Errors = j.Tests+s.Tests, j.Failures+s.Failures, j.Errors+s.Errors
	j.Suites = append(j.Suites, s)
}

func suiteOf(r *simulations.Result) junitSuite {
	s := junitSuite{Name: r.Simulation, Time: fixed(r.WallSeconds), Out: r.Story, Properties: []junitProperty{
		{"seed", strconv.FormatUint(first(r.Seeds), 10)},
		{"runs", strconv.Itoa(len(r.Seeds))},
		{"verdict", string(r.Verdict)},
		{"virtual_seconds", fixed(r.VirtualSeconds)},
		{"speedup", fixed(r.Speedup)},
	}}
	for _, e := range r.Expectations {
		c := junitCase{Name: e.Text, Class: r.Simulation, Time: "0.000", Out: e.Found}
		if _, _, word := state(e); word != "held" {
			c.Failure = &junitFault{Message: e.Found, Type: word, Text: because(e)}
		}
		s.Cases = append(s.Cases, c)
	}
	for _, b := range r.Broken {
		name := fmt.Sprintf("the run of %s with seed %d ends", b.Variant, b.Seed)
		s.Cases = append(s.Cases, junitCase{
			Name: name, Class: r.Simulation, Time: "0.000", Error: &junitFault{Message: firstLine(b.Why), Type: "broken", Text: b.Why},
		})
	}
	return s
}

// because says why an expectation is none that holds.
func because(e simulations.Judgement) string {
	parts := []string{fmt.Sprintf("held in %d of %d runs", e.HeldIn, e.Runs)}
	if len(e.Unsettled) > 0 {
		parts = append(parts, "unsettled in "+seedList(e.Unsettled))
	}
	if e.Why != "" {
		parts = append(parts, e.Why)
	}
	return strings.Join(parts, "; ")
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

func fixed(v float64) string { return strconv.FormatFloat(v, 'f', 3, 64) }
