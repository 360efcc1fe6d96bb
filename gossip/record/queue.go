// SPDX-License-Identifier: Apache-2.0

package record

import (
	"container/list"

	"github.com/fuseboard/fuseboard"
)

// Queue holds records that wait to be sent, each a number of times. One goroutine may use it
// at a time. It is no stack, as memberlist's own is: nobody waits for ever because others come.
type Queue struct {
	most    int
	age     fuseboard.Instant // as a span
	times   [kinds]int        // how often each kind is sent
	waiting [kinds]list.List  // of *item, who waits longest first
	items   map[name]*list.Element
	stats   QueueStats
}

type name struct{ owner, key string }

type item struct {
	Record
	encoded []byte
	sent    int
	since   fuseboard.Instant
}

// mult is how many rounds of gossip each kind is sent for, as memberlist's RetransmitMult.
// Eight reach 100 % of 50 nodes without loss; four miss some (memberlist's own default).
var mult = [kinds]int{Transition: 8, Vote: 2, Beacon: 2}

// order is that in which kinds are sent.
var order = [...]Kind{Transition, Vote, Beacon}

// NewQueue returns an empty queue for a fleet of one. Of limits it takes Queue and QueueAge.
func NewQueue(limits Limits) *Queue {
	limits = limits.usable()
	q := &Queue{most: limits.Queue, age: fuseboard.Instant(limits.QueueAge), items: map[name]*list.Element{}}
	q.SetMembers(1)
	return q
}

// SetMembers says how many members the fleet has, this node included: each record is sent
// mult·⌈log10(n+1)⌉ times, where mult is 8 for transitions, 2 for votes and beacons.
func (q *Queue) SetMembers(n int) {
	rounds := 1 // ⌈log10(n+1)⌉
	for p := 10; p <= n && rounds < 18; p *= 10 {
		rounds++
	}
	for k := range q.times {
		q.times[k] = mult[k] * rounds
	}
}

// Push makes r wait to be sent, in the place of an older one of its key and for all its times, and says
// whether it does. Counters never wait. It keeps r: who gave it must not write into it.
func (q *Queue) Push(now fuseboard.Instant, r Record) bool {
	switch {
	case !r.sound():
		q.stats.Malformed++
		return false
	case r.Kind == Counter:
		q.stats.Counters++
		return false
	}
	it := &item{Record: r, encoded: r.append(nil), since: now}
	if e := q.items[name{r.Owner, r.Key}]; e != nil {
		return q.replace(e, it)
	}
	if len(q.items) >= q.most && !q.dropFor(r.Kind) {
		return false
	}
	q.add(it)
	q.stats.Pushed++
	return true
}

// replace puts it in the place of e, if it is newer.
func (q *Queue) replace(e *list.Element, it *item) bool {
	was := itemOf(e)
	if it.compare(was.Record) <= 0 {
		q.stats.Stale++
		return false
	}
	q.stats.Replaced++
	q.stats.Pushed++
	if was.Kind == it.Kind {
		e.Value = it
		return true
	}
	q.remove(e)
	q.add(it)
	return true
}

func (q *Queue) add(it *item) {
	q.items[name{it.Owner, it.Key}] = q.waiting[it.Kind].PushBack(it)
}

func (q *Queue) remove(e *list.Element) {
	it := itemOf(e)
	q.waiting[it.Kind].Remove(e)
	delete(q.items, name{it.Owner, it.Key})
}

// dropFor makes room for one of a kind, by one that is no more urgent.
func (q *Queue) dropFor(k Kind) bool {
	e := q.least()
	if e == nil || itemOf(e).Kind < k {
		q.stats.Full++
		return false
	}
	q.stats.Evicted++
	q.remove(e)
	return true
}

// least returns who may go first: of the least urgent kind who waits longest.
func (q *Queue) least() *list.Element {
	for i := len(order) - 1; i >= 0; i-- {
		if e := q.waiting[order[i]].Front(); e != nil {
			return e
		}
	}
	return nil
}

// Take returns one packet of at most limit bytes, for one member: transitions first, then
// votes, then beacons, of each kind who has waited longest since it came or was sent. What does not fit
// waits on. Nothing to send, or nothing that fits: nil.
func (q *Queue) Take(now fuseboard.Instant, limit int) []byte {
	p := packet{room: limit - headSize}
	for _, k := range order {
		q.take(now, k, &p)
	}
	if p.bytes == nil {
		return nil
	}
	seal(p.bytes)
	q.stats.Packets++
	q.stats.Bytes += uint64(len(p.bytes))
	return p.bytes
}

// take moves what it packs to the end, so that all have their turn.
func (q *Queue) take(now fuseboard.Instant, k Kind, p *packet) {
	waiting := &q.waiting[k]
	e := waiting.Front()
	for range waiting.Len() {
		next := e.Next()
		it := itemOf(e)
		switch {
		case now-it.since >= q.age:
			q.stats.Aged++
			q.remove(e)
		case p.add(it.encoded):
			if it.sent++; it.sent < q.times[k] {
				waiting.MoveToBack(e)
				break
			}
			q.stats.Sent++
			q.remove(e)
		}
		if p.room < leastRecord {
			return
		}
		e = next
	}
}

// leastRecord is the shortest encoding there is.
const leastRecord = 8

type packet struct {
	bytes []byte
	room  int
}

func (p *packet) add(encoded []byte) bool {
	if len(encoded) > p.room {
		return false
	}
	if p.bytes == nil {
		p.bytes = head(make([]byte, 0, headSize+min(p.room, 2*MaxRecord)), sortRecords)
	}
	p.bytes = append(p.bytes, encoded...)
	p.room -= len(encoded)
	return true
}

// Prune drops the least urgent until no more than most wait, and returns how many it dropped.
func (q *Queue) Prune(most int) (dropped int) {
	for len(q.items) > max(most, 0) {
		q.remove(q.least())
		q.stats.Pruned++
		dropped++
	}
	return dropped
}

// Len returns how many records wait.
func (q *Queue) Len() int { return len(q.items) }

// Stats returns a copy of the counts.
func (q *Queue) Stats() QueueStats {
	st := q.stats
	for k := range st.Waiting {
		st.Waiting[k] = q.waiting[k].Len()
	}
	return st
}

func itemOf(e *list.Element) *item { it, _ := e.Value.(*item); return it }
