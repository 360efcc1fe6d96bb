// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard/internal/bubble"
	"github.com/fuseboard/fuseboard/simulations"
	"github.com/fuseboard/fuseboard/simulations/report"
	"github.com/fuseboard/fuseboard/simulations/scenario"
	gallery "github.com/fuseboard/fuseboard/simulations/scenarios"
)

// simulation is what simulate needs of the rooms below it.
type simulation struct {
	supported func() error // whether this build has virtual time
	simulate  func(context.Context, *scenario.Scenario, simulations.Options) (*simulations.Result, error)
	html      func(io.Writer, *simulations.Result) error
	gallery   fs.FS // scenarios by NAME.yaml, that come with the command; nil: none
}

func realSimulation() simulation {
	return simulation{supported: bubble.Supported, simulate: simulations.Run, html: report.HTML, gallery: gallery.FS()}
}

const simulateLong = `Runs the guards, gates, circuits and retries of the product against modelled
dependencies, in virtual time, over several seeds, and judges what the scenario
expects. FILE is a scenario in YAML, - standard input, and NAME one of those
that --list shows. Each is run by itself; the exit code is the highest.

The answer is on standard output; the progress, where standard error is a
terminal, and every complaint are on standard error. Its width is COLUMNS, or
100; where the locale is not UTF-8 it keeps to ASCII.

--sweep tries values in place of the baselines: from one to another (5 of them
or the number behind a colon; each whole number where they are few; evenly, or
by equal factors where the last is more than 20 times the first), or a list.

--out writes report.html, report.json, junit.xml, events.jsonl and series.csv
into DIR, or for several FILEs into DIR/NAME. Files of other makers are not
overwritten. --compare takes a report.json, or an answer of -o json, and pairs
the policies under test seed by seed.

JSON: one object for each FILE: {"verdict": "passed" | "failed" | "unsettled" |
"broken", "expectations": [{"text", "verdict", "held_in", "runs", "median",
"low", "high", "unit", "found", "why"}], "seeds", "virtual_seconds",
"wall_seconds", "speedup", "variants", "faults", "comparison", ...}. What
happened when is in report.json alone. A FILE that was not run has the verdict
"invalid" or "missing", with "problems" or "error".`

// simulating is what simulate was asked for.
type simulating struct {
	options              simulations.Options
	out, compare, format string
	quiet, noProgress    bool
	listed, template     bool
}

func simulateCommand(s *session) *cobra.Command {
	var f simulating
	c := &cobra.Command{
		Use:   "simulate FILE|NAME... [flags]",
		Short: "Say what policies will do when a dependency fails, in virtual time.",
		Example: `  fuseboard simulate outage.yaml
  fuseboard simulate outage.yaml --runs 20 --out report
  fuseboard simulate outage.yaml --sweep payments.retry.attempts=1..4`,
		Long: simulateLong,
		Args: func(c *cobra.Command, args []string) error {
			if f.listed || f.template {
				return takes(0, 0, "")(c, args)
			}
			return scenarios(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case f.listed && f.template:
				return &usageError{problem: "--list and --init are two answers; ask for one", of: c}
			case f.listed:
				return s.listGallery(f.format)
			case f.template:
				_, err := s.out.Write(scenario.Template())
				return err
			}
			return s.simulateAll(c, args, f)
		},
		ValidArgsFunction: s.scenarioNames,
	}
	exits(c, exitError, exitUsage, exitInvalid, exitNotFound, exitConflict, exitNoBubble, exitUnmet, exitStopped)
	f.flags(c)
	s.completeSimulate(c)
	return c
}

