// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard/cmd/fuseboard/internal/demo"
)

const (
	demoFor      = 25 * time.Second
	demoShortest = 2 * time.Second
	demoLongest  = 10 * time.Minute
)

const demoLong = `Starts an HTTP upstream on loopback that is healthy, slow, failing, hanging and
healthy again, and calls it from three clients at once: plain net/http, the same
over a protected transport, and the same behind that policy with a cache and a
fallback. Prints what happens and, at the end or at Ctrl-C, a table. While it
runs it serves its metrics for Prometheus, at the address that it prints.
Nothing leaves this machine.

JSON: {"unprotected": {...}, "protected": {...}, "with_answers": {...}}, each
with these numbers:
  calls              made by the callers, the same on all sides
  ok                 calls that got a good answer, degraded ones included
  goodput            share of calls, 0 to 1, that got it within 500ms
  degraded           calls that got, within 500ms, an answer in place of the
                     upstream's: older than the policy would have it, or
                     computed by the fallback
  from_cache         calls that got, within 500ms, an answer that the cache may
                     give without asking; none of them is degraded
  oldest_answer_ms   age of the oldest answer that a call got
  p50_ms, p99_ms     until the caller knew: answered, failed or refused
  upstream_requests  requests that reached the upstream, repetitions included
  recovery_ms        from the upstream's return to health to the first of two
                     500ms buckets in a row with 90% of calls answered in time
                     and not degraded; -1 if the run ended before that, as a
                     run below 15s may
  slow_goodput_critical, _high, _normal, _sheddable
                     share of the calls of each priority, made while the
                     upstream was slow, that got it within 500ms

The guard's times are short, as the run is: a service would open its circuit
for ten seconds, not one. And an open circuit has its price: while the upstream
fails 9 in 10 calls, the guard refuses the tenth as well.`

type demoFlags struct {
	duration time.Duration
	seed     uint64
	format   string
}

func demoCommand(s *session) *cobra.Command {
	var f demoFlags
	c := &cobra.Command{
		Use:   "demo [--for 25s] [--seed 1] [-o text|json]",
		Short: "See plain and protected calls to a breaking upstream, side by side.",
		Example: `  fuseboard demo
  fuseboard demo --for 1m --seed 7
  fuseboard demo -o json 2>/dev/null | jq .protected.goodput`,
		Long: demoLong,
		Args: takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error { return s.demo(c.Context(), f) },
	}
	exits(c, exitError, exitUsage)
	f.flags(c)
	return c
}

// flags adds them to c, and gives f their defaults.
func (f *demoFlags) flags(c *cobra.Command) {
	f.duration, f.seed = demoFor, 1
	flags := c.Flags()
	flags.SortFlags = false
	flags.Var(&read{"duration", "25s", f.setFor}, "for", "how long, 2s to 10m; the phases stretch with it")
	flags.Var(&read{"number", "1", f.setSeed}, "seed", "of arrivals and faults, 0 or more")
	formatFlag(c, &f.format, "text: progress and table; json: the numbers alone on standard output, progress on standard error", "text", "json")
}

// demo runs until it is over or Ctrl-C ends it, which is as good; a second one ends the process at once.
func (s *session) demo(ctx context.Context, f demoFlags) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	options := demo.Options{For: f.duration, Seed: f.seed, Progress: s.out}
	if f.format == "json" {
		options.Progress = s.errs
	}
	report, err := demo.Run(ctx, options)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if f.format == "json" {
		return report.WriteJSON(s.out)
	}
	return report.WriteTable(s.out)
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
