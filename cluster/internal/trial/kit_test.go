// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/simulations/network"
)

var errDown = errors.New("down")

// fleet is some replicas of one service, in one bubble.
type fleet struct {
	t     *testing.T
	net   *network.Network
	nodes []*replica
}

// replica is one of them: a System with a guard, and its node.
type replica struct {
	name  string
	sys   *actors.System
	ref   *actors.Ref[int, int]
	node  *cluster.Node
	down  atomic.Bool // its own calls fail
	tries atomic.Int64
	end   context.CancelFunc
}

var key = []byte("0123456789abcdef")

// newFleet starts n replicas that know the first one's address, each making calls 20 times a second.
func newFleet(t *testing.T, n int, p actors.Policy, with func(i int, o *cluster.Options)) *fleet {
	t.Helper()
	net, err := network.New(network.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	f := &fleet{t: t, net: net}
	for i := range n {
		f.start(i, p, with)
	}
	return f
}

func (f *fleet) start(i int, p actors.Policy, with func(i int, o *cluster.Options)) *replica {
	f.t.Helper()
	r := &replica{name: fmt.Sprintf("n%d", i)}
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		f.t.Fatal(err)
	}
	r.sys = sys
	g, err := actors.Protect(sys, "payments", p)
	if err != nil {
		f.t.Fatal(err)
	}
	r.ref, err = actors.Bind(g, "charge", func(context.Context, int) (int, error) {
		r.tries.Add(1)
		if r.down.Load() {
			return 0, errDown
		}
		return 1, nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
	o := cluster.Options{
		Service: "shop", Name: r.name, Keys: [][]byte{key}, Trust: cluster.TrustGossipKey, Seed: uint64(i) + 1,
		Seeds:   []gossip.Seeds{gossip.Static("10.0.0.1:7946")},
		Carrier: func(string) (memberlist.NodeAwareTransport, error) { return f.net.Node(r.name) },
	}
	if with != nil {
		with(i, &o)
	}
	r.node, err = cluster.Join(f.t.Context(), sys, o)
	if err != nil {
		f.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.end = cancel
	go r.call(ctx)
	f.nodes = append(f.nodes, r)
	return r
}

// call makes calls until ctx ends.
func (r *replica) call(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(50 * time.Millisecond):
			_, _ = r.ref.Call(ctx, 1)
		}
	}
}

// close ends all.
func (f *fleet) close() {
	for _, r := range f.nodes {
		r.end()
		_ = r.node.Close()
		if err := r.sys.Shutdown(context.Background()); err != nil {
			f.t.Error(err)
		}
	}
	_ = f.net.Close()
	synctest.Wait()
}

// phases are what the fleet asks of each node.
func (f *fleet) phases() (all []string) {
	for _, r := range f.nodes {
		all = append(all, f.of(r).Phase)
	}
	return all
}

// of is the status of payments at one node.
func (f *fleet) of(r *replica) cluster.DependencyStatus {
	f.t.Helper()
	s, err := r.node.Status(f.t.Context())
	if err != nil || len(s.Dependencies) != 1 {
		f.t.Fatalf("%+v, %v", s, err)
	}
	return s.Dependencies[0]
}

// following is a policy that follows its fleet.
func following() actors.Policy {
	return actors.Policy{
		Breaker: actors.Breaker{FailureRate: 0.5, MinCalls: 20},
		Fleet:   actors.Fleet{Mode: actors.FleetFollow},
	}
}

// quietly leaves out what takes minutes under the race detector, with more nodes than it needs to find anything.
func quietly(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes minutes under the race detector; run it without -short")
	}
}
