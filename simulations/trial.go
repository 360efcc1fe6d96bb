// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/fuseboard/fuseboard/config/watch"
	"github.com/fuseboard/fuseboard/internal/bubble"
	"github.com/fuseboard/fuseboard/patterns/shedding"
	"github.com/fuseboard/fuseboard/simulations/scenario"
	"github.com/fuseboard/fuseboard/simulations/world"
)

const passed = scenario.Passed

// trial is one run while it goes on, within its bubble.
type trial struct {
	*course
	seed uint64

	base    time.Time
	world   map[string]*world.Dependency
	index   map[string]int      // of the dependencies
	slots   []slot              // of the nodes
	fleet   *fleet              // nil: the nodes are none
	sights  sights              // of the fleet, by who looks
	inner   map[string]*process // of dependencies that call others
	crashed sync.WaitGroup      // processes that end
	host    host
	record  *record

	policies  []watch.File // in force; nil: none
	edits     layers[[]watch.File]
	looks     layers[shedding.Signals] // of the host
	overrides map[[2]string]*healing   // whose value is in force, by dependency and path
	flags     []string
}

// runTrial runs the course with one seed, in a bubble of virtual time. tell is told how much of it is over.
func runTrial(c *course, seed uint64, tell func(share float64)) (*Trial, error) {
	began := bubble.Wall()
	t := newTrial(c, seed)
	var failure error
	var found *Trial
	err := bubble.Run(func() {
		if failure = t.run(tell); failure == nil {
			found = t.result()
		}
		time.Sleep(time.Minute) // what was left behind ends
	})
	if err = errors.Join(err, failure); err != nil {
		return nil, err
	}
	found.Wall = bubble.Wall() - began
	return found, nil
}

func newTrial(c *course, seed uint64) *trial {
	return &trial{
		course: c, seed: seed, policies: c.files, flags: c.variant.Set,
		index: map[string]int{}, world: map[string]*world.Dependency{}, inner: map[string]*process{}, overrides: map[[2]string]*healing{},
		sights: sights{isolated: map[int]bool{}},
	}
}

func (t *trial) now() time.Duration { return time.Since(t.base) }

// chance derives a seed from that of the trial, for one thing.
func (t *trial) chance(words ...any) uint64 {
	h := fnv.New64a()
	fmt.Fprint(h, t.seed)
	for _, w := range words {
		fmt.Fprint(h, "/", w)
	}
	return max(h.Sum64(), 1)
}

// run runs it by the time of package time: that of the bubble it is in. Outside of one, in tests, it is real.
func (t *trial) run(tell func(float64)) error {
	t.base = time.Now()
	names := t.names()
	t.record = &record{ledger: newLedger(t.width, t.scenario.Duration, len(names), t.meters()), names: names, end: t.scenario.Duration, circuits: map[string][]*circuitLog{}}
	if err := t.start(); err != nil {
		return errors.Join(err, t.stop())
	}
	ctx, cancel := context.WithCancel(context.Background())
	var faults, loads, watching sync.WaitGroup
	faults.Go(func() { t.suffer(ctx) })
	watching.Go(func() { t.watch(ctx, tell) })
	for _, l := range t.scenario.Load {
		loads.Go(func() { t.play(ctx, l) })
	}
	time.Sleep(t.scenario.Duration)
	loads.Wait()
	cancel()
	faults.Wait()
	watching.Wait()
	return t.stop()
}

// start makes the world and every process.
func (t *trial) start() error {
	for i, d := range t.scenario.Dependencies {
		made, err := world.NewDependency(d.Name, d.Model, world.Seed(t.chance("world")))
		if err != nil {
			return err
		}
		t.world[d.Name], t.index[d.Name] = made, i
	}
	for _, d := range t.scenario.Dependencies {
		if len(d.Calls) == 0 {
			continue
		}
		openings := make([]opening, len(d.Calls))
		for i, to := range d.Calls {
			openings[i] = opening{to, innerOperation}
		}
		p, err := t.startProcess(0, d.Name, openings)
		if err != nil {
			return fmt.Errorf("the process of %s: %w", d.Name, err)
		}
		t.inner[d.Name] = p
	}
	if err := t.gather(); err != nil {
		return err
	}
	t.slots = make([]slot, t.scenario.Nodes)
	for i := range t.slots {
		if err := t.startNode(i); err != nil {
			return fmt.Errorf("node %d: %w", i+1, err)
		}
	}
	return nil
}

