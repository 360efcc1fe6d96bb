// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"sync"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// take returns the entry of the key, kept; it makes one if there is none and
// place for it.
func (k *Keyring) take(key string) (*entry, error) { return k.find(key, true) }

// find is take. counted says that a refusal for want of a place is one, and not
// only what would have been.
func (k *Keyring) find(key string, counted bool) (*entry, error) {
	if e := k.usually(key); e != nil {
		return e, nil
	}
	if key == "" || len(key) > longestKey {
		return nil, k.notAKey(key)
	}
	s, hash := k.shardOf(key)
	if e := s.keep(key); e != nil {
		k.seen(e)
		return e, nil
	}
	return k.begin(s, key, hash, counted)
}

// usually returns the entry of the key, kept, if it is that which is mostly asked for: many
// a client has one host. It spares hash and map, about 20 ns, and is one comparison otherwise.
func (k *Keyring) usually(key string) *entry {
	if e := k.usual.Load(); e != nil && e.key == key && e.keep() {
		if !e.again.Load() {
			e.again.Store(true)
		}
		return e
	}
	return nil
}

// seen makes an entry the usual one if that is none, or gone. It does not change from call to
// call: where keys take turns, all would write one word.
func (k *Keyring) seen(e *entry) {
	if was := k.usual.Load(); was == nil || was.gone.Load() {
		k.usual.CompareAndSwap(was, e)
	}
}

// takeFor is take for a call, which is over if there is no place.
func (k *Keyring) takeFor(ctx context.Context, key string) (*entry, error) {
	e, err := k.take(key)
	if err != nil {
		k.head.sys.turnedAway(ctx, k.head.name, "", key, err)
	}
	return e, err
}

func (k *Keyring) shardOf(key string) (*shard, uint64) {
	hash := scatter(k.head.sys.seed, key)
	return &k.shards[hash&uint64(len(k.shards)-1)], hash
}

// begin makes the entry of a key. In one shard one is made at a time, so that of
// two calls with the same new key the second finds what the first has made, and
// does not look for another place.
func (k *Keyring) begin(s *shard, key string, hash uint64, counted bool) (*entry, error) {
	s.making.Lock()
	defer s.making.Unlock()
	if e := s.keep(key); e != nil {
		return e, nil
	}
	if k.head.hasHalted() {
		return nil, k.head.self.refusals().stopped
	}
	if refusal, short := k.place(); refusal != nil {
		if counted {
			k.refused.Add(1)
			k.head.sys.refusedFor(short)
		}
		return nil, refusal
	}
	for !k.head.hasHalted() {
		if e := newEntry(k, s, key, hash); s.add(e) {
			k.watch()
			return e, nil
		}
	}
	k.giveUp()
	return nil, k.head.self.refusals().stopped
}

// watch sets the alarm for idle keys if it is not set.
func (k *Keyring) watch() {
	if !k.armed.Load() && k.armed.CompareAndSwap(false, true) {
		now := k.clock().Now()
		k.alarm.set(k.limits.idleAt(now), k.clock(), k)
	}
}

func (k *Keyring) clock() *fuseboard.Clock { return k.head.clock }

// random draws the next number in [0,n).
func (k *Keyring) random(n int) int {
	return int(supervision.Uniform(k.head.seed, k.draws.Add(1)) * float64(n))
}

// departed are guards that have told something and were evicted; the Keyring's
// actor tells of their end. A list and not a message each, because messages that
// are behind a stop are lost.
type departed struct {
	mu  sync.Mutex
	all []*entry
}

func (d *departed) add(e *entry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.all = append(d.all, e)
}

func (d *departed) take() []*entry {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := d.all
	d.all = nil
	return all
}
