// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"fmt"
	"strings"

	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// fleetWords say what happens to nodes, and between them; concerned are those whose network it is, none for all.
func fleetWords(f scenario.OnFleet, concerned []int) (parts []string) {
	if len(f.Partition) > 0 {
		var groups []string
		for _, g := range f.Partition {
			groups = append(groups, strings.Join(numbersOf(g), ", "))
		}
		if len(groups) == 1 {
			groups = append(groups, "the others")
		}
		parts = append(parts, "the fleet is parted: "+strings.Join(groups, " | "))
	}
	if len(f.Cut.From)+len(f.Cut.To) > 0 {
		parts = append(parts, fmt.Sprintf("nothing gets from %s to %s", nodesOr(f.Cut.From, "anybody"), nodesOr(f.Cut.To, "anybody")))
	}
	if f.Loss > 0 {
		parts = append(parts, fmt.Sprintf("%s of packets from and to %s lost", plain.Percent(f.Loss), nodesOr(concerned, "all nodes")))
	}
	if f.Delay > 0 {
		parts = append(parts, fmt.Sprintf("packets from and to %s take %s longer", nodesOr(concerned, "all nodes"), plain.Duration(f.Delay)))
	}
	for _, one := range []struct {
		what  string
		nodes []int
	}{{"paused", f.Pause}, {"killed", f.Kill}, {"stopped", f.Stop}} {
		if len(one.nodes) > 0 {
			parts = append(parts, nodesOr(one.nodes, "")+" "+one.what)
		}
	}
	if len(f.Liar.Nodes) > 0 {
		parts = append(parts, nodesOr(f.Liar.Nodes, "")+" lying: "+f.Liar.Claims)
	}
	return parts
}

// nodesOr names nodes; otherwise where there are none.
func nodesOr(nodes []int, otherwise string) string {
	if len(nodes) == 0 {
		return otherwise
	}
	return "node " + strings.Join(numbersOf(nodes), ", ")
}