// gather makes what lies between the nodes of a fleet, where they are one.
func (t *trial) gather() (err error) {
	if !t.inFleet {
		return nil
	}
	t.fleet, err = newFleet(t)
	t.record.fleet = err == nil
	return err
}

// startNode starts one replica of the service.
func (t *trial) startNode(i int) error {
	p, err := t.startProcess(i+1, "", t.outer)
	if err != nil {
		return err
	}
	t.slots[i].process.Store(p)
	return nil
}

// play makes the requests of one load arrive.
func (t *trial) play(ctx context.Context, l world.Load) {
	l = l.WithDefaults()
	if l.Until == 0 {
		l.Until = t.scenario.Duration
	}
	world.Play(ctx, l, world.Seed(t.chance("load")), t.scenario.Nodes, t.scenario.Arrivals[l.Recorded], func(ctx context.Context, r *world.Request) bool {
		return t.take(ctx, l, r)
	})
}

// take takes a user's request at the node to which it is made, or at the next that runs, and reports whether it was answered.
func (t *trial) take(ctx context.Context, l world.Load, r *world.Request) bool {
	p := t.serving(r.Node)
	if p == nil {
		t.record.ledger.end(ended{
			load: r.Load, tenant: r.Tenant, operation: r.Operation, priority: r.Priority.String(), dependency: t.index[l.To], at: t.now(), fate: failed,
		})
		return false
	}
	if p.node != r.Node {
		moved := *r
		moved.Node = p.node
		r = &moved
		ctx = world.WithRequest(ctx, r)
	}
	a := &ask{Request: r, safe: l.Safe}
	a.root = a
	return p.call(ctx, opening{l.To, r.Operation}, a) == nil
}

// stop ends every process, and the world.
func (t *trial) stop() error {
	var errs []error
	t.disband()
	t.crashed.Wait()
	for i := range t.slots {
		if p := t.slots[i].process.Load(); p != nil {
			errs = append(errs, p.stop(false))
		}
	}
	for _, name := range t.names() {
		if p := t.inner[name]; p != nil {
			errs = append(errs, p.stop(false))
		}
	}
	for _, d := range t.world {
		d.Close()
	}
	return errors.Join(errs...)
}

// result is what the run came to. All has ended.
func (t *trial) result() *Trial {
	r := t.record
	found := &Trial{
		Seed: t.seed, Digest: t.digest(), Virtual: t.scenario.Duration, Width: t.width, Summary: map[string]float64{}, Tracks: map[string]Track{},
		All: r.ledger.all.track(),
	}
	for i, b := range r.ledger.books {
		track := b.track()
		r.fill(&track, r.names[i])
		found.Tracks[r.names[i]] = track
	}
	r.fill(&found.All, "")
	slices.SortStableFunc(r.events, func(a, b Event) int { return int(a.At - b.At) })
	found.Events = r.events
	for i, m := range r.ledger.meters {
		value, known := m.value(r)
		if i >= len(t.scenario.Expect) {
			if known {
				found.Summary[summary[i-len(t.scenario.Expect)]] = value
			}
			continue
		}
		found.Measured = append(found.Measured, measured(t.scenario.Expect[i], value, known))
	}
	return found
}

// digest is of all that the seed alone decides: which requests arrive and when things go wrong.
func (t *trial) digest() string {
	h := sha256.New()
	for _, l := range t.scenario.Load {
		for r := range world.Schedule(l, world.Seed(t.chance("load")), t.scenario.Duration, t.scenario.Arrivals[l.Recorded]) {
			fmt.Fprintln(h, r.Load, r.Number, int64(r.At), r.Tenant, r.Key)
		}
	}
	for _, s := range t.spans {
		fmt.Fprintln(h, s.Name, int64(s.From), int64(s.To), s.Text)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// hashOf is a hash of files, by which an edit is known.
func hashOf(files []watch.File) string {
	h := sha256.New()
	for _, f := range files {
		h.Write([]byte(strconv.Quote(f.Name)))
		h.Write([]byte(strconv.Quote(string(f.Data))))
	}
	return hex.EncodeToString(h.Sum(nil))
}
