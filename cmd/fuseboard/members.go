// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/fuseboard/fuseboard/console/api"
)

// membersAnswer is what members says as JSON.
type membersAnswer struct {
	answer
	api.Members
}

func membersCommand(s *session) *cobra.Command {
	var a at
	var format string
	c := &cobra.Command{
		Use:   "members [flags]",
		Short: "List the nodes of the fleet, as a running node sees them.",
		Example: `  fuseboard members
  fuseboard members --node "$FUSEBOARD_NODE"
  fuseboard members -o json | grep '"state"'`,
		Long: nodeLong,
		Args: takes(0, 0, ""),
		RunE: func(c *cobra.Command, _ []string) error {
			node, err := s.reach(c, a)
			if err != nil {
				return err
			}
			defer node.Close()
			m, err := node.Members(c.Context())
			if err != nil {
				return unanswered(err)
			}
			return s.write(format, membersAnswer{answerOf("Members"), m}, func() error { return s.writeMembers(m) })
		},
	}
	exits(c, exitError, exitUsage, exitNotFound, exitUnauthorised, exitUnreachable)
	a.flags(c)
	formatFlag(c, &format, "table: for people; json: for machines", "table", "json")
	return c
}

func (s *session) writeMembers(m api.Members) error {
	if _, err := fmt.Fprintf(s.out, "%s, seen by %s\n", m.Fleet, m.Name); err != nil {
		return err
	}
	rows := [][]string{{"NODE", "ZONE", "ADDRESS", "STATE", "FOR", ""}}
	for _, one := range m.Members {
		rows = append(rows, []string{one.Name, or(one.Zone, "-"), one.Address, one.State, left(time.Duration(one.For)), remark(one)})
	}
	if err := writeTable(s.out, rows); err != nil {
		return err
	}
	for i, line := range contactLines(m.Contacts, alone(m.Members)) {
		if i == 0 {
			line = "\n" + line
		}
		if _, err := fmt.Fprintln(s.out, wrap(line, "  ", tableWidth)); err != nil {
			return err
		}
	}
	return nil
}

// alone reports whether nobody else is there.
func alone(all []api.MemberStatus) bool {
	return !slices.ContainsFunc(all, func(m api.MemberStatus) bool { return !m.Self && (m.State == "alive" || m.State == "suspect") })
}

// remark is what else there is to say of a member.
func remark(m api.MemberStatus) string {
	switch {
	case m.Self:
		return "this node"
	case m.Superseded:
		return "an older life of it"
	}
	return ""
}
