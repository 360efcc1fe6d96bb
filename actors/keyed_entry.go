// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"strings"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
)

// entry is one key of a Keyring with its guard. Whoever uses it keeps it first
// and releases it afterwards; one that is kept is never evicted, so a call, an
// ask or a command need not know that there are evictions.
type entry struct {
	guard    Guard
	receiver receiver // takes its turns in those of the Keyring's actor
	ring     *Keyring
	shard    *shard
	key      string

	kept  atomic.Int64 // rises under the shard's lock (shared will do), falls without
	used  atomic.Int64 // the Instant of the last use, to usedGrain
	again atomic.Bool  // was looked up after the call that made it
	gone  atomic.Bool  // evicted; set under the shard's lock
	place int          // in shard.list; guarded by the shard's lock
}

// usedGrain is how exactly the last use of a key is remembered, so that a busy
// key is not written to at every call.
const usedGrain = time.Millisecond

// untimed is given to release by whoever has not read the clock.
const untimed fuseboard.Instant = 0

// newEntry makes the guard of a key under the plan in force. It has no actor and
// no life of its own: those of the Keyring serve all keys.
func newEntry(k *Keyring, s *shard, key string, hash uint64) *entry {
	e := &entry{ring: k, shard: s, key: strings.Clone(key)} // the caller's may be a piece of something large
	g, head := &e.guard, k.head
	g.furnish(head.sys, keyName(head.name, e.key), hash, head.plan.Load(), head.spent.Causes())
	g.key, g.ops, g.group, g.self.typed = e, k.ops, head.group, head.self.typed
	e.receiver.guard, e.receiver.history = g, *g.circuit.Log()
	g.receiver = &e.receiver
	g.times.Store(&s.times)
	e.used.Store(int64(g.clock.Now()))
	return e
}

// keep holds the entry against eviction, unless that has happened.
func (e *entry) keep() bool {
	e.shard.mu.RLock()
	defer e.shard.mu.RUnlock()
	if e.gone.Load() || e.shard.closed {
		return false
	}
	e.kept.Add(1)
	return true
}

// before reports whether e is to go rather than other: one that came only once,
// before one that came again, so that keys that nobody will use again push out
// each other; else the one that was not used for longer.
func (e *entry) before(other *entry) bool {
	if once := !e.again.Load(); once == other.again.Load() {
		return once
	}
	return e.used.Load() < other.used.Load()
}

// release ends a keep. now is the last clock read of who kept it, or untimed.
func (e *entry) release(now fuseboard.Instant) {
	if now.Sub(fuseboard.Instant(e.used.Load())) >= usedGrain {
		e.used.Store(int64(now))
	}
	if e.kept.Add(-1) == 0 {
		e.ring.search.freed()
	}
}

// idle reports whether nobody uses the entry and its circuit knows nothing that
// would be missed: closed, without a command, all its transitions told. Under the
// shard's lock nobody can begin to use it, and nothing else moves a closed circuit
// without a command. The epoch is read last, because only a transition that has
// been told may end in what was read before.
func (e *entry) idle() bool {
	return e.kept.Load() == 0 && e.quiet()
}

func (e *entry) quiet() bool {
	c := e.guard.circuit
	return c.State() == Closed && c.Mode() == Enforce && c.Epoch() == e.guard.told.Load()
}

// evicted reports whether g is the guard of a key that was forgotten.
func (g *Guard) evicted() bool { return g.key != nil && g.key.gone.Load() }
