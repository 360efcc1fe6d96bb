// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/simulations"
	"github.com/fuseboard/fuseboard/simulations/report/text"
)

const simulationKind = "Simulation"

// simulated is what simulate says of one scenario as JSON. Without a Result it was not run.
type simulated struct {
	answer
	// Verdict is that of the result, or "invalid", "missing" or "unrun".
	Verdict string `json:"verdict"`
	*simulations.Result
	Variants   []variant        `json:"variants,omitempty"`
	Comparison *text.Comparison `json:"comparison,omitempty"`
	Asked      string           `json:"asked,omitempty"` // what was to be run, and was not
	Error      string           `json:"error,omitempty"`
	Problems   config.Problems  `json:"problems,omitempty"`
}

// variant is one without what happened when.
type variant struct {
	simulations.Variant
	Runs []trial `json:"runs"`
}

type trial struct {
	simulations.Trial
	All    *struct{} `json:"all,omitempty"` // these three hide those of the trial
	Tracks *struct{} `json:"tracks,omitempty"`
	Events *struct{} `json:"events,omitempty"`
}

func brief(all []simulations.Variant) []variant {
	out := make([]variant, len(all))
	for i, v := range all {
		out[i] = variant{v, make([]trial, len(v.Runs))}
		for j, t := range v.Runs {
			out[i].Runs[j].Trial = t
		}
	}
	return out
}

// whole is report.json.
type whole struct {
	answer
	*simulations.Result
}

// simulationWriter writes what becomes of each scenario, in the order of the command line.
type simulationWriter struct {
	s     *session
	f     simulating
	base  *simulations.Result // to compare with; nil: nothing is
	dirs  []string            // one for each scenario; nil: none is written
	place int
	done  int // how many were written
	// for JUnit, which is one document
	results []*simulations.Result
	unruns  []text.Unrun
}

// newSimulationWriter looks whether all can be written before anything is run.
func (s *session) newSimulationWriter(c *cobra.Command, args []string, f simulating) (*simulationWriter, error) {
	w := &simulationWriter{s: s, f: f}
	var err error
	if w.dirs, err = outFolders(c, f.out, args); err != nil {
		return nil, err
	}
	for _, dir := range w.dirs {
		if err := oursAlone(dir); err != nil {
			return nil, err
		}
	}
	if f.compare != "" {
		w.base, err = readResult(f.compare)
	}
	return w, err
}

// at turns to a scenario by its place among the arguments.
func (w *simulationWriter) at(i int) *simulationWriter {
	w.place = i
	return w
}

// write writes a result.
func (w *simulationWriter) write(arg string, r *simulations.Result) error {
	var compared *text.Comparison
	if w.base != nil {
		c := text.Compare(w.f.compare, w.base, r)
		compared = &c
	}
	r.Repeat = repeat(arg, w.f, r)
	if w.dirs != nil {
		if err := w.s.writeReports(w.dirs[w.place], r); err != nil {
			return err
		}
	}
	w.done++
	switch w.f.format {
	case "json":
		return writeJSON(w.s.out, simulated{answer: answerOf(simulationKind), Verdict: string(r.Verdict), Result: r, Variants: brief(r.Variants), Comparison: compared})
	case "junit":
		w.results = append(w.results, r)
		return nil
	}
	o := w.s.textOptions()
	o.Brief, o.Compared, o.Sweep, o.Repeat = w.f.quiet, compared, w.f.options.Sweep, r.Repeat
	if w.done > 1 && !w.f.quiet {
		fmt.Fprintln(w.s.out)
	}
	return text.Text(w.s.out, r, o)
}

// unrun writes that a scenario was not run, and returns why.
func (w *simulationWriter) unrun(arg string, why error) error {
	d := simulated{answer: answerOf(simulationKind), Verdict: "unrun", Asked: arg, Error: why.Error()}
	u, invalid := errors.AsType[*unfit](why)
	if f, ok := errors.AsType[*failure](why); ok && f.code == exitNotFound {
		d.Verdict = "missing"
	}
	said := text.Unrun{File: arg, Why: why.Error()}
	if invalid {
		d.Verdict, d.Problems = "invalid", u.problems
		said.Why = u.problems.Error()
		why = &failure{exitInvalid, why.Error()}
	}
	switch {
	case w.f.format == "json":
		return errors.Join(writeJSON(w.s.out, d), why)
	case w.f.format == "junit":
		w.unruns = append(w.unruns, said)
	}
	if invalid {
		return errors.Join(u.problems.WriteText(w.s.errs, false), why)
	}
	return why
}

// end writes what comes when all is done.
func (w *simulationWriter) end() error {
	if w.f.format != "junit" {
		return nil
	}
	return text.JUnit(w.s.out, w.results, w.unruns...)
}

// repeat is the command line that gives the same result.
func repeat(arg string, f simulating, r *simulations.Result) string {
	words := []string{"fuseboard", "simulate", quotedWord(arg)}
	if len(r.Seeds) > 0 {
		words = append(words, fmt.Sprintf("--seed %d --runs %d", r.Seeds[0], len(r.Seeds)))
	}
	for _, set := range f.options.Set {
		words = append(words, "--set "+quotedWord(set))
	}
	if f.options.Sweep.Path != "" {
		words = append(words, "--sweep "+quotedWord(f.options.Sweep.Path+"="+strings.Join(f.options.Sweep.Values, ",")))
	}
	if f.options.Alone {
		words = append(words, "--alone")
	}
	return strings.Join(words, " ")
}

// quotedWord is a word as a shell reads it whole.
func quotedWord(s string) string {
	const plainly = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/=:,%@+"
	if s != "" && strings.Trim(s, plainly) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// readResult reads a report.json, or an answer of -o json.
func readResult(path string) (*simulations.Result, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &failure{exitNotFound, path + ": does not exist; --out DIR writes DIR/report.json"}
	}
	if err != nil {
		return nil, err
	}
	var r struct {
		answer
		simulations.Result
	}
	err = json.NewDecoder(bytes.NewReader(data)).Decode(&r)
	if err != nil || r.APIVersion != answersVersion || r.Kind != simulationKind || len(r.Variants) == 0 {
		return nil, &failure{exitInvalid, path + " is no result of fuseboard simulate; compare with a report.json of --out, or with an answer of -o json"}
	}
	return &r.Result, nil
}
