// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"slices"
	"sync"
	"time"
)

// fate is what became of a request.
type fate uint8

// The fates.
const (
	good fate = iota
	degraded
	failed
	refused
	late
	fates // how many there are
)

// ended is a request that has ended.
type ended struct {
	load, tenant, operation, priority string

	dependency int           // its number
	node       int           // of the service, that takes it; 0: none does
	at         time.Duration // of its arrival
	took       time.Duration
	bucket     int // of took in a histogram
	fate       fate
	inner      bool // a dependency called another one: no user's request
}

// attempt is one request that reached a dependency.
type attempt struct {
	load, tenant, operation, priority string // of the user's request

	dependency int
	node       int // that took the user's request
	at         time.Duration
	first      bool // of its user's request at this dependency
	held       bool // whoever makes it is held by the fleet: it is a probe
}

// ledger writes down what becomes of requests. Safe for concurrent use.
type ledger struct {
	width time.Duration
	pulse time.Duration // the grain of a recovery, for which buckets may be too wide

	mu     sync.Mutex
	all    *book
	books  []*book // by the dependency's number
	meters []*meter
}

func newLedger(width, duration time.Duration, dependencies int, meters []*meter) *ledger {
	l := &ledger{width: width, pulse: min(width, time.Second), books: make([]*book, dependencies), meters: meters}
	n, beats := int((duration+width-1)/width), int((duration+l.pulse-1)/l.pulse)
	l.all = newBook(n, beats)
	for i := range l.books {
		l.books[i] = newBook(n, beats)
	}
	return l
}

func (l *ledger) end(e ended) {
	e.bucket = histogramBucket(e.took)
	l.mu.Lock()
	defer l.mu.Unlock()
	i, beat := int(e.at/l.width), int(e.at/l.pulse)
	if !e.inner {
		l.all.end(i, beat, e)
	}
	l.books[e.dependency].end(i, beat, e)
	for _, m := range l.meters {
		m.end(e)
	}
}

func (l *ledger) attempt(a attempt) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := int(a.at / l.width)
	l.books[a.dependency].attempt(i, a)
	l.all.attempt(i, a)
	for _, m := range l.meters {
		m.attempt(a)
	}
}

// book is the track of one dependency, or of all, while it is written.
type book struct {
	fates           [fates][]uint32
	calls, attempts []uint32
	took            []histogram
	beats           []beat
}

// beat is what became of the requests of one pulse.
type beat struct{ good, all uint32 }

func newBook(n, beats int) *book {
	b := &book{calls: make([]uint32, n), attempts: make([]uint32, n), took: make([]histogram, n), beats: make([]beat, beats)}
	for i := range b.fates {
		b.fates[i] = make([]uint32, n)
	}
	return b
}

// place is the bucket i, or the last one for what comes after the end.
func (b *book) place(i int) int { return min(i, len(b.calls)-1) }

func (b *book) end(i, beat int, e ended) {
	i = b.place(i)
	if beat < len(b.beats) {
		b.beats[beat].all++
		if e.fate == good {
			b.beats[beat].good++
		}
	}
	b.fates[e.fate][i]++
	if e.fate == good || e.fate == degraded {
		b.took[i].addAt(e.bucket, e.took)
	}
}

func (b *book) attempt(i int, a attempt) {
	i = b.place(i)
	b.attempts[i]++
	if a.first {
		b.calls[i]++
	}
}

// track is what the book says, without what is sampled.
func (b *book) track() Track {
	n := len(b.calls)
	t := Track{
		Offered: make([]uint32, n), Good: b.fates[good], Degraded: b.fates[degraded], Failed: b.fates[failed],
		Refused: b.fates[refused], Late: b.fates[late], Calls: b.calls, Attempts: b.attempts,
	}
	for i := range n {
		for _, f := range b.fates {
			t.Offered[i] += f[i]
		}
	}
	for _, p := range []struct {
		into  *[]float32
		share float64
	}{{&t.P50, 0.5}, {&t.P95, 0.95}, {&t.P99, 0.99}, {&t.Max, 1}} {
		*p.into = make([]float32, n)
		for i := range n {
			(*p.into)[i] = milliseconds(&b.took[i], p.share)
		}
	}
	return t
}

func milliseconds(h *histogram, share float64) float32 {
	d, known := h.quantile(share)
	if !known {
		return -1
	}
	return float32(d.Round(10*time.Microsecond).Microseconds()) / 1000
}

// widths are those that buckets may have.
var widths = []time.Duration{
	100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second,
	15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute,
}

// mostBuckets is how many a track has at most.
const mostBuckets = 240

// widthFor returns the least width with which a duration has no more buckets than that.
func widthFor(d time.Duration) time.Duration {
	i := slices.IndexFunc(widths, func(w time.Duration) bool { return d <= w*mostBuckets })
	if i < 0 {
		return widths[len(widths)-1]
	}
	return widths[i]
}
