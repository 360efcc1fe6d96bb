// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/gossip"
)

func TestAnOutageIsHeldByAllAndReleasedByAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 5, following(), nil)
		defer f.close()
		time.Sleep(20 * time.Second)
		if got := f.phases(); slices.Contains(got, "hold") {
			t.Fatalf("held before anything failed: %v", got)
		}
		for _, r := range f.nodes {
			r.down.Store(true)
		}
		time.Sleep(12 * time.Second)
		for _, r := range f.nodes {
			if s := f.of(r); s.Phase != "hold" || s.Scope != "dependency" {
				t.Errorf("%s: %+v", r.name, s)
			}
			if e := r.ref.Evidence(); e.Phase != actors.FleetHold {
				t.Errorf("%s is told to hold, and its guard does not: %+v", r.name, e)
			}
		}
		for _, r := range f.nodes {
			r.down.Store(false)
		}
		time.Sleep(40 * time.Second)
		for _, r := range f.nodes {
			if s := f.of(r); s.Phase != "clear" || s.Circuit != "closed" {
				t.Errorf("%s: %+v", r.name, s)
			}
		}
	})
}

func TestOneSickNodeHoldsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 5, following(), nil)
		defer f.close()
		time.Sleep(15 * time.Second)
		f.nodes[2].down.Store(true)
		scopes := map[string]bool{}
		for range 60 {
			time.Sleep(time.Second)
			scopes[f.of(f.nodes[2]).Scope] = true
			if got := f.phases(); slices.Contains(got, "hold") {
				t.Fatalf("held: %v", got)
			}
		}
		if !scopes["node"] || scopes["dependency"] {
			t.Errorf("the sick one takes it for the trouble of %v", scopes)
		}
	})
}

func TestTwoCallersAreToldThatTheVerdictIsInactive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 2, following(), nil)
		defer f.close()
		time.Sleep(30 * time.Second)
		if s := f.of(f.nodes[0]); s.Text != "inactive, 2 callers" {
			t.Errorf("%+v", s)
		}
	})
}

func TestWithoutTrustAFleetOnlyAdvises(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 3, following(), func(_ int, o *cluster.Options) { o.Trust = cluster.TrustNone })
		defer f.close()
		time.Sleep(20 * time.Second)
		for _, r := range f.nodes {
			r.down.Store(true)
		}
		time.Sleep(12 * time.Second)
		for _, r := range f.nodes {
			if s := f.of(r); s.Effective != "advise" {
				t.Errorf("%+v", s)
			}
			if e := r.ref.Evidence(); e.Phase != 0 {
				t.Errorf("the guard is held: %+v", e)
			}
		}
	})
}

func TestANodeThatLeftHasNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // a bubble with a goroutine left fails
		f := newFleet(t, 3, following(), nil)
		time.Sleep(5 * time.Second)
		if err := f.nodes[2].node.Leave(t.Context()); err != nil {
			t.Error(err)
		}
		if _, err := f.nodes[2].node.Status(t.Context()); err == nil {
			t.Error("who has left has a status")
		}
		f.close()
	})
}

func TestBadOptionsAreToldAllAtOnce(t *testing.T) {
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = sys.Shutdown(t.Context()) }()
	_, err = cluster.Join(t.Context(), sys, cluster.Options{Environment: "a b", Trust: cluster.TrustMTLS})
	for _, path := range []string{"service", "environment", "trust", "name", "keys"} {
		if err == nil || !strings.Contains(err.Error(), "\n"+path) && !strings.Contains(err.Error(), path+":") {
			t.Errorf("nothing is said of %s: %v", path, err)
		}
	}
}

// What fails must not have been seen by the others: a life that began and ended.
func TestWhoIsInAFleetIsNotSeenToJoinAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 3, following(), nil)
		defer f.close()
		time.Sleep(3 * time.Second)
		r := f.nodes[1]
		_, err := cluster.Join(t.Context(), r.sys, cluster.Options{
			Service: "shop", Name: r.name, Keys: [][]byte{key}, Trust: cluster.TrustGossipKey, Seeds: []gossip.Seeds{gossip.Static("10.0.0.1:7946")},
			Carrier: func(string) (memberlist.NodeAwareTransport, error) { return f.net.Node("another") },
		})
		if err == nil {
			t.Fatal("a System is in two fleets")
		}
		time.Sleep(10 * time.Second)
		for _, n := range f.nodes {
			if all := n.node.Members(); len(all) != 3 {
				t.Errorf("%s sees %+v", n.name, all)
			}
		}
	})
}

// Two processes took the same name. When the later one has died, the earlier one is a caller again.
func TestOfTwoLivesOfANameTheEarlierCountsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFleet(t, 3, following(), nil)
		defer f.close()
		time.Sleep(3 * time.Second)
		twin := f.again(f.nodes[1])
		time.Sleep(20 * time.Second)
		twin.end()
		_ = twin.node.Close()
		_ = twin.sys.Shutdown(context.Background())
		time.Sleep(30 * time.Second)
		for _, r := range f.nodes {
			if d := f.of(r); d.Callers != 3 {
				t.Errorf("%s sees %d callers: %+v", r.name, d.Callers, d)
			}
		}
	})
}

// again starts another process under a replica's name.
func (f *fleet) again(r *replica) *replica {
	f.t.Helper()
	kept := f.nodes
	twin := f.start(1, following(), func(_ int, o *cluster.Options) {
		o.Carrier = func(string) (memberlist.NodeAwareTransport, error) { return f.net.Node(r.name + "-again") }
	})
	f.nodes = kept
	return twin
}
