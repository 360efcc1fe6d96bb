// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/cluster/orders"
)

// keyAnswer is what keygen says as JSON. There is nothing secret in it.
type keyAnswer struct {
	answer
	Name        string `json:"name"`
	Public      string `json:"public"` // the line for nodes
	Fingerprint string `json:"fingerprint"`
	PrivateFile string `json:"private_file"`
	PublicFile  string `json:"public_file"`
}

func operatorCommand(s *session) *cobra.Command {
	c := group(&cobra.Command{
		Use:   "operator",
		Short: "Make the keys of those who give orders to a fleet.",
		Example: `  fuseboard operator keygen grace
  fuseboard operator keygen grace --out grace-2026.key
  fuseboard operator keygen grace -o json`,
	})
	exits(c, exitError, exitUsage, exitConflict)
	c.AddCommand(keygenCommand(s))
	return c
}

func keygenCommand(s *session) *cobra.Command {
	var path, format string
	c := &cobra.Command{
		Use:   "keygen NAME [flags]",
		Short: "Make an operator's key: a private file, and a public line for the nodes.",
		Example: `  fuseboard operator keygen grace
  fuseboard operator keygen grace --out grace-2026.key
  fuseboard operator keygen grace -o json`,
		Long: `NAME is what stands beside your orders: a-z 0-9 _ . - @. The private key goes to
FILE, which only you may read (0600); hold and release take it as --key. The
public line goes to FILE.pub and to standard output: every node that shall obey
you needs it, in cluster.Options.Operators (orders.ParseOperator), or in the
file that orders.ReadTrust reads. Compare the fingerprint by voice before a line
is added. Nothing is overwritten.`,
		Args: takes(1, 1, "one name"),
		RunE: func(c *cobra.Command, args []string) error {
			return s.keygen(c, args[0], or(path, args[0]+".key"), format)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveNoFileComp
		},
	}
	exits(c, exitError, exitUsage, exitConflict)
	c.Flags().SortFlags = false
	c.Flags().Var(&anyText{"FILE", &path}, "out", "where the private key goes; if not given, NAME.key")
	formatFlag(c, &format, "text: for people; json: for machines", "text", "json")
	return c
}

func (s *session) keygen(c *cobra.Command, name, path, format string) error {
	signer, err := orders.GenerateSigner()
	if err != nil {
		return err
	}
	o, err := signer.Operator(name)
	if ps, ok := errors.AsType[fuseboard.Problems](err); ok {
		return &usageError{problem: oneLine(ps), of: c}
	}
	if err != nil {
		return err
	}
	err = signer.WriteFiles(path, name)
	if there, ok := errors.AsType[*fs.PathError](err); ok && errors.Is(err, fs.ErrExist) {
		return &failure{exitConflict, there.Path + " is there already; a key is never overwritten"}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return &failure{exitError, "the folder of " + path + " does not exist; make it, or give another file with --out"}
	}
	if err != nil {
		return err
	}
	a := keyAnswer{answerOf("OperatorKey"), name, o.String(), o.Key().String(), path, path + ".pub"}
	return s.write(format, a, func() error {
		_, err := fmt.Fprintf(s.out, "%s\n", a.Public)
		fmt.Fprintf(s.errs, "fingerprint %s\nprivate key in %s: for you alone; the line above is in %s, for every node\n", a.Fingerprint, a.PrivateFile, a.PublicFile)
		return err
	})
}
