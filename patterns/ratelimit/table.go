// SPDX-License-Identifier: Apache-2.0

package ratelimit

import "strings"

// among is how many keys are looked at for one whose bucket is full.
const among = 16

// find returns the state of a key, which is the last used now; a new one is full.
func (t *Keyed[K]) find(key K, begun int64) *keyState[K] {
	i, known := t.at[key]
	switch {
	case known:
		t.unlink(i)
	case len(t.at) >= t.most:
		i = t.victim(begun)
		t.count(i, begun)
		t.unlink(i)
		delete(t.at, t.keys[i].key)
		key = owned(key)
		t.keys[i] = keyState[K]{key: key}
		t.at[key] = i
	default:
		i, key = int32(len(t.keys)), owned(key)
		t.keys = append(t.keys, keyState[K]{key: key})
		t.at[key] = i
	}
	t.link(i)
	return &t.keys[i]
}

// owned is the key as a table keeps it: a string's text is copied, as the caller's may be a
// piece of something large.
func owned[K comparable](key K) K {
	if text, ok := any(&key).(*string); ok {
		*text = strings.Clone(*text)
	}
	return key
}

// victim is the key that gives its place to another.
func (t *Keyed[K]) victim(begun int64) int32 {
	oldest := t.keys[0].newer
	for i, n := oldest, 0; i != 0 && n < among; i, n = t.keys[i].newer, n+1 {
		if t.keys[i].fullAt <= begun {
			return i
		}
	}
	return oldest
}

// count counts a key that goes.
func (t *Keyed[K]) count(i int32, begun int64) {
	if t.keys[i].fullAt <= begun {
		t.stats.Evicted++
	} else {
		t.stats.Lost++
	}
}

// forget takes a key out of the table; the last place moves into its own.
func (t *Keyed[K]) forget(i int32, begun int64) {
	t.count(i, begun)
	t.unlink(i)
	delete(t.at, t.keys[i].key)
	last := int32(len(t.keys) - 1)
	if i != last {
		t.keys[i] = t.keys[last]
		t.at[t.keys[i].key] = i
		t.keys[t.keys[i].older].newer = i
		t.keys[t.keys[i].newer].older = i
	}
	clear(t.keys[last:])
	t.keys = t.keys[:last]
}

// link makes a key the newest of the ring; the head's newer is the oldest.
func (t *Keyed[K]) link(i int32) {
	newest := t.keys[0].older
	t.keys[i].older, t.keys[i].newer = newest, 0
	t.keys[newest].newer = i
	t.keys[0].older = i
}

func (t *Keyed[K]) unlink(i int32) {
	k := &t.keys[i]
	t.keys[k.older].newer = k.newer
	t.keys[k.newer].older = k.older
}
