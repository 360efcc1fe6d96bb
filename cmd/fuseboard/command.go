// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The exit codes.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
)

// command is one thing that fuseboard can do.
type command struct {
	name, summary string
	run           func(ctx context.Context, args []string, out, errs io.Writer) error
}

func commands() []command {
	return []command{
		{"demo", "see plain and protected calls to a breaking upstream, side by side", runDemo},
	}
}

// usageError is a command line that could not be read.
type usageError struct {
	problem string
	command string // whose help says more; empty for fuseboard's own
}

func (e *usageError) Error() string { return e.problem }

// run does what args ask for and returns the exit code.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	err := dispatch(ctx, args, out, errs)
	if err == nil {
		return exitOK
	}
	usage, ok := errors.AsType[*usageError](err)
	if !ok {
		fmt.Fprintf(errs, "fuseboard: %v\n", err)
		return exitError
	}
	fmt.Fprintf(errs, "fuseboard: %s\nSee: fuseboard help%s\n", usage.problem, strings.TrimSuffix(" "+usage.command, " "))
	return exitUsage
}

func dispatch(ctx context.Context, args []string, out, errs io.Writer) error {
	if len(args) == 0 {
		return &usageError{problem: "no command given; accepted: " + names()}
	}
	name, rest := args[0], args[1:]
	switch name {
	case "help", "-h", "-help", "--help":
		if len(rest) == 0 || rest[0] == "help" {
			return help(out)
		}
		name, rest = rest[0], []string{"--help"}
	}
	for _, c := range commands() {
		if c.name == name {
			return c.run(ctx, rest, out, errs)
		}
	}
	return &usageError{problem: fmt.Sprintf("unknown command %q; accepted: %s", name, names())}
}

func names() string {
	all := []string{"help"}
	for _, c := range commands() {
		all = append(all, c.name)
	}
	return strings.Join(all, ", ")
}

func help(out io.Writer) error {
	var b strings.Builder
	b.WriteString("Fuseboard protects the things a service calls.\n\nUsage: fuseboard <command> [flags]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-8s %s\n", c.name, c.summary)
	}
	b.WriteString("  help     this text, or with a command's name its flags and examples\n\n" +
		"Exit codes: 0 done, 1 failed, 2 the command line could not be read.\n")
	_, err := io.WriteString(out, b.String())
	return err
}
