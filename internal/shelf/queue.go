// SPDX-License-Identifier: Apache-2.0

package shelf

// queue holds the nodes in the order their keys came, and the hand. Under the shelf's lock.
type queue[V any] struct {
	oldest, newest *node[V]
	hand           *node[V] // where the search goes on; nil: at the oldest
}

// push makes a node the newest.
func (q *queue[V]) push(n *node[V]) {
	n.older = q.newest
	if q.newest == nil {
		q.oldest = n
	} else {
		q.newest.newer = n
	}
	q.newest = n
}

// remove takes a node out. The hand that points to it moves on.
func (q *queue[V]) remove(n *node[V]) {
	if q.hand == n {
		q.hand = n.newer
	}
	q.relink(n, n.newer, n.older)
	n.older, n.newer = nil, nil
}

// replace puts a node in the place of another.
func (q *queue[V]) replace(old, n *node[V]) {
	n.older, n.newer = old.older, old.newer
	if q.hand == old {
		q.hand = n
	}
	q.relink(old, n, n)
	old.older, old.newer = nil, nil
}

// relink lets the neighbours of n point to others instead: the older one to newer, the newer
// one to older.
func (q *queue[V]) relink(n, newer, older *node[V]) {
	if n.older == nil {
		q.oldest = newer
	} else {
		n.older.newer = newer
	}
	if n.newer == nil {
		q.newest = older
	} else {
		n.newer.older = older
	}
}

// victim is the node that makes room: the first from the hand on that was not used since the
// hand last came by. After one round it is whichever comes next, however busy the readers are.
func (q *queue[V]) victim(held int) *node[V] {
	n := q.hand
	for range held + 1 {
		if n == nil {
			n = q.oldest
		}
		if !n.used.Load() {
			break
		}
		n.used.Store(false)
		n = n.newer
	}
	if n == nil {
		n = q.oldest
	}
	q.hand = n
	return n
}
