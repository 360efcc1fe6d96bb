// SPDX-License-Identifier: Apache-2.0

package otterstore

import (
	"strings"
	"sync/atomic"

	"github.com/maypok86/otter/v2"

	"github.com/fuseboard/fuseboard/patterns/cache"
)

// New returns a store for at most so many entries; less than 1 counts as 1. Give it to
// [cache.New]. Besides what a [cache.Store] must have it can be resized and cleared, and counts who
// made room. Otter's upkeep runs on goroutines that end by themselves, and [cache.Cache.Close] waits for them.
func New[V any](most int) cache.Store[*cache.Entry[V]] {
	s := &store[*cache.Entry[V]]{}
	s.upkeep.after = s.settle
	inner, err := otter.New(&otter.Options[string, *cache.Entry[V]]{
		MaximumSize:      max(most, 1),
		Executor:         s.upkeep.do,
		OnAtomicDeletion: s.deleted,           // OnDeletion would be a task for each
		Logger:           &otter.NoopLogger{}, // it would log panics of deleted, which has none
	})
	if err != nil {
		return nil // of options that are always the same: then the cache takes its own store
	}
	s.inner = inner
	return s
}

// store is an otter cache as a store.
type store[V any] struct {
	inner   *otter.Cache[string, V]
	upkeep  upkeep
	evicted atomic.Uint64
}

func (s *store[V]) Get(key string) (V, bool) { return s.inner.GetIfPresent(key) }

// Set copies the text of the key, which may be a piece of something large.
func (s *store[V]) Set(key string, v V) { s.inner.Set(strings.Clone(key), v) }

func (s *store[V]) Delete(key string) { s.inner.Invalidate(key) }

func (s *store[V]) Len() int { return s.inner.EstimatedSize() }

func (s *store[V]) Evicted() uint64 { return s.evicted.Load() }

func (s *store[V]) Clear() { s.inner.InvalidateAll() }

// Resize evicts at once what is too much.
func (s *store[V]) Resize(most int) {
	s.inner.SetMaximum(uint64(max(most, 1)))
	s.inner.CleanUp()
}

// settle does what a task of otter has left undone, because of who wrote meanwhile: otter itself does it only on
// goroutines of its own. Writers that go on have a task again, so a few rounds are enough.
func (s *store[V]) settle() {
	for range 8 {
		if n := s.inner.EstimatedSize(); n >= 0 && uint64(n) <= s.inner.GetMaximum() {
			return
		}
		s.inner.CleanUp()
	}
}

// deleted runs under the lock of a bucket of otter.
func (s *store[V]) deleted(e otter.DeletionEvent[string, V]) {
	if e.WasEvicted() {
		s.evicted.Add(1)
	}
}

// Close waits for the upkeep that runs, and does what is left of it.
func (s *store[V]) Close() {
	s.upkeep.close()
	s.inner.CleanUp()
}
