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
	"runtime"
	"slices"
	"strconv"
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
	dir    string
	page   string
	child  string
	cores  int
}

func start(ctx context.Context, args []string) error {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&o.rounds, "rounds", 7, "rounds, of which the tables have the medians: an odd number")
	flags.DurationVar(&o.length, "for", 100*time.Millisecond, "how long one contender is measured in one round")
	flags.StringVar(&o.only, "only", "", "scenarios or groups, with commas between, instead of all: "+accepted())
	flags.StringVar(&o.dir, "out", "", "folder for one file a contender that benchstat reads; none without")
	flags.StringVar(&o.page, "page", "", "page in Markdown that the tables are written into, between its two marks; none without")
	flags.StringVar(&o.child, "child", "", "measure this contender once and print its figures as JSON (the command calls itself so)")
	flags.IntVar(&o.cores, "cores", 1, "GOMAXPROCS of -child")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.rounds < 1 || o.length < time.Millisecond {
		return fmt.Errorf("-rounds %d, -for %s: accepted are at least 1 and 1ms", o.rounds, o.length)
	}
	chosen, err := choose(o.only)
	if err != nil {
		return err
	}
	if o.child != "" {
		return measureOnce(o, chosen[0])
	}
	return compare(ctx, o, chosen)
}

// choose are the scenarios of which the name or the group is named.
func choose(only string) (chosen []scenario, err error) {
	if only == "" {
		return scenarios, nil
	}
	for name := range strings.SplitSeq(only, ",") {
		before := len(chosen)
		for _, s := range scenarios {
			if s.name == name || s.group == name {
				chosen = append(chosen, s)
			}
		}
		if len(chosen) == before {
			return nil, fmt.Errorf("-only %q is no scenario and no group (accepted: %s)", name, accepted())
		}
	}
	return chosen, nil
}

func accepted() string {
	var names []string
	for _, s := range scenarios {
		if !slices.Contains(names, s.group) {
			names = append(names, s.group)
		}
	}
	for _, s := range scenarios {
		names = append(names, s.name)
	}
	return strings.Join(names, ", ")
}

// measureOnce is the whole life of a child.
func measureOnce(o options, s scenario) error {
	at := slices.IndexFunc(contenders, func(c contender) bool { return c.name == o.child })
	if at < 0 || !s.fits(contenders[at]) {
		return fmt.Errorf("-child %q is no contender of %s", o.child, s.name)
	}
	runtime.GOMAXPROCS(max(o.cores, 1))
	f, err := measure(contenders[at], s, o.length)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(f)
}

// inChild measures in a process of its own.
func inChild(ctx context.Context, o options, c contender, s scenario, cores int) (f figures, err error) {
	self, err := os.Executable()
	if err != nil {
		return f, err
	}
	cmd := exec.CommandContext(ctx, self, "-child", c.name, "-only", s.name, "-for", o.length.String(), "-cores", strconv.Itoa(cores))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return f, fmt.Errorf("%s, %s: %w", c.name, s.name, err)
	}
	return f, json.Unmarshal(out, &f)
}
