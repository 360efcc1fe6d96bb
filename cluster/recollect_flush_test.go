// SPDX-License-Identifier: Apache-2.0

package cluster_test

import (
	"context"
	"testing"

	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/gossip"
)

func TestWhatHappenedInAShortLifeIsToldWhenTheNodeLeaves(t *testing.T) {
	key := [][]byte{[]byte("0123456789abcdef")}
	a := replica(t, cluster.Options{Service: "shop", Name: "a", Keys: key})
	b := replica(t, cluster.Options{Service: "shop", Name: "b", Keys: key, Seeds: []gossip.Seeds{gossip.Static(a.Gossip().Self().Address)}})
	says(t, b, func(c cluster.Contacts) bool { return len(c.Seeds) == 1 && c.Seeds[0].Met })
	if err := b.Leave(context.Background()); err != nil {
		t.Fatal(err)
	}
	told(t, a, "b", 2)
}
