// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// The exit codes. Each has its words in exitWords.
const (
	exitOK           = 0
	exitError        = 1
	exitUsage        = 2
	exitInvalid      = 3
	exitNotFound     = 4
	exitUnauthorised = 5
	exitUnreachable  = 6
	exitConflict     = 7
	exitNoBubble     = 70  // EX_SOFTWARE
	exitUnmet        = 99  // as k6 has it
	exitStopped      = 130 // of the shell, for who dies of Ctrl-C
)

// session is what a command line is run with.
type session struct {
	in        io.Reader
	out, errs io.Writer
	env       []string
	color     bool // of out
	lively    bool // errs is a terminal, where a line can be drawn again
	simulation
	operation
}

// run does what args ask for and returns the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	env := os.Environ()
	s := &session{in: in, out: out, errs: errs, env: env, color: colored(out, env), lively: lively(errs, env), simulation: realSimulation(), operation: realOperation()}
	return s.run(ctx, args)
}

func (s *session) run(ctx context.Context, args []string) int {
	root := rootCommand(s)
	if len(args) == 1 && args[0] == "--version" { // as most commands have it
		args = []string{"version"}
	}
	root.SetArgs(dashes(root, args))
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.errs)
	return s.exit(root.ExecuteContext(ctx))
}

// failure ends a command with a code of its own. Without a message all is said already.
type failure struct {
	code    int
	message string
}

func (f *failure) Error() string { return f.message }

// exit tells what went wrong, and returns the exit code for it.
func (s *session) exit(err error) int {
	if err == nil {
		return exitOK
	}
	if usage, ok := errors.AsType[*usageError](err); ok {
		fmt.Fprintf(s.errs, "fuseboard: %s\nSee: %s\n", usage.problem, usage.see())
		return exitUsage
	}
	if f, ok := errors.AsType[*failure](err); ok {
		if f.message != "" {
			fmt.Fprintf(s.errs, "fuseboard: %s\n", f.message)
		}
		return f.code
	}
	fmt.Fprintf(s.errs, "fuseboard: %v\n", err)
	return exitError
}

// silent is err, once it has been told.
func silent(err error) error {
	if f, ok := errors.AsType[*failure](err); ok {
		return &failure{code: f.code}
	}
	return &failure{code: exitError}
}

// worse returns the failure with the higher code.
func worse(a, b error) error {
	var f, g *failure
	if errors.As(a, &f) && errors.As(b, &g) && f.code > g.code {
		return a
	}
	return b
}

// rootCommand is the tree of all commands.
func rootCommand(s *session) *cobra.Command {
	root := group(&cobra.Command{
		Use:   "fuseboard",
		Short: "Fuseboard protects the things a service calls.",
		Example: `  fuseboard demo
  fuseboard init
  fuseboard policy validate fuseboard.yaml`,
	})
	exits(root, exitError, exitUsage, exitInvalid, exitNotFound, exitUnauthorised, exitUnreachable, exitConflict, exitNoBubble, exitUnmet, exitStopped)
	root.SilenceErrors, root.SilenceUsage = true, true // exit tells them
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { fmt.Fprint(c.OutOrStdout(), help(c)) })
	root.AddCommand(demoCommand(s), simulateCommand(s), policyCommand(s), initCommand(s), completionCommand(s), versionCommand(s))
	root.AddCommand(membersCommand(s), statusCommand(s), eventsCommand(s), holdCommand(s), releaseCommand(s), operatorCommand(s))
	root.SetHelpCommand(helpCommand())
	return root
}

// group makes c a command that only has others below it.
func group(c *cobra.Command) *cobra.Command {
	c.DisableFlagParsing = true // its arguments are those of a command that is not there
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return &usageError{problem: "no command given; accepted: " + strings.Join(commandNames(c), ", "), of: c}
		}
		switch args[0] {
		case "-h", "-help", "--help":
			return c.Help()
		case "help":
			return helpOf(c, args[1:])
		}
		return unknownCommand(c, args[0])
	}
	return c
}

// colored reports whether out may be given colours: it is a terminal, and nobody asked for none.
func colored(out io.Writer, env []string) bool {
	return variable(env, "NO_COLOR") == "" && lively(out, env)
}

// lively reports whether out is a terminal that can do more than to print.
func lively(out io.Writer, env []string) bool {
	f, ok := out.(*os.File)
	if !ok || variable(env, "TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// variable is what the environment says of a name; empty for nothing.
func variable(env []string, name string) (value string) {
	for _, v := range env {
		if n, text, _ := strings.Cut(v, "="); n == name {
			value = text
		}
	}
	return value
}
