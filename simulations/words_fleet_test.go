// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/simulations/scenario"
	"github.com/fuseboard/fuseboard/simulations/world"
)

func TestFaultsOfAFleetAreToldInWords(t *testing.T) {
	for want, f := range map[string]scenario.Fault{
		"the fleet is parted: 1, 2 | the others":                                               {Fleet: scenario.OnFleet{Partition: [][]int{{1, 2}}}},
		"the fleet is parted: 1 | 2, 3":                                                        {Fleet: scenario.OnFleet{Partition: [][]int{{1}, {2, 3}}}},
		"nothing gets from anybody to node 3":                                                  {Fleet: scenario.OnFleet{Cut: scenario.Cut{To: []int{3}}}},
		"30% of packets from and to node 3 lost, packets from and to node 3 take 100ms longer": {Effect: world.Effect{Nodes: []int{3}}, Fleet: scenario.OnFleet{Loss: 0.3, Delay: 100 * time.Millisecond}},
		"node 1 paused, node 2, 3 killed, node 4 stopped":                                      {Fleet: scenario.OnFleet{Pause: []int{1}, Kill: []int{2, 3}, Stop: []int{4}}},
		"payments: node 2 lying: ok":                                                           {Dependency: "payments", Fleet: scenario.OnFleet{Liar: scenario.Liar{Nodes: []int{2}, Claims: "ok"}}},
	} {
		if got := inWords(f); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
