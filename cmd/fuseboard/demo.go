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
	"github.com/fuseboard/fuseboard/cmd/fuseboard/internal/demo/fleet"
)

const (
	demoFor      = 45 * time.Second
	demoShortest = 2 * time.Second
	demoLongest  = 10 * time.Minute
)

const demoLong = `Starts an HTTP upstream on loopback that is healthy, slow, failing, hanging and
healthy again, and calls it from three clients at once: plain net/http, the same
over a protected transport, and the same behind that policy with a cache and a
fallback. While it does so it serves its metrics for Prometheus, at the address
that it prints. That takes a third of the time.

Then a fleet: three nodes in this process, joined by memberlist over loopback,
before one upstream, each beside the same guard without a fleet. One node fails
alone and holds nobody; the upstream fails, all three hold and share their
probes; it is back, and they let it have its load by a ramp; one node is cut
off, knows it, and comes back. Each act ends when it was seen, and says so where
it was not within ten seconds. The fleet takes fifteen seconds at least,
whatever --for says; the partition is left out where --for is below 30s.

Prints what happens and, at the end of each part or at Ctrl-C, a table. Nothing
leaves this machine.

JSON: {"unprotected": {...}, "protected": {...}, "with_answers": {...},
"fleet": {...}}. The first three have these numbers:
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
                     run below 45s may
  slow_goodput_critical, _high, _normal, _sheddable
                     share of the calls of each priority, made while the
                     upstream was slow, that got it within 500ms

The fleet has these, -1 for what was not seen in time or not played:
  acts               how many of the five were played to their end
  members_ms         until each node saw all three
  sick_seen_ms       from the failure of node c until c knew that it is alone
  sick_others_calls, sick_others_refused
                     calls of a and b meanwhile, and those of them refused
  held_first_ms, held_all_ms
                     from the upstream's failure until one node held, and all
  outage_requests_per_second, outage_requests_per_second_alone
                     that reached the upstream while all held, and the one of
                     the guards without a fleet
  back_ms, back_ms_alone
                     from the upstream's return until everything passed again
  isolated_ms        from the cut until node c knew of it
  healed_ms          from the end of the cut until each node saw all three

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
		Use:   "demo [--for 45s] [--seed 1] [-o text|json]",
		Short: "See plain and protected calls to a breaking upstream, and a fleet.",
		Example: `  fuseboard demo
  fuseboard demo --for 2m --seed 7
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
	flags.Var(&read{"duration", "45s", f.setFor}, "for", "about how long, 2s to 10m; phases and acts stretch with it")
	flags.Var(&read{"number", "1", f.setSeed}, "seed", "of arrivals and faults, 0 or more")
	formatFlag(c, &f.format, "text: progress and table; json: the numbers alone on standard output, progress on standard error", "text", "json")
}

// demo runs until it is over or Ctrl-C ends it, which is as good; a second one ends the process at once.
func (s *session) demo(ctx context.Context, f demoFlags) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	long := max(f.duration/3, demoShortest)
	options := demo.Options{For: long, Seed: f.seed, Progress: s.out}
	if f.format == "json" {
		options.Progress = s.errs
	}
	report, err := demo.Run(ctx, options)
	if err == nil && f.format != "json" {
		err = report.WriteTable(s.out)
	}
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	report.Fleet, err = fleet.Run(ctx, fleet.Options{For: f.duration - long, Seed: f.seed, Progress: options.Progress})
	switch {
	case err != nil:
		return fmt.Errorf("demo: %w", err)
	case f.format == "json":
		return report.WriteJSON(s.out)
	case report.Fleet.Acts > 0:
		return report.Fleet.WriteTable(s.out)
	}
	return nil
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
