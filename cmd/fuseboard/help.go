// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// width is of the lines of help, in columns.
const width = 80

var exitWords = map[int]string{
	exitOK:           "done",
	exitError:        "failed",
	exitUsage:        "the command line could not be read",
	exitInvalid:      "a policy or a scenario is not valid",
	exitNotFound:     "a path or a name was not found",
	exitUnauthorised: "the node does not take the token or the key",
	exitUnreachable:  "the node cannot be reached",
	exitConflict:     "a file is there already",
	exitNoBubble:     "this build has no virtual time",
	exitUnmet:        "an expectation does not hold or is unsettled",
	exitStopped:      "stopped by Ctrl-C",
}

const exitsOf = "exits" // the annotation of a command that holds its exit codes

// exits says which exit codes a command has beside 0.
func exits(c *cobra.Command, codes ...int) {
	list := make([]string, len(codes))
	for i, code := range codes {
		list[i] = strconv.Itoa(code)
	}
	c.Annotations = map[string]string{exitsOf: strings.Join(list, " ")}
}

// help is all that can be said of a command: what it does in a sentence, three examples, and
// then the rest.
func help(c *cobra.Command) string {
	c.InitDefaultHelpFlag() // by whatever way it is asked for
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\nExamples:\n%s\n\nUsage: %s\n", c.Short, c.Example, usageLine(c))
	if c.Long != "" {
		fmt.Fprintf(&b, "\n%s\n", strings.TrimSpace(c.Long))
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\nCommands:\n%s", commandList(c))
	}
	if c.HasAvailableLocalFlags() && !c.DisableFlagParsing {
		fmt.Fprintf(&b, "\nFlags:\n%s", flagList(c.LocalFlags()))
	}
	fmt.Fprintf(&b, "\n%s\n", wrap("Exit codes: "+exitList(c), "  ", width))
	return b.String()
}

func usageLine(c *cobra.Command) string {
	if c.HasAvailableSubCommands() {
		return c.CommandPath() + " <command> [flags]"
	}
	c.DisableFlagsInUseLine = true // Use has them
	return c.UseLine()
}

func commandList(c *cobra.Command) string {
	var b strings.Builder
	for _, below := range c.Commands() {
		if below.Hidden {
			continue
		}
		fmt.Fprintln(&b, wrap(fmt.Sprintf("  %-11s %s", below.Name(), strings.TrimSuffix(below.Short, ".")), strings.Repeat(" ", 14), width))
	}
	return b.String()
}

func flagList(flags *pflag.FlagSet) string {
	var names, usages []string
	widest := 0
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name := "      --" + f.Name
		if f.Shorthand != "" {
			name = "  -" + f.Shorthand + ", --" + f.Name
		}
		if kind := f.Value.Type(); kind != "bool" {
			name += " " + kind
		}
		usage := f.Usage
		if f.Name == "help" {
			usage = "this text"
		}
		if d := f.DefValue; d != "" && d != "false" {
			usage += " (default " + d + ")"
		}
		names, usages = append(names, name), append(usages, usage)
		widest = max(widest, len(name))
	})
	var b strings.Builder
	for i, name := range names {
		fmt.Fprintln(&b, wrap(fmt.Sprintf("%-*s  %s", widest, name, usages[i]), strings.Repeat(" ", widest+2), width))
	}
	return b.String()
}

func exitList(c *cobra.Command) string {
	list := []string{"0 done"}
	for code := range strings.FieldsSeq(c.Annotations[exitsOf]) {
		if n, err := strconv.Atoi(code); err == nil {
			list = append(list, code+" "+exitWords[n])
		}
	}
	return strings.Join(list, ", ") + "."
}

// wrap breaks a line between words, with margin before all but the first.
func wrap(line, margin string, columns int) string {
	var b strings.Builder
	for len(line) > columns {
		at := strings.LastIndex(line[:columns+1], " ")
		if strings.TrimSpace(line[:max(at, 0)]) == "" {
			break
		}
		b.WriteString(strings.TrimRight(line[:at], " ") + "\n")
		line = margin + line[at+1:]
	}
	b.WriteString(line)
	return b.String()
}

func helpCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "help [COMMAND...]",
		Short: "Say what a command does, with its flags and examples.",
		Example: `  fuseboard help
  fuseboard help demo
  fuseboard help policy validate`,
	}
	exits(c, exitError, exitUsage)
	c.RunE = func(c *cobra.Command, args []string) error { return helpOf(c.Root(), args) }
	c.ValidArgsFunction = func(c *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		at := c.Root()
		for _, name := range args {
			if at = find(at, name); at == nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
		}
		return commandNames(at), cobra.ShellCompDirectiveNoFileComp
	}
	return c
}

// helpOf prints the help of a command below c.
func helpOf(c *cobra.Command, names []string) error {
	for _, name := range names {
		below := find(c, name)
		if below == nil {
			return unknownCommand(c, name)
		}
		c = below
	}
	_, err := fmt.Fprint(c.OutOrStdout(), help(c))
	return err
}

func find(c *cobra.Command, name string) *cobra.Command {
	for _, below := range c.Commands() {
		if below.Name() == name {
			return below
		}
	}
	return nil
}
