// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := start(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are what the command line says.
type options struct {
	rounds int
	length time.Duration
	only   string
	child  string
}

func start(ctx context.Context, args []string) error {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&o.rounds, "rounds", 7, "rounds, of which the table has the medians: an odd number")
	flags.DurationVar(&o.length, "for", 300*time.Millisecond, "how long one contender is measured in one round")
	flags.StringVar(&o.only, "only", "", "one scenario instead of all: "+strings.Join(scenarioNames(), ", "))
	flags.StringVar(&o.child, "child", "", "measure this contender once and print its figures as JSON (the command calls itself so)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.rounds < 1 || o.length < time.Millisecond {
		return fmt.Errorf("-rounds %d, -for %s: accepted are at least 1 and 1ms", o.rounds, o.length)
	}
	chosen := scenarios
	if o.only != "" {
		at := slices.IndexFunc(scenarios, func(s scenario) bool { return s.name == o.only })
		if at < 0 {
			return fmt.Errorf("-only %q is no scenario (accepted: %s)", o.only, strings.Join(scenarioNames(), ", "))
		}
		chosen = scenarios[at : at+1]
	}
	if o.child != "" {
		return measureOnce(o, chosen[0])
	}
	return printTables(ctx, o, chosen)
}

func scenarioNames() (names []string) {
	for _, s := range scenarios {
		names = append(names, s.name)
	}
	return names
}

// measureOnce is the whole life of a child.
func measureOnce(o options, s scenario) error {
	at := slices.IndexFunc(contenders, func(c contender) bool { return c.name == o.child })
	if at < 0 {
		return fmt.Errorf("-child %q is no contender", o.child)
	}
	f, err := measure(contenders[at], s, o.length)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(f)
}

// inChild measures in a process of its own.
func inChild(ctx context.Context, o options, c contender, s scenario) (f figures, err error) {
	self, err := os.Executable()
	if err != nil {
		return f, err
	}
	cmd := exec.CommandContext(ctx, self, "-child", c.name, "-only", s.name, "-for", o.length.String())
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return f, fmt.Errorf("%s, %s: %w", c.name, s.name, err)
	}
	return f, json.Unmarshal(out, &f)
}