// flags adds them to c.
func (f *simulating) flags(c *cobra.Command) {
	flags := c.Flags()
	flags.SortFlags = false
	flags.Var(&read{"N", "", f.setSeed}, "seed", "the first seed, from 1; else the scenario's")
	flags.Var(&read{"N", "", countInto(&f.options.Runs, 1, 10_000)}, "runs", "how many seeds, 1 to 10000; else the scenario's")
	flags.Var(&list{kind: "NAME.FIELD=VALUE", values: &f.options.Set}, "set", "change the policies under test; may be given again")
	flags.Var(&read{"NAME.FIELD=A..B", "", f.setSweep}, "sweep", "try values in place of the baselines: A..B, A..B:N, or A,B,C")
	flags.Var(&anyText{"FILE", &f.compare}, "compare", "show what became otherwise since that report.json")
	flags.BoolVar(&f.options.Alone, "alone", false, "leave out baselines that nothing expects")
	flags.Var(&anyText{"DIR", &f.out}, "out", "write the reports there")
	formatFlag(c, &f.format, "text: for people; json: for machines; junit: for build servers", "text", "json", "junit")
	flags.BoolVar(&f.quiet, "quiet", false, "as text: the verdict, and what does not hold")
	flags.Var(&read{"N", "", countInto(&f.options.Children, 1, 1024)}, "children", "how many processes run at once; else one for each core")
	flags.BoolVar(&f.noProgress, "no-progress", false, "draw no progress on a terminal")
	flags.BoolVar(&f.listed, "list", false, "list the scenarios that come with the command")
	flags.BoolVar(&f.template, "init", false, "print a scenario to begin with")
}

func (f *simulating) setSeed(text string) error {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n == 0 {
		return errors.New("not a seed; accepted: whole numbers from 1")
	}
	f.options.Seed = n
	return nil
}

func (f *simulating) setSweep(text string) (err error) {
	if f.options.Sweep.Path != "" {
		return sentence("is given twice; one value can be swept at a time")
	}
	f.options.Sweep, err = parseSweep(text)
	return err
}

// countInto reads a whole number within bounds.
func countInto(into *int, least, most int) func(string) error {
	return func(text string) error {
		n, err := strconv.Atoi(text)
		if err != nil || n < least || n > most {
			return fmt.Errorf("not accepted: a whole number from %d to %d is", least, most)
		}
		*into = n
		return nil
	}
}

// scenarios is the check of the arguments.
func scenarios(c *cobra.Command, args []string) error {
	if err := takes(1, unbounded, "a scenario: a file, a name that --list shows, or - for standard input")(c, args); err != nil {
		return err
	}
	return onceStdin(c, args)
}

// simulateAll runs one scenario after the other. One that cannot be run does not keep it from the others; Ctrl-C does, and a second one ends the process at once.
func (s *session) simulateAll(c *cobra.Command, args []string, f simulating) error {
	if err := s.supported(); err != nil {
		return &failure{exitNoBubble, err.Error()}
	}
	ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	w, err := s.newSimulationWriter(c, args, f)
	if err != nil {
		return err
	}
	var worst error
	for i, arg := range args {
		err := s.simulateOne(ctx, arg, w.at(i))
		if err != nil {
			fmt.Fprint(s.errs, told(err))
			worst = worse(worst, silent(err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(w.end(), worst)
}

// told is what an error has to say, as the end of a command says it.
func told(err error) string {
	if err.Error() == "" {
		return ""
	}
	return "fuseboard: " + err.Error() + "\n"
}

// simulateOne reads a scenario, runs it and writes what came of it.
func (s *session) simulateOne(ctx context.Context, arg string, w *simulationWriter) error {
	sc, warnings, err := s.scenario(arg, w.f.options)
	if err != nil {
		return w.unrun(arg, err)
	}
	if w.f.format != "json" && !w.f.quiet {
		if err := warnings.WriteText(s.errs, false); err != nil {
			return err
		}
	}
	o := w.f.options
	progress := s.progress(sc, w.f)
	o.Progress = progress.draw
	r, err := s.simulate(ctx, sc, o)
	progress.clear()
	if err != nil {
		return w.unrun(arg, s.refused(arg, err))
	}
	if v := version(); r.Version == "" {
		r.Version = fmt.Sprintf("fuseboard %s, %s", v.Version, v.Go)
	}
	for _, p := range warnings {
		r.Warnings = append(r.Warnings, p.Error())
	}
	if err := w.write(arg, r); err != nil {
		return err
	}
	return ended(r.Verdict)
}

// ended is how the command ends by a verdict.
func ended(v simulations.Verdict) error {
	switch v {
	case simulations.Passed:
		return nil
	case simulations.Broken:
		return &failure{code: exitError}
	case simulations.Failed, simulations.Unsettled:
	}
	return &failure{code: exitUnmet}
}
