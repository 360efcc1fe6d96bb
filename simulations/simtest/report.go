// SPDX-License-Identifier: Apache-2.0

package simtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard/simulations"
	"github.com/fuseboard/fuseboard/simulations/report"
	"github.com/fuseboard/fuseboard/simulations/report/text"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// failure is what a test says whose scenario does not pass.
func (s *setup) failure(r *simulations.Result) string {
	return s.written(r, text.Options{Brief: true}) + s.seeds(r)
}

// summary is what a test logs.
func (s *setup) summary(r *simulations.Result) string {
	return s.written(r, text.Options{Repeat: s.repeat(r)})
}

func (s *setup) written(r *simulations.Result, o text.Options) string {
	var b strings.Builder
	_ = text.Text(&b, r, o) // a Builder takes all
	return s.name() + "\n" + b.String()
}

// seeds says by which seeds it was found, and how to find it again.
func (s *setup) seeds(r *simulations.Result) string {
	return fmt.Sprintf("seeds: %s\nrepeat: %s\n", strings.Trim(fmt.Sprint(r.Seeds), "[]"), s.repeat(r))
}

// repeat is a command that comes to the same.
func (s *setup) repeat(r *simulations.Result) string {
	if s.path == "" || s.options.Service != nil { // only the test has its text and its code
		return "go test -count=1 -v -run " + quoted(testPattern(s.test)) + " ."
	}
	words := []string{"fuseboard", "simulate", quoted(s.path), fmt.Sprintf("--seed %d --runs %d", r.Seeds[0], len(r.Seeds))}
	for _, set := range s.options.Set {
		words = append(words, "--set "+quoted(set))
	}
	return strings.Join(words, " ")
}

// testPattern picks the test alone.
func testPattern(name string) string {
	parts := strings.Split(name, "/")
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	return strings.Join(parts, "/")
}

// quoted is a word as a shell reads it whole.
func quoted(word string) string {
	if regexp.MustCompile(`^[\w./=:,%@+-]+$`).MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// plainly is a sentence whatever its case and its spaces.
func plainly(sentence string) string {
	return strings.ToLower(strings.Join(strings.Fields(sentence), " "))
}

// expectation is the place of the one with the text, or -1.
func (s *setup) expectation(sentence string) int {
	return slices.IndexFunc(s.scenario.Expect, func(e scenario.Expectation) bool {
		return plainly(e.Text) == plainly(sentence) || plainly(e.String()) == plainly(sentence)
	})
}

// unexpected says that nobody expects this.
func (s *setup) unexpected(sentence string) string {
	if len(s.scenario.Expect) == 0 {
		return fmt.Sprintf("simtest: %s expects nothing, so nothing can fail; write %q under expect", s.name(), sentence)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "simtest: %s does not expect %q; name one of these:\n", s.name(), sentence)
	for _, e := range s.scenario.Expect {
		b.WriteString("  " + e.Text + "\n")
	}
	return b.String()
}

// holds says that an expectation holds that was to fail.
func (s *setup) holds(r *simulations.Result, e simulations.Judgement) string {
	how := fmt.Sprintf("holds in %d of %d runs", e.HeldIn, e.Runs)
	if e.Verdict == simulations.Unsettled {
		how += ", and that by how goroutines interleave alone"
	}
	return fmt.Sprintf("%s\n%q was to fail and %s: %s\n%s", s.name(), e.Text, how, e.Found, s.seeds(r))
}

// envelope is how the command marks its answers; fuseboard simulate --compare reads what is in it.
type envelope struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	*simulations.Result
}

// write writes the reports.
func (s *setup) write(r *simulations.Result) error {
	if err := os.MkdirAll(s.out, 0o755); err != nil { //nolint:gosec // reports are for all to read
		return err
	}
	return errors.Join(
		s.file("report.html", func(w io.Writer) error { return report.HTML(w, r) }),
		s.file("report.json", func(w io.Writer) error {
			return json.NewEncoder(w).Encode(envelope{"fuseboard.cli/v1", "Simulation", r})
		}),
	)
}

func (s *setup) file(name string, write func(io.Writer) error) (err error) {
	f, err := os.Create(filepath.Join(s.out, name))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return write(f)
}
