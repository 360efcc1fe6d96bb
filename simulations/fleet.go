// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/simulations/network"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// fleet is what lies between the nodes of the service: a network, over which they are joined as in production. A trial whose policies have
// no fleet section has none.
type fleet struct {
	trial *trial
	net   *network.Network
	seeds gossip.Seeds

	mu     sync.Mutex
	ready  map[string]*network.Transport // made before their nodes are, so that addresses are in the order of numbers
	liars  map[int]*liar                 // by the number of the node
	faults layers[scenario.Fault]        // of the network, in force
}

// What the nodes of a simulated fleet have in common.
const (
	fleetService = "service"
	fleetKey     = "of a simulation."
	fleetSeeds   = 3 // how many nodes are known to all
)

// newFleet makes the network, with a place for each node.
func newFleet(t *trial) (*fleet, error) {
	net, err := network.New(network.Options{Seed: t.chance("network")})
	if err != nil {
		return nil, err
	}
	f := &fleet{trial: t, net: net, ready: map[string]*network.Transport{}, liars: map[int]*liar{}}
	var seeds []string
	for i := range t.scenario.Nodes {
		name := nodeName(i + 1)
		transport, err := net.Node(name)
		if err != nil {
			return nil, err
		}
		f.ready[name] = transport
		if i < fleetSeeds {
			seeds = append(seeds, transport.Addr())
		}
	}
	f.seeds = gossip.Static(seeds...)
	return f, nil
}

// nodeName is the stable name of a node, by its number from 1: the order of names is that of numbers.
func nodeName(node int) string { return fmt.Sprintf("node-%03d", node) }

// numberOf is the number of a node by its stable name; 0 where it is none.
func numberOf(name string) (node int) {
	_, _ = fmt.Sscanf(name, "node-%d", &node) // 0 where it is none
	return node
}

// carrier gives a life of a node its transport. The network knows nodes by their stable names, so that faults outlast a life.
func (f *fleet) carrier(name string) gossip.Carrier {
	return network.Carrier(func(string) (*network.Transport, error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		if transport := f.ready[name]; transport != nil {
			delete(f.ready, name)
			return transport, nil
		}
		return f.net.Node(name)
	})
}

// end ends a life of a node on the network, so that another may begin. One that has ended already is as good.
func (f *fleet) end(node int) { _ = f.net.Kill(nodeName(node)) }

// membership is a node's place in the fleet, from its joining on.
type membership struct {
	node   atomic.Pointer[cluster.Node] // nil until it has joined
	cancel context.CancelFunc
	work   sync.WaitGroup // its joining
}

// join lets a process take part. It returns at once: a node serves while it looks for the others, as in production.
func (f *fleet) join(p *process) *membership {
	ctx, cancel := context.WithCancel(context.Background())
	m := &membership{cancel: cancel}
	name := nodeName(p.node)
	m.work.Go(func() {
		n, err := cluster.Join(ctx, p.system, cluster.Options{
			Service: fleetService, Name: name, Zone: f.trial.scenario.ZoneOf(p.node), Seeds: []gossip.Seeds{f.seeds},
			Keys: [][]byte{[]byte(fleetKey)}, Trust: cluster.TrustGossipKey, Carrier: f.carrier(name),
			Seed: f.trial.chance("fleet", p.node),
		})
		switch {
		case err == nil:
			m.node.Store(n)
		case ctx.Err() == nil:
			f.trial.record.event(Event{At: f.trial.now(), Kind: "fleet-failed", Node: p.node, Text: fmt.Sprintf("%s is in no fleet: %s", p.where(), firstLine(err))})
		}
	})
	return m
}

// joined is the node, or nil while it has not joined, or has left.
func (m *membership) joined() *cluster.Node {
	if m == nil {
		return nil
	}
	return m.node.Load()
}

// leave ends the membership: with a goodbye, or as a crash does.
func (m *membership) leave(goodbye bool) error {
	if m == nil {
		return nil
	}
	m.cancel()
	m.work.Wait()
	n := m.node.Swap(nil)
	switch {
	case n == nil:
		return nil
	case goodbye:
		return n.Leave(context.Background())
	}
	return n.Close()
}
