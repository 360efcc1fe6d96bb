// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"slices"
	"sync"

	"github.com/fuseboard/fuseboard"
)

// shard is a part of a Keyring's keys.
type shard struct {
	making sync.Mutex // held while a key is made; before mu
	mu     sync.RWMutex
	keys   map[string]*entry
	list   []*entry    // all of keys; beyond free those that were found not quiet
	free   int         // list[:free] are looked at when a place is needed
	closed bool        // the Keyring stops: no key is made or kept any more
	past   counters    // of the guards that were evicted
	times  times       // of the calls of all keys, also of those that were evicted
	would  Would       // of the guards that were evicted
	timeIn TimeIn      // likewise
	gone   answersGone // likewise

	forRoom, forIdle uint64 // evictions, by their reason
	_                [64]byte
}

const (
	mostShards  = 64
	keysInShard = 16 // at least, when all places are taken
)

func newShards(most int) []shard {
	n := 1
	for n < mostShards && 2*n*keysInShard <= most {
		n *= 2
	}
	shards := make([]shard, n)
	for i := range shards {
		shards[i].keys = make(map[string]*entry)
	}
	return shards
}

// keep returns the entry of a key, kept.
func (s *shard) keep(key string) *entry {
	s.mu.RLock()
	e := s.keys[key]
	if e == nil || s.closed {
		s.mu.RUnlock()
		return nil
	}
	e.kept.Add(1)
	s.mu.RUnlock()
	if !e.again.Load() {
		e.again.Store(true)
	}
	return e
}

// add makes e the entry of its key, kept. It is false when the shard is closed, or
// when an Update came since e was made and has perhaps passed this shard by.
func (s *shard) add(e *entry) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || e.guard.plan.Load() != e.ring.head.plan.Load() {
		return false
	}
	e.kept.Add(1)
	s.keys[e.key] = e
	e.place = len(s.list)
	s.list = append(s.list, e)
	s.swap(e.place, s.free)
	s.free++
	return true
}

// swap exchanges two places of the list. Under mu.
func (s *shard) swap(i, j int) {
	s.list[i], s.list[j] = s.list[j], s.list[i]
	s.list[i].place, s.list[j].place = i, j
}

// setAside takes an entry that is not quiet out of those that are looked at. Under mu.
func (s *shard) setAside(e *entry) {
	s.free--
	s.swap(e.place, s.free)
}

// takeBack undoes setAside for an entry that is quiet again, if it is.
func (s *shard) takeBack(e *entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !e.gone.Load() && e.place >= s.free && e.quiet() {
		s.swap(e.place, s.free)
		s.free++
		e.ring.search.freed()
	}
}

// evict forgets an idle entry. Whoever was told of its beginning is told of its
// end before a new guard of the key says anything: it is among the departed before
// there is a new one, and the Keyring's actor tells of those first in each turn. Under mu.
func (s *shard) evict(e *entry, count *uint64) {
	if e.place < s.free {
		s.setAside(e)
	}
	last := len(s.list) - 1
	s.swap(e.place, last)
	s.list[last] = nil
	s.list = s.list[:last]
	delete(s.keys, e.key)
	e.gone.Store(true)
	e.guard.gate.Close()
	e.guard.alarm.stop()
	e.guard.loadOf().news.stop()
	if pool := e.guard.pool.Load(); pool != nil {
		pool.Close()
	}
	s.past.add(&e.guard.count)
	s.would = s.would.plus(e.guard.would())
	var answered answerStats
	e.guard.addAnswers(&answered)
	s.gone.add(&answered)
	e.guard.closeAnswers()
	_, in := e.guard.recent.sums(e.guard.born, e.guard.clock.Now())
	s.timeIn = s.timeIn.plus(in)
	e.guard.sys.limits.giveKey(e.ring.head.plan.Load().weight)
	*count++
	if e.receiver.spoke.Load() {
		e.ring.departed.add(e)
		e.ring.head.tell(evicted{})
	}
}

// oldest returns the idle entry that is to go first, and sets aside those that are not quiet. Under mu.
func (s *shard) oldest() (found *entry) {
	for i := s.free - 1; i >= 0; i-- {
		e := s.list[i]
		switch {
		case e.kept.Load() != 0:
		case !e.quiet():
			s.setAside(e)
		case found == nil || e.before(found):
			found = e
		}
	}
	return found
}

// sweep evicts what was not used for long, and returns when the next is due.
func (s *shard) sweep(l KeyLimits, now fuseboard.Instant) (evicted int, next fuseboard.Instant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next = fuseboard.Never
	if s.closed {
		return 0, next
	}
	for i := len(s.list) - 1; i >= 0; i-- {
		e := s.list[i]
		used := fuseboard.Instant(e.used.Load())
		if l.forgets(used, now) && e.idle() {
			s.evict(e, &s.forIdle)
			evicted++
			continue
		}
		next = min(next, max(l.idleAt(used), now))
	}
	return evicted, next
}

// all returns the shard's entries at this moment.
func (s *shard) all() []*entry {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.list)
}
