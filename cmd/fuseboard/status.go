// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard/console/api"
)

// statusAnswer is what status says as JSON, dependencyAnswer what it says of one dependency.
type (
	statusAnswer struct {
		answer
		api.Status
	}
	dependencyAnswer struct {
		answer
		api.Dependency
	}
)

func statusCommand(s *session) *cobra.Command {
	var a at
	var format string
	c := &cobra.Command{
		Use:   "status [DEPENDENCY] [flags]",
		Short: "Say how the fleet and its dependencies are, as a running node sees it.",
		Example: `  fuseboard status
  fuseboard status payments
  fuseboard status -o json`,
		Long: `Of a dependency that is named it says all: what the fleet makes of it, the
orders about it, and what a call would meet now, and why.

MODE is how far the node follows the fleet: off, advise, follow. CIRCUIT is the
node's own: its state, or what holds it. PHASE is what the fleet asks of it:
clear, hold (no calls but probes), ramp (a share of the calls). SCOPE is whose
trouble it is: node, zone, or the dependency's. FAILING counts the nodes that
call it and fail, of those that call it.

` + nodeLong,
		Args:              takes(0, 1, "at most one dependency"),
		ValidArgsFunction: s.ofNode(&a),
		RunE: func(c *cobra.Command, args []string) error {
			node, err := s.reach(c, a)
			if err != nil {
				return err
			}
			defer node.Close()
			if len(args) == 1 {
				d, err := node.Dependency(c.Context(), args[0])
				if err != nil {
					return unanswered(err)
				}
				return s.write(format, dependencyAnswer{answerOf("Dependency"), d}, func() error { return s.writeDependency(d) })
			}
			st, err := node.Status(c.Context())
			if err != nil {
				return unanswered(err)
			}
			return s.write(format, statusAnswer{answerOf("Status"), st}, func() error { return s.writeStatus(st) })
		},
	}
	exits(c, exitError, exitUsage, exitNotFound, exitUnauthorised, exitUnreachable)
	a.flags(c)
	formatFlag(c, &format, "table: for people; json: for machines", "table", "json")
	return c
}
