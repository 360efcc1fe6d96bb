// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"sync"
	"sync/atomic"
)

// How a place for a new key is found at KeyLimits.Max. A few keys are drawn, and
// of those that are idle one goes (see entry.before): next to nothing for a flood of
// keys that come once. Only where all that were drawn are
// in use every key is looked at that may be idle; those whose circuits are not
// quiet are set aside and not looked at again before they are. Where that finds
// none either, no one looks again until some key is released.
const (
	keysDrawn = 8
)

// search is what is known of a search of all keys.
type search struct {
	mu    sync.Mutex // one at a time
	state atomic.Uint32
}

const (
	searchOpen   uint32 = iota
	searching           // one is under way
	searchInVain        // nothing was found, and nothing became idle since
)

// freed says that a key may have become idle. Whoever searches says so before it
// looks, and whoever frees looks after it freed, so that one sees the other.
func (s *search) freed() {
	if s.state.Load() != searchOpen {
		s.state.Store(searchOpen)
	}
}

// room takes the place of one more key, and reports false if there is none.
func (k *Keyring) room() bool {
	limit := int64(k.limits.Max)
	for n := k.count.Load(); n < limit; n = k.count.Load() {
		if k.count.CompareAndSwap(n, n+1) {
			return true
		}
	}
	return k.evictOne()
}

// evictOne forgets an idle key, and reports false if there is none. The place that
// it had in the Keyring is the caller's.
func (k *Keyring) evictOne() bool {
	if k.search.state.Load() == searchInVain {
		return false
	}
	if e := k.draw(); e != nil && e.shard.evictIdle(e) {
		return true
	}
	return k.searchAll()
}

// draw returns the idle key that is to go first among a few.
func (k *Keyring) draw() (found *entry) {
	for range keysDrawn {
		e := k.drawOne()
		if e != nil && (found == nil || e.before(found)) {
			found = e
		}
	}
	return found
}

func (k *Keyring) drawOne() *entry {
	s := &k.shards[k.random(len(k.shards))]
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.free == 0 || s.closed {
		return nil
	}
	e := s.list[k.random(s.free)]
	if !e.idle() {
		return nil
	}
	return e
}

// evictIdle evicts an entry that was idle a moment ago, if it still is.
func (s *shard) evictIdle(e *entry) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || e.gone.Load() || !e.idle() {
		return false
	}
	s.evict(e, &s.forRoom)
	return true
}

// searchAll looks at every key that may be idle, from a random shard on. A key
// that is freed while it looks makes it look again, a few times at most.
func (k *Keyring) searchAll() bool {
	k.search.mu.Lock()
	defer k.search.mu.Unlock()
	for range keysDrawn {
		if k.search.state.Load() == searchInVain {
			return false
		}
		k.search.state.Store(searching)
		if k.evictOldest() {
			k.search.state.Store(searchOpen)
			return true
		}
		if k.search.state.CompareAndSwap(searching, searchInVain) {
			return false
		}
	}
	return false
}

// evictOldest evicts the oldest idle key of the first shard that has one.
func (k *Keyring) evictOldest() bool {
	first := k.random(len(k.shards))
	for i := range k.shards {
		s := &k.shards[(first+i)&(len(k.shards)-1)]
		s.mu.Lock()
		found := s.oldest()
		if found != nil && !s.closed {
			s.evict(found, &s.forRoom)
			s.mu.Unlock()
			return true
		}
		s.mu.Unlock()
	}
	return false
}
