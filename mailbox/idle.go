// SPDX-License-Identifier: Apache-2.0

package mailbox

import "context"

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
type idleHook struct {
	call func()
	next *idleHook // that came later
}

// whenIdle arranges one call: now, or on the goroutine that makes the gate idle.
func (g *Gate) whenIdle(call func()) *idleHook {
	hook := &idleHook{call: call}
	g.mu.Lock()
	g.gather()
	last := &g.idle
	for *last != nil {
		last = &(*last).next
	}
	*last = hook
	g.watched.Store(true) // before the word is looked at: a Leave looks the other way round
	g.unlock(nil)
	return hook
}

// forget takes a hook back that nobody waits for any more.
func (g *Gate) forget(hook *idleHook) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for at := &g.idle; *at != nil; at = &(*at).next {
		if *at == hook {
			*at = hook.next
			break
		}
	}
	g.watched.Store(g.idle != nil)
}

// takeIdle returns the hooks to call if the gate is idle. Under mu.
func (g *Gate) takeIdle() *idleHook {
	if g.idle == nil || g.answering != 0 || g.word.Load()&(waitersMask|inUseMask) != 0 {
		return nil
	}
	hooks := g.idle
	g.idle = nil
	g.watched.Store(false)
	return hooks
}
