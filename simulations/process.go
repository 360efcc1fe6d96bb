// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config/live"
	"github.com/fuseboard/fuseboard/config/watch"
)

// process is a replica of the service, or a dependency that calls others: a System with its guards and its policies.
type process struct {
	trial *trial
	node  int    // of the service, from 1; 0 for a dependency
	name  string // of the dependency; empty for the service

	system   *actors.System
	since    time.Duration // when the System started
	policies *live.Policies
	files    *shelf
	guards   map[string]*actors.Guard
	refs     map[opening]*actors.Ref[*ask, answer]
	circuits map[string]*circuitLog // of the guards
	reaches  map[string]reach
	caller   Caller                       // of the user's own service; nil: the refs are called
	heard    sync.WaitGroup               // the goroutine that hears events
	phases   map[string]actors.FleetPhase // of the circuits, as that goroutine knows them
	crashed  atomic.Int64                 // when it did, and 1; 0: it did not
	member   atomic.Pointer[membership]   // of the fleet; nil: it is in none
}

// opening is one operation of one dependency.
type opening struct{ dependency, operation string }

// startProcess starts the System of a process, with the policies that the trial has now.
func (t *trial) startProcess(node int, name string, openings []opening) (*process, error) {
	p := &process{
		trial: t, node: node, name: name,
		guards: map[string]*actors.Guard{}, refs: map[opening]*actors.Ref[*ask, answer]{}, circuits: map[string]*circuitLog{}, reaches: map[string]reach{},
		phases: map[string]actors.FleetPhase{},
	}
	for _, to := range t.guarded(node, openings) {
		p.circuits[to] = t.record.circuit(to, p.where(), t.now())
	}
	for _, d := range t.scenario.Dependencies {
		p.reaches[d.Name] = p.reach(d.Name)
	}
	p.since = t.now() // the System's clock begins at once
	sys, err := actors.Start(actors.Options{Seed: t.chance("system", node, name), Host: t.host.read})
	if err != nil {
		return nil, err
	}
	p.system = sys
	if err := p.begin(openings); err != nil {
		return nil, errors.Join(err, p.stop(true))
	}
	if node > 0 && t.fleet != nil {
		p.member.Store(t.fleet.join(p))
	}
	return p, nil
}

// guarded are the dependencies that a process has a guard for, as far as is known: one with code of its own may guard any.
func (t *trial) guarded(node int, openings []opening) (names []string) {
	if node > 0 && t.service != nil {
		return t.record.names
	}
	for _, o := range openings {
		if !slices.Contains(names, o.dependency) {
			names = append(names, o.dependency)
		}
	}
	return names
}

// begin gives the process its policies and its guards.
func (p *process) begin(openings []opening) error {
	sub := p.system.Subscribe(eventBuffer)
	p.heard.Go(func() { p.hear(sub) })
	if err := p.follow(); err != nil {
		return err
	}
	if p.node > 0 && p.trial.service != nil {
		return p.serve(p.trial.service)
	}
	for _, o := range openings {
		if err := p.open(o); err != nil {
			return err
		}
	}
	return nil
}

// eventBuffer is how many events a process may be ahead of who writes them down.
const eventBuffer = 1 << 14

// follow gives the process its policies, as a program gets them from its files.
func (p *process) follow() error {
	if p.trial.policies == nil {
		return nil
	}
	p.files = newShelf(p.trial.policies)
	policies, err := live.Start(context.Background(), p.system, live.Options{
		Source: p.files, Env: []string{}, Flags: p.trial.flags, Host: p.trial.host.read, Log: slog.New(slog.DiscardHandler),
	})
	p.policies = policies
	return err
}

// open makes the operation of a dependency, and its guard where there is none yet.
func (p *process) open(o opening) error {
	g, made := p.guards[o.dependency]
	if !made {
		var err error
		if g, err = actors.Protect(p.system, o.dependency, actors.Policy{}); err != nil {
			return err
		}
		p.guards[o.dependency] = g
	}
	ref, err := actors.Bind(g, o.operation, p.handler(o.dependency), actors.With[*ask, answer]{
		Safe: func(a *ask) bool { return a.safe },
		Key: func(a *ask) (string, bool) {
			return strconv.Itoa(a.Request.Key), a.Request.Key > 0
		},
	})
	p.refs[o] = ref
	return err
}

// stop ends the process: at once where now is true, else when calls under way have ended.
func (p *process) stop(now bool) error {
	var errs []error
	if p.policies != nil {
		errs = append(errs, p.policies.Close())
	}
	member := p.member.Swap(nil)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	if now {
		cancel()
	} else {
		errs = append(errs, member.leave(true))
	}
	defer cancel()
	if err := p.system.Shutdown(ctx); !now {
		errs = append(errs, err)
	}
	p.heard.Wait()
	_ = member.leave(false) // after the System, for one that crashed: it says no more
	return errors.Join(errs...)
}

// where says whose process it is.
func (p *process) where() string {
	if p.name != "" {
		return p.name
	}
	return fmt.Sprintf("node %d", p.node)
}

// shelf is where a process gets its policy files from.
type shelf struct {
	changes chan watch.Snapshot
}

func newShelf(first []watch.File) *shelf {
	s := &shelf{changes: make(chan watch.Snapshot, 64)}
	s.put(first)
	return s
}

// put gives the process other files.
func (s *shelf) put(files []watch.File) {
	s.changes <- watch.Snapshot{Files: files, Hash: hashOf(files)}
}

// Changes implements [live.Source].
func (s *shelf) Changes() <-chan watch.Snapshot { return s.changes }

// Close implements [live.Source].
func (*shelf) Close() error { return nil }
