// SPDX-License-Identifier: Apache-2.0

package main

import "github.com/spf13/cobra"

func policyCommand(s *session) *cobra.Command {
	c := group(&cobra.Command{
		Use:   "policy",
		Short: "Judge, explain and compare policy files.",
		Example: `  fuseboard policy validate fuseboard.yaml
  fuseboard policy explain fuseboard.yaml payments
  fuseboard policy diff old.yaml fuseboard.yaml`,
		Long: `A PATH is a file, a directory, or - for standard input. A directory is read as
one: its *.yaml, *.yml and *.json together, *.schema.json left out.`,
	})
	exits(c, exitError, exitUsage, exitInvalid, exitNotFound)
	c.AddCommand(validateCommand(s), lintCommand(s), explainCommand(s), previewCommand(s), diffCommand(s), schemaCommand(s), migrateCommand(s))
	return c
}
