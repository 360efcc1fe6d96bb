// SPDX-License-Identifier: Apache-2.0

package quantile

import (
	"math"
	"time"

	"github.com/fuseboard/fuseboard"
)

// think is Record where there may be more to do than to count. One of those who come at once does it.
func (l *Live) think(now fuseboard.Instant, elapsed time.Duration) (again bool) {
	fresh := l.fresh.Add(1)
	if !l.mu.TryLock() {
		l.count(elapsed)
		return false
	}
	defer l.mu.Unlock()
	l.roll(now)
	l.count(elapsed)
	switch known := l.known(); {
	case !known && fresh < l.shape.least:
		return false
	case known && now < l.due: // it was only that a slot began
		l.rest()
		return false
	}
	l.due = now.Add(l.shape.window / renewals)
	l.work()
	return true
}

func (l *Live) known() bool { return l.values[0].Load() > 0 }

// rest lets who records count and no more until values are due, or a slot begins. Caller holds mu.
func (l *Live) rest() {
	length := l.length()
	end := fuseboard.Instant(l.newest * int64(length)).Add(length)
	l.until.Store(int64(min(l.due, end)))
}

// roll moves the window on to now. Caller holds mu. Rows are clean before they are the newest.
func (l *Live) roll(now fuseboard.Instant) {
	slot := int64(now) / int64(l.length())
	if slot <= l.newest {
		return
	}
	for n := max(l.newest+2, slot-rows+1); n <= slot; n++ {
		l.clean(n)
	}
	l.newest = slot
	l.row.Store(uint32(slot % rows))
	l.clean(slot + 1)
}

func (l *Live) length() time.Duration { return l.shape.window / slots }

// work works the values out. Caller holds mu.
func (l *Live) work() {
	var counts [doublings][perDoubling]uint32
	all := l.gather(&counts)
	if enough := all >= l.shape.least || l.known() && all > 0 && 2*all >= l.shape.least; !enough {
		for i := range l.values {
			l.values[i].Store(0)
		}
		l.fresh.Store(all)
		l.due = 0
		l.until.Store(always)
		return
	}
	for i, q := range l.shape.quantiles {
		v := time.Duration(0)
		if q > 0 {
			v = at(&counts, int64(math.Ceil(q*float64(all))))
		}
		l.values[i].Store(int64(v))
	}
	l.rest()
}

// gather adds up the rows; the clean one adds nothing.
func (l *Live) gather(counts *[doublings][perDoubling]uint32) (all int64) {
	for i := range l.pages {
		p := l.pages[i].Load()
		if p == nil {
			continue
		}
		for row := range p {
			for j := range p[row] {
				n := p[row][j].Load()
				counts[i][j] += n
				all += int64(n)
			}
		}
	}
	return all
}

// at returns the duration of the given rank, from 1 on.
func at(counts *[doublings][perDoubling]uint32, rank int64) time.Duration {
	for i := range counts {
		for j, n := range counts[i] {
			if rank <= int64(n) {
				return within(uint(i), uint(j), (float64(rank)-0.5)/float64(n))
			}
			rank -= int64(n)
		}
	}
	return longest // unreachable: the rank is at most their number
}
