// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"testing"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/gossip"
)

func TestTheLaterOfTwoLivesCountsWhileItIsThere(t *testing.T) {
	t.Parallel()
	r := newRoster("me")
	for i, is := range []struct {
		boot  uint64
		state gossip.State
		alive bool
	}{
		{5, gossip.Alive, true},
		{7, gossip.Alive, true},
		{5, gossip.Failed, true}, // an old life ends, the other is there
		{5, gossip.Alive, true},
		{7, gossip.Failed, false},
		{5, gossip.Failed, false},
		{5, gossip.Alive, true}, // it was there all the time
		{7, gossip.Alive, true},
	} {
		r.member(fuseboard.Instant(i), gossip.Member{Name: "n", Boot: is.boot, State: is.state})
		if p := r.peers["n"]; p.alive != is.alive || p.boot < is.boot {
			t.Errorf("step %d: %+v", i, p)
		}
	}
}
