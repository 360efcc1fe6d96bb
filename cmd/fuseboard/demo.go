// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/cmd/fuseboard/internal/demo"
)

const (
	demoFor      = 25 * time.Second
	demoShortest = 2 * time.Second
	demoLongest  = 10 * time.Minute
)

const demoHelp = `Usage: fuseboard demo [--for 25s] [--seed 1] [-o text|json]

Starts an HTTP upstream on loopback that is healthy, slow, failing, hanging and
healthy again, and calls it from two clients at once: plain net/http, and the
same over a protected transport. Prints what happens and, at the end or at
Ctrl-C, a table. While it runs it serves its metrics for Prometheus, at the
address that it prints. Nothing leaves this machine.

  --for duration   how long, 2s to 10m (default 25s); the phases stretch with it
  --seed number    of arrivals and faults, 0 or more (default 1)
  -o text|json     text: progress and table; json: the numbers alone on standard
                   output, progress on standard error (default text)

Examples:
  fuseboard demo
  fuseboard demo --for 1m --seed 7
  fuseboard demo -o json 2>/dev/null | jq .protected.goodput

JSON: {"unprotected": {...}, "protected": {...}}, each with these numbers:
  calls              made by the callers, the same on both sides
  ok                 calls that got the upstream's good answer
  goodput            share of calls, 0 to 1, that got it within 500ms
  p50_ms, p99_ms     until the caller knew: answered, failed or refused
  upstream_requests  requests that reached the upstream, repetitions included
  recovery_ms        from the upstream's return to health to the first of two
                     500ms buckets in a row with 90% of calls answered in time;
                     -1 if the run ended before that, as a run below 15s may
  slow_goodput_critical, _high, _normal, _sheddable
                     share of the calls of each priority, made while the
                     upstream was slow, that got it within 500ms

The guard's times are short, as the run is: a service would open its circuit
for ten seconds, not one. And an open circuit has its price: while the upstream
fails 9 in 10 calls, the guard refuses the tenth as well.
`

type demoFlags struct {
	duration time.Duration
	seed     uint64
	format   string
}

func runDemo(ctx context.Context, args []string, out, errs io.Writer) error {
	f, err := parseDemo(args)
	if errors.Is(err, flag.ErrHelp) {
		_, err := io.WriteString(out, demoHelp)
		return err
	}
	if err != nil {
		return &usageError{problem: err.Error(), command: "demo"}
	}
	options := demo.Options{For: f.duration, Seed: f.seed, Progress: out}
	if f.format == "json" {
		options.Progress = errs
	}
	report, err := demo.Run(ctx, options)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if f.format == "json" {
		return report.WriteJSON(out)
	}
	return report.WriteTable(out)
}

func parseDemo(args []string) (demoFlags, error) {
	f := demoFlags{duration: demoFor, seed: 1, format: "text"}
	set := flag.NewFlagSet("demo", flag.ContinueOnError)
	set.SetOutput(io.Discard) // run tells the error, in our words
	set.Func("for", "", f.setFor)
	set.Func("seed", "", f.setSeed)
	set.Func("o", "", f.setFormat)
	if err := set.Parse(args); err != nil {
		return f, plainly(err)
	}
	if set.NArg() > 0 {
		return f, fmt.Errorf("demo takes no arguments, got %q; accepted flags: --for, --seed, -o", set.Arg(0))
	}
	return f, nil
}

// plainly says package flag's complaints as a user would.
func plainly(err error) error {
	if name, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -"); unknown {
		return fmt.Errorf("demo has no flag %s; accepted: --for, --seed, -o", dashed(strings.TrimPrefix(name, "-")))
	}
	if name, missing := strings.CutPrefix(err.Error(), "flag needs an argument: -"); missing {
		return fmt.Errorf("%s needs a value", dashed(name))
	}
	for _, name := range []string{"for", "seed", "o"} {
		if value, why, invalid := strings.Cut(err.Error(), " for flag -"+name+": "); invalid {
			return fmt.Errorf("%s: %s is %s", dashed(name), strings.TrimPrefix(value, "invalid value "), why)
		}
	}
	return err
}

// dashed writes a flag as the help does.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

func (f *demoFlags) setFor(text string) error {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return errors.New("not a duration; write it like 30s or 2m")
	case d < demoShortest || d > demoLongest:
		return errors.New("out of range; accepted: 2s to 10m")
	}
	f.duration = d
	return nil
}

func (f *demoFlags) setSeed(text string) error {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return errors.New("not a seed; accepted: whole numbers from 0")
	}
	f.seed = n
	return nil
}

func (f *demoFlags) setFormat(text string) error {
	if text != "text" && text != "json" {
		return errors.New("not a format; accepted: text, json")
	}
	f.format = text
	return nil
}
