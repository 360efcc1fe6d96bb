// SPDX-License-Identifier: Apache-2.0

// Command hotreload edits a policy file a hundred times while a guard answers two thousand
// calls a second, and prints how long each edit took to be in force, and whether a call noticed.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config/live"
	"github.com/fuseboard/fuseboard/telemetry"
)

func main() {
	if err := run(os.Stdout, 100, 2000); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// text is a policy file with so many permits.
func text(permits int) string {
	return fmt.Sprintf(`apiVersion: fuseboard/v1
dependencies:
  payments:
    deadline: {total: 2s}
    bulkhead: {concurrency: %d, queue: 256}
    breaker: {failure_rate: 50%%, min_calls: 20}
`, permits)
}

func run(out io.Writer, edits, callsPerSecond int) (err error) {
	dir, err := os.MkdirTemp("", "hotreload")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "fuseboard.yaml")
	if err := write(path, text(64)); err != nil {
		return err
	}
	ctx := context.Background()
	quiet := slog.New(slog.DiscardHandler)
	sys, err := actors.Start(actors.Options{Logger: quiet})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, sys.Shutdown(ctx)) }()
	policies, err := live.Start(ctx, sys, live.Options{Path: path, Log: quiet})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, policies.Close()) }()
	payments, err := actors.Protect(sys, "payments", actors.Policy{})
	if err != nil {
		return err
	}
	tel, err := telemetry.New(sys, telemetry.Options{
		Service:  "shop",
		Policies: func() telemetry.PolicyNumbers { return telemetry.PolicyNumbers(policies.Numbers()) },
	})
	if err != nil {
		return err
	}

	load := begin(payments, callsPerSecond)
	took, err := edit(ctx, policies, path, edits)
	calls, failed := load.end()
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d edits while %d calls ran: %d calls failed or were refused\n", edits, calls, failed)
	fmt.Fprintf(out, "from edit to effect: p50 %s, p99 %s, longest %s\n", at(took, 0.50), at(took, 0.99), at(took, 1))
	if err := mistake(out, ctx, policies, path); err != nil {
		return err
	}
	return page(out, tel)
}

// page prints what the metrics say of the policy files.
func page(out io.Writer, tel *telemetry.Telemetry) error {
	var metrics strings.Builder
	tel.WritePrometheus(&metrics)
	for line := range strings.Lines(metrics.String()) {
		if strings.HasPrefix(line, "fuseboard_policies_version") || strings.HasPrefix(line, "fuseboard_policies_refusing") {
			if _, err := io.WriteString(out, line); err != nil {
				return err
			}
		}
	}
	return nil
}

// edit changes the permits again and again, and measures until each version is in force.
func edit(ctx context.Context, policies *live.Policies, path string, edits int) ([]time.Duration, error) {
	took := make([]time.Duration, 0, edits)
	for n := range edits {
		before := policies.Version().Number
		begun := time.Now()
		if err := write(path, text(65+n)); err != nil {
			return nil, err
		}
		patience, cancel := context.WithTimeout(ctx, 10*time.Second)
		_, err := policies.Next(patience, before)
		cancel()
		if err != nil {
			return nil, err
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	return took, nil
}

// mistake makes an edit that cannot be used, and shows what is said of it.
func mistake(out io.Writer, ctx context.Context, policies *live.Policies, path string) error {
	before := policies.Version().Number
	if err := write(path, strings.Replace(text(64), "queue", "qeue", 1)); err != nil {
		return err
	}
	for policies.Status().Refused == nil {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	said := strings.ReplaceAll(policies.Status().Refused.Error(), filepath.Dir(path)+string(filepath.Separator), "")
	fmt.Fprintf(out, "a typo is refused, and version %d stays in force:\n%s\n", before, said)
	return nil
}

// write replaces the file as an editor does: a reader sees the old text or the new one.
func write(path, text string) error {
	if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// at is the quantile of sorted durations.
func at(sorted []time.Duration, q float64) time.Duration {
	return sorted[max(0, min(len(sorted)-1, int(q*float64(len(sorted)))))].Round(time.Millisecond)
}
