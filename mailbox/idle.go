// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"context"
	"slices"
)

// Idle waits until no permit is in use, nobody waits and every refusal has been
// delivered. After [Gate.Close] or [Gate.Stop] that is final. Before, it is a
// moment of idleness; one shorter than it takes to notice may be missed. It
// returns nil, or context.Cause(ctx) if ctx ends first.
//
// The goroutine of a granted job is waited for until it calls Leave.
func (g *Gate) Idle(ctx context.Context) error {
	reached := make(chan struct{})
	hook := g.whenIdle(func() { close(reached) })
	select { // an idle gate is idle whatever the context says
	case <-reached:
		return nil
	default:
	}
	select {
	case <-reached:
		return nil
	case <-ctx.Done():
		g.forget(hook)
		return context.Cause(ctx)
	}
}

// idleHook is called once, outside the lock, when the gate is idle.
type idleHook struct{ call func() }

// whenIdle arranges one call: now, or on the goroutine that makes the gate idle.
func (g *Gate) whenIdle(call func()) *idleHook {
	hook := &idleHook{call}
	g.mu.Lock()
	g.idle = append(g.idle, hook)
	g.watched.Store(true) // before the word is looked at: a Leave looks the other way round
	g.unlock(nil)
	return hook
}

// forget takes a hook back that nobody waits for any more.
func (g *Gate) forget(hook *idleHook) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if i := slices.Index(g.idle, hook); i >= 0 {
		g.idle = slices.Delete(g.idle, i, i+1)
	}
	g.watched.Store(len(g.idle) > 0)
}

// takeIdle returns the hooks to call if the gate is idle. Under mu.
func (g *Gate) takeIdle() []*idleHook {
	if len(g.idle) == 0 || g.answering != 0 || g.word.Load()&(waitersMask|inUseMask) != 0 {
		return nil
	}
	hooks := g.idle
	g.idle = nil
	g.watched.Store(false)
	return hooks
}
