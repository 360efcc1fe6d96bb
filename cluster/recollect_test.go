// SPDX-License-Identifier: Apache-2.0

package cluster_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/cluster/events"
	"github.com/fuseboard/fuseboard/gossip"
)

// replica is a node with two dependencies, which its events tell of.
func replica(t *testing.T, o cluster.Options) *cluster.Node {
	t.Helper()
	sys, n := started(t, o)
	for _, name := range []string{"payments", "search"} {
		if _, err := actors.Protect(sys, name, actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 1}}); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// told are the events of an origin at a node, once there are as many as wanted.
func told(t *testing.T, n *cluster.Node, origin string, want int) (all []events.Item) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var at events.Cursor
	for len(all) < want {
		page, err := n.Events(ctx, at, 0)
		if err != nil || len(page.Items) == 0 {
			t.Fatalf("%d of %d events of %s: %+v, %v", len(all), want, origin, all, err)
		}
		for _, e := range page.Items {
			if e.Origin == origin {
				all = append(all, e)
			}
		}
		at = page.Next
	}
	return all
}

// same reports whether two events are one.
func same(a, b events.Item) bool { return a.Boot == b.Boot && a.Seq == b.Seq && a.Text == b.Text }

func TestANodeThatBeginsAgainGetsTheEventsOfItsFormerLivesBack(t *testing.T) {
	key := [][]byte{[]byte("0123456789abcdef")}
	a := replica(t, cluster.Options{Service: "shop", Name: "a", Keys: key})
	o := cluster.Options{Service: "shop", Name: "b", Keys: key, Seeds: []gossip.Seeds{gossip.Static(a.Gossip().Self().Address)}}
	b := replica(t, o)
	first := told(t, a, "b", 2)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = replica(t, o)
	here := told(t, b, "b", len(first)+2)
	there := told(t, a, "b", len(first)+2)
	if !slices.EqualFunc(here, there, same) {
		t.Errorf("b has\n%+v\nand a\n%+v", here, there)
	}
	if !slices.EqualFunc(here[:len(first)], first, same) || here[len(first)].Boot <= first[0].Boot || here[len(first)].Seq != 1 {
		t.Errorf("its former life was\n%+v\nand it has\n%+v", first, here)
	}
}
