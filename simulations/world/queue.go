// SPDX-License-Identifier: Apache-2.0

package world

// seat is the place of one request that waits. Its fields are the queue's, but for ready.
type seat struct {
	ready      chan struct{} // closed when its turn has come
	given      bool          // its turn has come
	prev, next *seat
}

// queue are those that wait, in the order in which they came. Its owner's lock guards it.
type queue struct {
	first, last *seat
	length      int
}

// join adds a seat at the end.
func (q *queue) join() *seat {
	s := &seat{ready: make(chan struct{}), prev: q.last}
	if q.last != nil {
		q.last.next = s
	} else {
		q.first = s
	}
	q.last = s
	q.length++
	return s
}

// remove takes out a seat that is in the queue.
func (q *queue) remove(s *seat) {
	if s.prev != nil {
		s.prev.next = s.next
	} else {
		q.first = s.next
	}
	if s.next != nil {
		s.next.prev = s.prev
	} else {
		q.last = s.prev
	}
	s.prev, s.next = nil, nil
	q.length--
}

// call takes out the seat whose turn it is, and says so to who waits in it. The queue is not empty.
func (q *queue) call(o Order) {
	s := q.first
	if o == LIFO {
		s = q.last
	}
	q.remove(s)
	s.given = true
	close(s.ready)
}
