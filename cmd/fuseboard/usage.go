// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// usageError is a command line that could not be read.
type usageError struct {
	problem string
	of      *cobra.Command // whose help says more
}

func (e *usageError) Error() string { return e.problem }

// see is the command that says more.
func (e *usageError) see() string {
	root, path, nested := strings.Cut(e.of.CommandPath(), " ")
	if !nested {
		return root + " help"
	}
	return root + " help " + path
}

// unknownCommand says what was meant, and what there is.
func unknownCommand(c *cobra.Command, given string) error {
	names, what := commandNames(c), "command"
	if strings.HasPrefix(given, "-") {
		what = "flag"
	}
	return &usageError{problem: fmt.Sprintf("unknown %s %q;%s accepted: %s", what, given, meant(given, names), strings.Join(names, ", ")), of: c}
}

// meant is a guess at what was meant, with a blank before it.
func meant(given string, names []string) string {
	if name, ok := plain.Nearest(given, names); ok && len(strings.TrimLeft(given, "-")) > 1 {
		return " did you mean " + name + "?"
	}
	return ""
}

// commandNames lists the commands below c.
func commandNames(c *cobra.Command) []string {
	var names []string
	if !c.HasParent() {
		names = append(names, "help")
	}
	for _, below := range c.Commands() {
		if !below.Hidden && below.Name() != "help" {
			names = append(names, below.Name())
		}
	}
	return names
}

// called is how a command's complaints name it: "policy validate".
func called(c *cobra.Command) string {
	_, name, _ := strings.Cut(c.CommandPath(), " ")
	return name
}

// sentence is a complaint about a flag's value that says by itself what it is about.
type sentence string

func (s sentence) Error() string { return string(s) }

// flagError says the complaints of package pflag as a user would.
func flagError(c *cobra.Command, err error) error {
	problem := err.Error()
	var (
		unknown *pflag.NotExistError
		missing *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
	)
	switch {
	case errors.As(err, &unknown):
		given := dashed(unknown.GetSpecifiedName())
		problem = fmt.Sprintf("%s has no flag %s;%s accepted: %s", called(c), given, meant(given, wholeNames(c)), strings.Join(flagNames(c), ", "))
	case errors.As(err, &missing):
		problem = fmt.Sprintf("%s needs a value", shown(missing.GetFlag()))
	case errors.As(err, &invalid):
		problem = fmt.Sprintf("%s: %q is %v", shown(invalid.GetFlag()), invalid.GetValue(), invalid.Unwrap())
		if invalid.GetFlag().Value.Type() == "bool" {
			problem = fmt.Sprintf("%s: %q is not one of true and false; %[1]s alone means true", shown(invalid.GetFlag()), invalid.GetValue())
		}
		if s, ok := errors.AsType[sentence](err); ok {
			problem = fmt.Sprintf("%s: %v", shown(invalid.GetFlag()), s)
		}
	}
	return &usageError{problem: problem, of: c}
}

// flagNames lists the flags of c as its help does.
func flagNames(c *cobra.Command) []string {
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Name != "help" && !f.Hidden {
			names = append(names, shown(f))
		}
	})
	return names
}

// wholeNames lists the flags of c by their names, and those that have one by their letter, too.
func wholeNames(c *cobra.Command) []string {
	names := flagNames(c)
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Shorthand != "" && !f.Hidden {
			names = append(names, "--"+f.Name)
		}
	})
	return names
}

// shown is how complaints name a flag: by its letter where it has one.
func shown(f *pflag.Flag) string {
	if f.Shorthand != "" {
		return "-" + f.Shorthand
	}
	return "--" + f.Name
}

// dashed writes a flag's name as the help does.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

// unbounded is for commands that take any number of arguments.
const unbounded = 1 << 30

// takes is a check of arguments: at least and at most so many, in words.
func takes(least, most int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return &usageError{problem: fmt.Sprintf("%s needs %s", called(c), what), of: c}
		case len(args) > most && most == 0:
			return &usageError{problem: fmt.Sprintf("%s takes no arguments, got %q; accepted flags: %s", called(c), args[0], strings.Join(flagNames(c), ", ")), of: c}
		case len(args) > most:
			return &usageError{problem: fmt.Sprintf("%s takes %s, got one more: %q", called(c), what, args[most]), of: c}
		}
		return nil
	}
}

// dashes writes a flag's whole name after one dash, as package flag allows it, with two.
func dashes(root *cobra.Command, args []string) []string {
	c, _, err := root.Find(args)
	if err != nil || len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) {
		return args
	}
	out := make([]string, len(args))
	for i, arg := range args {
		out[i] = arg
		if arg == "--" {
			copy(out[i:], args[i:])
			break
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(arg, "-"), "=")
		if strings.HasPrefix(arg, "-") && len(name) > 1 && (c.Flags().Lookup(name) != nil || name == "help") {
			out[i] = "-" + arg
		}
	}
	return out
}
