// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"time"

	"pgregory.net/rapid"
)

func (m *machine) drawPolicy(t *rapid.T) Policy {
	p := drawLivePolicy(t)
	p.Hedge = Hedge{}           // a wish counts its handlers one after the other; TestStorm_HedgedCallsLoseNothing has copies
	if p.Mode == BypassPolicy { // in which nothing is counted: see TestStorm_ModesFlipWhileCallsRun
		p.Mode = EnforcePolicy
	}
	if p.Bulkhead.On() {
		p.Bulkhead.MaxWait = rapid.SampledFrom([]time.Duration{0, 50 * time.Millisecond, 2 * time.Second}).Draw(t, "max wait")
	}
	if p.Workers.On() {
		p.Workers.Idle = rapid.SampledFrom([]time.Duration{0, time.Millisecond, time.Minute}).Draw(t, "idle")
	}
	if p.Retry.On() && rapid.Bool().Draw(t, "poor") {
		p.Retry.Budget = Budget{Ratio: 0.2, MinPerSecond: 1}
	}
	if rapid.Bool().Draw(t, "restart") {
		p.Restart = m.drawRestart(t)
		p.Restart.Timeout = rapid.SampledFrom([]time.Duration{0, 200 * time.Millisecond}).Draw(t, "timeout")
	}
	return p
}

func (m *machine) drawRestart(t *rapid.T) Restart {
	return Restart{
		Max: rapid.IntRange(1, 3).Draw(t, "restarts"), Within: 10 * time.Second,
		Backoff: Backoff{Base: rapid.SampledFrom([]time.Duration{time.Millisecond, 300 * time.Millisecond}).Draw(t, "base"), Max: 2 * time.Second},
	}
}

func (m *machine) drawGroup(t *rapid.T) (p GroupPolicy) {
	if rapid.Bool().Draw(t, "restart") {
		p.Restart = m.drawRestart(t)
	}
	if rapid.Bool().Draw(t, "breaker") {
		p.Breaker = GroupBreaker{Share: 0.5, MinMembers: 2, OpenFor: 300 * time.Millisecond, MaxOpen: 3 * time.Second}
	}
	return p
}

// soon is how long commands and updates wait: longer than any guard waits for its restart.
func soon() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), 2*time.Minute)
}

func (m *machine) update(t *rapid.T) {
	w, p := m.anyWard(t), m.drawPolicy(t)
	bad := rapid.IntRange(0, 9).Draw(t, "bad") == 0
	if bad {
		p.Retry.Attempts = -1
	}
	run := w.g.Update
	if w.keyed != nil {
		run = w.keyed.Update
	}
	ctx, over := soon()
	defer over()
	change, err := run(ctx, p)
	plan, _ := p.MarshalJSON()
	m.with(" ", w.name, string(plan), err)
	_, isProblem := errors.AsType[Problems](err)
	switch {
	case w.waits(err):
		m.mu.Lock()
		defer m.mu.Unlock()
		w.policies, w.lags = append(w.policies, p), true // it may come yet
		w.note()
		return
	case bad != isProblem, err != nil && !bad && !(w.stopping && errors.Is(err, ErrStopped)):
		m.fail(t, "update of %s (bad: %v): %v", w.name, bad, err)
	case err != nil:
		return
	}
	m.mu.Lock()
	w.policies = append(w.policies, p)
	n := uint64(len(w.policies))
	m.mu.Unlock()
	w.note()
	if change.Version != n && !w.lags {
		m.fail(t, "update of %s is version %d, want %d", w.name, change.Version, n)
	}
}

func (m *machine) updateGroup(t *rapid.T) {
	n := m.anyBrood(t)
	_, err := n.g.Update(context.Background(), m.drawGroup(t))
	if err != nil && !(n.stopping && errors.Is(err, ErrStopped)) {
		m.fail(t, "update of group %s: %v", n.name, err)
	}
}

