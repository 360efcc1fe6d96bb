// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/fuseboard/fuseboard/cluster"
	evidence "github.com/fuseboard/fuseboard/cluster/verdict"
	"github.com/fuseboard/fuseboard/gossip"
	gossiped "github.com/fuseboard/fuseboard/gossip/record"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// liar is what stands in the fleet in the place of a node whose evidence is false: the node's System goes on alone, and a bare gossip node
// of its name says what the scenario wants. That it may is what a fleet must bear: whoever has the key can.
type liar struct {
	claims string
	about  []string // dependencies
	draws  *rand.Rand
	cancel context.CancelFunc
	work   sync.WaitGroup
}

// How often a liar speaks, and what the keys of its records are: those of package cluster.
const (
	liarPace   = 200 * time.Millisecond
	liarBeacon = time.Second
	beaconKey  = "beacon"
	cellKey    = "cell/"
	muchCalled = 1_000_000
)

// lie puts a liar into a node's place in the fleet, until the fault ends.
func (t *trial) lie(node int, f scenario.Fault, heal *healing) {
	about := t.names()
	if f.Dependency != "" {
		about = []string{f.Dependency}
	}
	slot := &t.slots[node-1]
	t.record.event(Event{At: t.now(), Kind: "liar", Node: node, Dependency: f.Dependency, Text: fmt.Sprintf("node %d begins to lie: %s", node, f.Fleet.Liar.Claims)})
	if p := slot.process.Load(); p != nil {
		t.secede(p)
	}
	t.fleet.end(node)
	l := t.fleet.newLiar(node, f.Fleet.Liar.Claims, about)
	heal.then(func() {
		t.record.event(Event{At: t.now(), Kind: "honest", Node: node, Dependency: f.Dependency, Text: fmt.Sprintf("node %d tells the truth again", node)})
		t.fleet.dismiss(node, l)
		if p := slot.process.Load(); p != nil && p.member.Load() == nil {
			t.fleet.end(node)
			p.member.Store(t.fleet.join(p))
		}
	})
}

// secede takes a process out of the fleet, without a goodbye. Its System runs on.
func (t *trial) secede(p *process) {
	left := p.member.Swap(nil)
	t.crashed.Go(func() { _ = left.leave(false) })
}

// newLiar starts a liar. One that cannot join is told of.
func (f *fleet) newLiar(node int, claims string, about []string) *liar {
	ctx, cancel := context.WithCancel(context.Background())
	seed := f.trial.chance("liar", node)
	l := &liar{claims: claims, about: about, draws: rand.New(rand.NewPCG(seed, seed)), cancel: cancel} //nolint:gosec // chance is of the seed
	f.mu.Lock()
	f.liars[node] = l
	f.mu.Unlock()
	name := nodeName(node)
	o := gossip.Options{
		Name: name, Label: cluster.Options{Service: fleetService}.Label(), Zone: f.trial.scenario.ZoneOf(node), Keys: [][]byte{[]byte(fleetKey)}, Seeds: []gossip.Seeds{f.seeds},
		Carrier: f.carrier(name), Seed: seed,
	}
	l.work.Go(func() {
		if err := l.speak(ctx, o); err != nil {
			f.trial.record.event(Event{At: f.trial.now(), Kind: "fleet-failed", Node: node, Text: firstLine(err)})
		}
	})
	return l
}

// dismiss ends a liar, in the background, and frees its place.
func (f *fleet) dismiss(node int, l *liar) {
	f.mu.Lock()
	if f.liars[node] == l {
		delete(f.liars, node)
	}
	f.mu.Unlock()
	l.cancel()
	f.trial.crashed.Go(l.work.Wait)
}

// lies reports whether a liar stands in the place of a node.
func (f *fleet) lies(node int) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.liars[node] != nil
}

// speak says false things until ctx ends, with beacons beyond reproach.
func (l *liar) speak(ctx context.Context, o gossip.Options) error {
	g, err := gossip.Start(ctx, o)
	if err != nil {
		if ctx.Err() != nil {
			return nil // it was dismissed before it came
		}
		return fmt.Errorf("the liar %s does not come: %w", o.Name, err)
	}
	cells, beacons := time.NewTicker(liarPace), time.NewTicker(liarBeacon)
	defer cells.Stop()
	defer beacons.Stop()
	for {
		select {
		case <-ctx.Done():
			return ignoreClosed(g.Close())
		case <-beacons.C:
			_ = g.Put(gossiped.Beacon, beaconKey, evidence.Beacon{Uptime: time.Hour, Boots: 1, Calls: uint16(len(l.about))}.Append(nil)) //nolint:gosec // 100 at most
		case <-cells.C:
			for _, name := range l.about {
				_ = g.Put(gossiped.Vote, cellKey+name, l.claim().Append(nil)) // a node whose network has ended says nothing
			}
		}
	}
}

func ignoreClosed(err error) error {
	if errors.Is(err, gossip.ErrClosed) {
		return nil
	}
	return err
}

// claim is what it says of a dependency now.
func (l *liar) claim() evidence.Cell {
	switch l.claims {
	case "ok":
		return evidence.Cell{Vote: evidence.VoteOK, Wanted: muchCalled, OK: muchCalled}
	case "random":
		return evidence.Cell{
			Phase: evidence.Phase(l.draws.IntN(3)), Scope: evidence.Scope(l.draws.IntN(4)), Vote: evidence.Vote(l.draws.IntN(3)), Open: l.draws.IntN(2) == 0, //nolint:gosec // small
			Wanted: l.draws.Uint32N(muchCalled), OK: l.draws.Uint32N(muchCalled), Fail: l.draws.Uint32N(muchCalled),
			ProbeOK: uint8(l.draws.IntN(10)), ProbeFail: uint8(l.draws.IntN(10)), //nolint:gosec // small
		}
	}
	return evidence.Cell{Vote: evidence.VoteFail, Wanted: muchCalled, Fail: muchCalled}
}
