// SPDX-License-Identifier: Apache-2.0

package network

import (
	"container/heap"
	"time"
)

// event is something that happens at an instant, under the network's lock.
type event struct {
	at    time.Duration // since the network's base
	seq   uint64        // events of one instant happen in the order in which they were made
	do    func()
	index int // in the agenda; -1 when it is in there no more
}

// agenda is a heap of events, the next one first.
type agenda []*event

// Len is for package heap.
func (a *agenda) Len() int { return len(*a) }

// Less is for package heap.
func (a *agenda) Less(i, j int) bool {
	e, f := (*a)[i], (*a)[j]
	return e.at < f.at || e.at == f.at && e.seq < f.seq
}

// Swap is for package heap.
func (a *agenda) Swap(i, j int) {
	h := *a
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push is for package heap.
func (a *agenda) Push(x any) {
	e := x.(*event) //nolint:errcheck // package heap hands on what plan gave it
	e.index = len(*a)
	*a = append(*a, e)
}

// Pop is for package heap.
func (a *agenda) Pop() any {
	last := len(*a) - 1
	e := (*a)[last]
	(*a)[last], e.index = nil, -1
	*a = (*a)[:last]
	return e
}

// now is the time since the network was made.
func (n *Network) now() time.Duration { return time.Since(n.base) }

// plan lets do happen at an instant. One timer serves all events: the next one sets it.
func (n *Network) plan(at time.Duration, do func()) *event {
	n.seq++
	e := &event{at: at, seq: n.seq, do: do, index: -1}
	if n.closed {
		return e
	}
	heap.Push(&n.agenda, e)
	n.arm()
	return e
}

// cancel takes e off the agenda, if it is still there. The timer stays as it is: it
// finds nothing to do, or less.
func (n *Network) cancel(e *event) {
	if e.index >= 0 && !n.closed {
		heap.Remove(&n.agenda, e.index)
	}
}

// arm sets the timer to the next event, unless it will ring before that anyway.
func (n *Network) arm() {
	if len(n.agenda) == 0 || n.closed {
		return
	}
	at := n.agenda[0].at
	if n.armed && n.rings <= at {
		return
	}
	wait := max(at-n.now(), 0)
	n.armed, n.rings = true, at
	switch {
	case n.timer == nil:
		n.ringing.Add(1)
		n.timer = time.AfterFunc(wait, n.ring)
	case !n.timer.Reset(wait): // it had rung, or was never waited for
		n.ringing.Add(1)
	}
}

// ring does everything that is due.
func (n *Network) ring() {
	defer n.ringing.Done()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed {
		return
	}
	n.armed = false
	for now := n.now(); len(n.agenda) > 0 && n.agenda[0].at <= now; {
		e := heap.Pop(&n.agenda).(*event) //nolint:errcheck // the agenda holds events only
		e.do()
	}
	n.arm()
}
