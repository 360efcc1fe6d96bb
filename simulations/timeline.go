// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config/live"
	"github.com/fuseboard/fuseboard/config/watch"
	"github.com/fuseboard/fuseboard/patterns/shedding"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// deed is one thing that is done at a time.
type deed struct {
	at time.Duration
	do func()
}

// suffer lets all faults begin and end in their time.
func (t *trial) suffer(ctx context.Context) {
	deeds := t.deeds(ctx)
	for _, d := range deeds {
		select {
		case <-time.After(d.at - t.now()):
			d.do()
		case <-ctx.Done():
			return
		}
	}
}

// deeds are the beginnings and ends of all faults, in their order; of one instant, ends come first.
func (t *trial) deeds(ctx context.Context) (deeds []deed) {
	for i, s := range t.spans {
		f := t.scenario.Faults[t.faultOf[i]]
		heal := &healing{}
		deeds = append(deeds, deed{s.From, func() {
			t.record.event(Event{At: t.now(), Kind: "fault", Dependency: f.Dependency, Text: s.Name + ": " + s.Text})
			t.begin(ctx, f, s, heal)
		}})
		if s.To < t.scenario.Duration {
			deeds = append(deeds, deed{s.To, func() {
				t.record.event(Event{At: t.now(), Kind: "healed", Dependency: f.Dependency, Text: s.Name + " is over"})
				heal.all()
			}})
		}
	}
	slices.SortStableFunc(deeds, func(a, b deed) int { return cmp.Compare(a.at, b.at) })
	return deeds
}

// healing is what ends a fault.
type healing struct{ steps []func() }

func (h *healing) then(f func()) { h.steps = append(h.steps, f) }

func (h *healing) all() {
	for _, f := range slices.Backward(h.steps) {
		f()
	}
}

// begin lets a fault begin.
func (t *trial) begin(ctx context.Context, f scenario.Fault, s Span, heal *healing) {
	if d := t.world[f.Dependency]; d != nil {
		heal.then(d.Begin(f.Effect))
	}
	if f.Host != (scenario.Host{}) {
		look := &shedding.Signals{CPU: f.Host.CPU, Memory: f.Host.Memory, Source: "the scenario"}
		t.host.signals.Store(t.looks.add(look))
		heal.then(func() { t.host.signals.Store(t.looks.remove(look)) })
	}
	t.change(ctx, f, s, heal)
	if f.Command.Mode != "" {
		t.command(ctx, f, s)
	}
	for _, node := range f.Restart {
		t.restart(node)
	}
	t.onFleet(f, heal)
}

// change changes policies, where there are some.
func (t *trial) change(ctx context.Context, f scenario.Fault, s Span, heal *healing) {
	edits := f.Policies.Set != nil
	if t.policies == nil && (edits || len(f.Set) > 0) {
		t.record.event(Event{At: t.now(), Kind: "policies-refused", Text: f.Name + " changes nothing: these processes run without policy files"})
		return
	}
	if edits {
		t.edit(f, heal)
	}
	if len(f.Set) > 0 {
		t.override(ctx, f, s, heal)
	}
}

// running are the processes that run now.
func (t *trial) running() (ps []*process) {
	for _, p := range t.inner {
		ps = append(ps, p)
	}
	for i := range t.slots {
		if p := t.slots[i].process.Load(); p != nil {
			ps = append(ps, p)
		}
	}
	return ps
}

// edit puts other policies in the place of the present ones, as an edit of their file does.
func (t *trial) edit(f scenario.Fault, heal *healing) {
	files, err := filesOf(f.Policies)
	if err != nil { // they were read before
		t.record.event(Event{At: t.now(), Kind: "policies-refused", Text: err.Error()})
		return
	}
	t.edits.add(&files)
	t.roll(files, f.Name)
	heal.then(func() {
		left := t.files
		if last := t.edits.remove(&files); last != nil {
			left = *last
		}
		t.roll(left, "the end of "+f.Name)
	})
}

// layers are what faults put over each other, the last on top. The end of one leaves the others.
type layers[T any] struct{ all []*T }

// add puts one on top, and returns it.
func (l *layers[T]) add(one *T) *T {
	l.all = append(l.all, one)
	return one
}

// remove takes one away, and returns what is on top then, or nil.
func (l *layers[T]) remove(one *T) *T {
	l.all = slices.DeleteFunc(l.all, func(o *T) bool { return o == one })
	if len(l.all) == 0 {
		return nil
	}
	return l.all[len(l.all)-1]
}

