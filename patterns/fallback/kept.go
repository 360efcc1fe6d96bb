// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"sync"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/shelf"
)

// Kept holds the last good answer to each of so many requests; where there are more, those
// that nobody asked for make room. Make one with [NewKept]. Safe for concurrent use: Get
// takes no lock, Put takes two and allocates. It gives what it was given: of a V with
// pointers, slices or maps, Put a copy, or what nobody changes.
type Kept[V any] struct {
	by  *shelf.Shelf[kept[V]]
	put sync.Mutex // what is kept is looked at and replaced at once
}

type kept[V any] struct {
	v  V
	at fuseboard.Instant
}

// NewKept returns a place for the answers to so many requests; less than 1 counts as 1. It
// takes memory as it fills.
func NewKept[V any](most int) *Kept[V] { return &Kept[V]{by: shelf.New[kept[V]](most)} }

// Put keeps v as the last good answer to the request of this key. One that is older than
// what is kept changes nothing, unless both are put at the same moment.
func (k *Kept[V]) Put(now fuseboard.Instant, key string, v V) {
	k.put.Lock()
	defer k.put.Unlock()
	if last, known := k.by.Get(key); known && last.at > now {
		return
	}
	k.by.Put(key, kept[V]{v: v, at: now})
}

// Get returns the last good answer if it is at most maxAge old, and how old it is. One
// that was put later than now is not old at all.
func (k *Kept[V]) Get(now fuseboard.Instant, key string, maxAge time.Duration) (v V, age time.Duration, ok bool) {
	last, ok := k.by.Get(key)
	if !ok {
		return v, 0, false
	}
	if age = max(now.Sub(last.at), 0); age > maxAge {
		return v, 0, false
	}
	return last.v, age, true
}

// Len is how many answers are kept, those among them that are too old for anybody.
func (k *Kept[V]) Len() int { return k.by.Len() }

// Resize bounds how many are kept anew; less than 1 counts as 1.
func (k *Kept[V]) Resize(most int) { k.by.Resize(most) }
