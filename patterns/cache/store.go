// SPDX-License-Identifier: Apache-2.0

package cache

import "github.com/fuseboard/fuseboard/internal/shelf"

// Store keeps what a [Cache] gives it under keys, and is bounded. Every method may be called
// from any goroutine at any time, must not call the cache, and should take no longer than a map
// does: the cache calls all but Get and Len under its lock. A store may forget any key at any
// time; what it gives must be what was set last, or nothing.
//
// A store may have more, which is used where it is there: Resize(most int) bounds it anew and Clear()
// empties it, without which the cache makes another store; Evicted() uint64 counts who made room; Close()
// ends what it has running, once, when it is not used any more.
type Store[V any] interface {
	// Get returns what is kept under key, and whether anything is.
	Get(key string) (V, bool)
	// Set keeps v under key, in place of what was.
	Set(key string, v V)
	// Delete forgets key.
	Delete(key string)
	// Len is how many keys are kept, or about so many.
	Len() int
}

// Make makes a store for at most so many entries of a cache. [NewStore] is one, and so is
// otterstore.New.
type Make[V any] func(most int) Store[*Entry[V]]

// NewStore returns the built-in store: for at most so many keys (less than 1 counts as 1),
// which should be some ten thousand at most. It chooses who makes room by SIEVE (Zhang and others,
// NSDI 2024), reads without a lock and starts no goroutine.
func NewStore[V any](most int) Store[V] { return shelved[V]{shelf.New[V](most)} }

// shelved is a shelf as a store.
type shelved[V any] struct{ *shelf.Shelf[V] }

func (s shelved[V]) Set(key string, v V) { s.Put(key, v) }

func (s shelved[V]) Delete(key string) { s.Shelf.Delete(key) }

// nowhere keeps nothing: the store of a cache that was closed.
type nowhere[V any] struct{}

func (nowhere[V]) Get(string) (v V, ok bool) { return v, false }
func (nowhere[V]) Set(string, V)             {}
func (nowhere[V]) Delete(string)             {}
func (nowhere[V]) Len() int                  { return 0 }
