// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// keyReceiver is the actor of a Keyring. It takes the turns of the guards of all
// keys, one at a time, and its own as the guard that stands for them.
type keyReceiver struct {
	receiver
	ring *Keyring
}

// The messages of a Keyring's control lane, beside those of a guard.
type (
	// turn is a message to the guard of one key.
	turn struct {
		of      *entry
		message any
	}
	// sweep says that some key may have been idle for long.
	sweep struct{}
	// evicted says that a guard which has told something is gone; see departed.
	evicted struct{}
)

// IgnoreDeadLetterLogging keeps the actor library quiet about it.
func (turn) IgnoreDeadLetterLogging() {}

// IgnoreDeadLetterLogging keeps the actor library quiet about it.
func (sweep) IgnoreDeadLetterLogging() {}

// IgnoreDeadLetterLogging keeps the actor library quiet about it.
func (evicted) IgnoreDeadLetterLogging() {}

// Receive handles the life of all guards and their control messages, one at a time.
func (r *keyReceiver) Receive(ctx actor.Context) {
	if r.guard.hasStopped() {
		endAgain(ctx) // else the actor only waits for its workers
		return
	}
	r.tellDeparted()
	switch m := ctx.Message().(type) {
	case turn:
		r.turn(m)
	case sweep:
		r.sweep()
	case evicted: // told above
	case *update:
		m.answer <- r.update(m.policy)
	case *actor.Stopping:
		r.stopKeys()
		r.tellTheLast()
		r.receiver.Receive(ctx)
	default:
		r.receiver.Receive(ctx)
	}
}

// tellDeparted ends the stories of guards that were evicted.
func (r *keyReceiver) tellDeparted() {
	for _, e := range r.ring.departed.take() {
		e.receiver.event(Event{Kind: EventStopped})
	}
}

func (r *keyReceiver) stopKeys() {
	r.ring.alarm.stop()
	for _, e := range r.ring.close() {
		e.guard.alarm.stop()
		e.guard.loadOf().news.stop()
		e.guard.cancel()
		e.guard.disband(context.Background(), false)
	}
}

func (r *keyReceiver) tellTheLast() {
	for _, e := range r.ring.entries() {
		e.receiver.publish() // what the last calls moved
		if e.receiver.spoke.Load() {
			e.receiver.event(Event{Kind: EventStopped})
		}
	}
}

// turn is a turn of one key's guard. Who gives a command keeps the key until it
// is in force.
func (r *keyReceiver) turn(m turn) {
	c, isCommand := m.message.(*command)
	if !isCommand {
		m.of.receiver.take(m.message)
		m.of.shard.takeBack(m.of)
		return
	}
	err := m.of.receiver.command(c.command)
	m.of.shard.takeBack(m.of)
	m.of.release(r.guard.clock.Now())
	c.answer <- err // last: who hears of it finds the place that a reset has made
}

// sweep forgets the keys that were idle for long, and sets the alarm for the next.
func (r *keyReceiver) sweep() {
	k, now, next := r.ring, r.guard.clock.Now(), fuseboard.Never
	for i := range k.shards {
		n, due := k.shards[i].sweep(k.limits, now)
		k.count.Add(int64(-n))
		next = min(next, due)
	}
	if next == fuseboard.Never {
		k.armed.Store(false)
		if k.count.Load() > 0 { // a new key may have found it armed
			k.watch()
		}
		return
	}
	k.alarm.set(max(next, now.Add(k.limits.patience())), r.guard.clock, k)
}

// update gives all keys another plan. The plan to come is that of new keys before
// the present ones are looked at, so that none is missed.
func (r *keyReceiver) update(p Policy) changed {
	r.begin()
	sys, before := r.guard.sys, r.guard.plan.Load()
	after := sys.plans.compile(p, before.version+1)
	sys.pressure.take(sys.sheddingOf(after)) // first: the keys to come look for it
	less, err := r.ring.reweigh(after)
	if err != nil {
		sys.pressure.give(sys.sheddingOf(after))
		return changed{err: err}
	}
	change := before.changeTo(after)
	r.guard.reshapeCrew(after)
	all, lost := r.ring.entries(), make(map[string]int)
	for _, e := range all {
		for _, words := range e.receiver.adopt(after) {
			lost[words]++
		}
	}
	sys.pressure.give(sys.sheddingOf(before))
	sys.lighten(less)
	for _, words := range slices.Sorted(maps.Keys(lost)) {
		change.Lost = append(change.Lost, fmt.Sprintf("for %s: %s", plain.Count(lost[words], "key", "keys"), words))
	}
	r.updated(change)
	for _, e := range all {
		e.receiver.publish()
		e.shard.takeBack(e)
	}
	return changed{change: change}
}
