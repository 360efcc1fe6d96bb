// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard/config"
)

func schemaCommand(s *session) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "schema [-o json]",
		Short: "Print the JSON Schema of policy files, for editors.",
		Example: `  fuseboard policy schema > fuseboard.schema.json
  fuseboard policy schema -o json
  fuseboard policy schema | head -3`,
		Long: `An editor that knows YAML completes and checks a policy file by it, if the file
begins with
  # yaml-language-server: $schema=./fuseboard.schema.json`,
		Args: takes(0, 0, ""),
		RunE: func(*cobra.Command, []string) error {
			_, err := s.out.Write(config.Schema())
			return err
		},
	}
	exits(c, exitError, exitUsage)
	formatFlag(c, &format, "the only one there is", "json")
	return c
}
