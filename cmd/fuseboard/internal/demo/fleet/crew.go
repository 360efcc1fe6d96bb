// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/gossip"
)

// crew is the fleet: its nodes, their upstreams, what lies between the nodes, and who calls.
type crew struct {
	wire      wire
	nodes     []*node
	in, alone *upstream
	stop      context.CancelFunc
	callers   sync.WaitGroup
}

// newCrew starts all there is. What it started before an error it ends.
func newCrew(ctx context.Context, seed uint64, pace time.Duration) (*crew, error) {
	c := &crew{stop: func() {}}
	if err := c.begin(ctx, seed, pace); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// begin starts the upstreams, the nodes one after the other, and their callers.
func (c *crew) begin(ctx context.Context, seed uint64, pace time.Duration) (err error) {
	if c.in, err = newUpstream(); err != nil {
		return err
	}
	if c.alone, err = newUpstream(); err != nil {
		return err
	}
	dead, err := deadAddress()
	if err != nil {
		return err
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	for i, name := range []string{"a", "b", "c"} {
		if err := c.join(ctx, name, dead, seed+uint64(i), pace, key); err != nil { //nolint:gosec // 0 to 2
			return fmt.Errorf("node %s: %w", name, err)
		}
	}
	calling, stop := context.WithCancel(context.WithoutCancel(ctx))
	c.stop = stop
	for _, n := range c.nodes {
		c.callers.Go(func() { n.call(calling) })
	}
	return nil
}

// join adds a node, which finds the others by the first.
func (c *crew) join(ctx context.Context, name, dead string, seed uint64, pace time.Duration, key []byte) error {
	n, err := newNode(name, dead, seed, pace, c.in, c.alone)
	if err != nil {
		return err
	}
	var seeds []gossip.Seeds
	if len(c.nodes) > 0 {
		seeds = []gossip.Seeds{gossip.Static(c.nodes[0].address())}
	}
	c.nodes = append(c.nodes, n)
	n.fleet, err = cluster.Join(ctx, n.sys, cluster.Options{
		Service: "checkout", Environment: "demo", Name: name, Seeds: seeds,
		Keys: [][]byte{key}, Trust: cluster.TrustGossipKey, Carrier: c.wire.carry, Seed: seed,
	})
	return err
}

// address is where the node hears the others.
func (n *node) address() string { return n.fleet.Gossip().Self().Address }

// breaks lets both upstreams fail, or answer again.
func (c *crew) breaks(down bool) {
	c.in.down.Store(down)
	c.alone.down.Store(down)
}

// goodbye is how long the end may take.
const goodbye = 10 * time.Second

// close ends the calls, the nodes at once, and then the upstreams.
func (c *crew) close() error {
	c.stop()
	c.callers.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), goodbye)
	defer cancel()
	left := make([]error, len(c.nodes))
	var leaving sync.WaitGroup
	for i, n := range c.nodes {
		leaving.Go(func() { left[i] = n.close(ctx) })
	}
	leaving.Wait()
	errs := []error{errors.Join(left...)}
	for _, u := range []*upstream{c.in, c.alone} {
		if u != nil {
			errs = append(errs, u.close())
		}
	}
	return errors.Join(errs...)
}

// look is how the fleet looks from its nodes, in their order.
type look []view

// view is how it looks from one.
type view struct {
	cluster.Status
	dep   cluster.DependencyStatus // of payments
	does  actors.FleetPhase        // what its guard makes of the fleet's word
	alone string                   // the circuit of the guard that has no fleet
}

// look asks all nodes.
func (c *crew) look(ctx context.Context) (l look, err error) {
	for _, n := range c.nodes {
		s, err := n.fleet.Status(ctx)
		if err != nil {
			return nil, fmt.Errorf("node %s: %w", n.name, err)
		}
		v := view{Status: s, does: n.in.guard.Evidence().Phase, alone: n.alone.guard.State().String()}
		if len(s.Dependencies) > 0 {
			v.dep = s.Dependencies[0]
		}
		l = append(l, v)
	}
	return l, nil
}

// all reports whether it is so from each node.
func (l look) all(so func(view) bool) bool {
	for _, v := range l {
		if !so(v) {
			return false
		}
	}
	return true
}