func drawCommand(t *rapid.T) (c Command) {
	c = Command{Mode: rapid.SampledFrom([]Mode{Enforce, Enforce, Shadow, Off, HoldOpen, HoldClosed}).Draw(t, "mode"), Reason: "drill", By: "ann"}
	if c.Mode != Enforce {
		c.TTL = rapid.SampledFrom([]time.Duration{100 * time.Millisecond, 3 * time.Second, time.Minute}).Draw(t, "ttl")
	}
	c.Reset = rapid.Bool().Draw(t, "reset")
	return c
}

// commanded tells the model of a command that came into force between then and now.
func (w *ward) commanded(c Command, then time.Time) {
	w.command, w.until, w.vague = c, then.Add(c.TTL), time.Now().Add(c.TTL)
	w.unsure = w.unsure || w.stopping
	w.commandedOpen = w.commandedOpen || c.Mode == HoldOpen
}

// waits reports whether the guard, which has broken, waits for its restart all that time:
// the actor library lets it wait for workers whose handlers do not return.
func (w *ward) waits(err error) bool { return w.broke && errors.Is(err, context.DeadlineExceeded) }

func (m *machine) command(t *rapid.T) {
	w, c := m.anyWard(t), drawCommand(t)
	if w.keyed != nil {
		t.Skip("its keys are commanded")
	}
	ctx, over := soon()
	defer over()
	then := time.Now()
	err := w.g.Command(ctx, c)
	m.with(w.name, c, err)
	w.unsure = w.unsure || err != nil
	if err != nil && !w.waits(err) && !(w.stopping && errors.Is(err, ErrStopped)) {
		m.fail(t, "command for %s: %v", w.name, err)
	}
	w.commanded(c, then)
}

func (m *machine) commandAll(t *rapid.T) {
	n, c := m.anyBrood(t), drawCommand(t)
	ctx, over := soon()
	defer over()
	then := time.Now()
	err := n.g.Command(ctx, c)
	m.with(n.name, c, err)
	waits := false
	for _, w := range m.below(n) {
		waits = waits || w.waits(err)
	}
	if err != nil && !waits && !(n.stopping && errors.Is(err, ErrStopped)) {
		m.fail(t, "command for group %s: %v", n.name, err)
	}
	for _, w := range m.below(n) {
		w.unsure = w.unsure || err != nil
		w.commanded(c, then)
		clear(w.keyCommands) // nobody knows which keys there were
	}
}

// keyCommand is a command in force for one key.
type keyCommand struct {
	mode  Mode
	until time.Time
}

func (m *machine) commandKey(t *rapid.T) {
	w := m.anyWard(t)
	if w.keyed == nil {
		t.Skip("it has no keys")
	}
	key, c := m.drawKey(t, m.steps), drawCommand(t)
	ctx, over := soon()
	defer over()
	_, known := w.keyed.Guard(key)
	full := w.keyed.Len() == w.keyed.Limits().Max
	then := time.Now()
	err := w.keyed.Command(ctx, key, c)
	m.with(w.name, key, c, err)
	refused, _ := errors.AsType[*CallError](err)
	_, isKey := errors.AsType[*KeyError](err)
	switch {
	case err == nil && key != "":
		if w.keyCommands == nil {
			w.keyCommands = map[string]keyCommand{}
		}
		if delete(w.keyCommands, key); c.Mode != Enforce {
			w.commandedOpen = w.commandedOpen || c.Mode == HoldOpen
			w.keyCommands[key] = keyCommand{c.Mode, then.Add(c.TTL)}
		}
	case w.waits(err):
		delete(w.keyCommands, key)
		w.commandedOpen = true // it may come yet
	case key == "" && isKey, w.stopping && errors.Is(err, ErrStopped), errors.Is(err, ErrTooManyKeys) && full && !known && refused.RejectedBy() == byKeys:
	default:
		m.fail(t, "command for key %q of %s: %v", key, w.name, err)
	}
}