func (t *trial) roll(files []watch.File, why string) {
	t.policies = files
	for _, p := range t.running() {
		was := p.policies.Version().Number
		p.files.put(files)
		time.Sleep(time.Millisecond) // the keeper reads, in no time
		e := Event{At: t.now(), Kind: "policies", Node: p.node, Process: p.name}
		now, status := p.policies.Version(), p.policies.Status()
		switch {
		case status.Refused.Err() != nil:
			e.Kind, e.Text = "policies-refused", p.where()+" refuses the policies of "+why+": "+firstLine(status.Refused.Err())
		case now.Number == was:
			continue
		default:
			e.Text = fmt.Sprintf("%s has the policies of %s, version %d", p.where(), why, now.Number)
		}
		t.record.event(e)
	}
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}

// override lays values over the policies, as an operator does.
func (t *trial) override(ctx context.Context, f scenario.Fault, s Span, heal *healing) {
	ttl := min(max(s.To-s.From, live.ShortestOverride), live.LongestOverride)
	for _, line := range f.Set {
		dependency, path, value, ok := t.cut(line)
		if !ok {
			continue
		}
		for _, p := range t.running() {
			if p.guards[dependency] == nil {
				continue
			}
			e := Event{At: t.now(), Kind: "override", Node: p.node, Process: p.name, Dependency: dependency, Text: fmt.Sprintf("%s sets %s", p.where(), line)}
			_, err := p.policies.Override(ctx, live.Override{Dependency: dependency, Path: path, Value: value, TTL: ttl, By: "the scenario", Reason: f.Name})
			if err != nil {
				e.Kind, e.Text = "override-refused", fmt.Sprintf("%s refuses %s: %s", p.where(), line, firstLine(err))
			}
			t.record.event(e)
			if err == nil {
				key := [2]string{dependency, path}
				t.overrides[key] = heal
				heal.then(func() {
					if t.overrides[key] != heal {
						return // a later fault's value is in its place
					}
					_, _ = p.policies.Revoke(context.Background(), dependency, path, "the scenario", "the end of "+f.Name)
				})
			}
		}
	}
}

// cut parts "payments.retry.attempts=5" into dependency, path and value.
func (t *trial) cut(line string) (dependency, path, value string, ok bool) {
	path, value, _ = strings.Cut(line, "=")
	for _, name := range t.names() {
		for _, prefix := range []string{name + ".", `"` + name + `".`} {
			if rest, found := strings.CutPrefix(path, prefix); found {
				return name, rest, value, true
			}
		}
	}
	return "", "", "", false
}

// command gives an operator's word to the circuits of a dependency. Its own time ends it.
func (t *trial) command(ctx context.Context, f scenario.Fault, s Span) {
	var mode actors.Mode
	if err := mode.UnmarshalText([]byte(f.Command.Mode)); err != nil {
		return // it was read before
	}
	c := actors.Command{Mode: mode, Reason: cmp.Or(f.Command.Reason, f.Name), By: cmp.Or(f.Command.By, "the scenario")}
	if mode != actors.Enforce {
		c.TTL = min(s.To-s.From, 24*time.Hour)
	}
	for _, p := range t.running() {
		g := p.guards[f.Dependency]
		if g == nil {
			continue
		}
		e := Event{At: t.now(), Kind: "command", Node: p.node, Process: p.name, Dependency: f.Dependency, Text: fmt.Sprintf("%s: %s is told to %s", p.where(), f.Dependency, f.Command.Mode)}
		if err := g.Command(ctx, c); err != nil {
			e.Kind, e.Text = "command-refused", firstLine(err)
		}
		t.record.event(e)
	}
}

// restart ends a node at once and begins it anew. One that does not run stays so.
func (t *trial) restart(node int) {
	old := t.slots[node-1].process.Load()
	if old == nil {
		return
	}
	t.record.event(Event{At: t.now(), Kind: "restart", Node: node, Text: fmt.Sprintf("node %d begins anew", node)})
	t.endProcess(old, false)
	t.begins(node)
}

// host is how the machines of the service look to themselves.
type host struct {
	signals atomic.Pointer[shedding.Signals]
}

// read implements [shedding.Source].
func (h *host) read(fuseboard.Instant) shedding.Signals {
	if s := h.signals.Load(); s != nil {
		return *s
	}
	return shedding.Signals{Source: "the scenario"}
}
