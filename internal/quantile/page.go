// SPDX-License-Identifier: Apache-2.0

package quantile

import (
	"sync/atomic"
	"time"
	"unsafe"
)

const (
	rows  = 8        // of the ring: a clean one waits behind the newest
	slots = rows - 1 // in which the window lies
)

// page is the counts of one doubling, a row for each slot: a cache line.
type page [rows][perDoubling]atomic.Uint32

// count adds one to a bucket in the newest slot.
func (l *Live) count(d time.Duration) {
	doubling, bucket := bucketOf(d)
	p := l.pages[doubling].Load()
	if p == nil {
		p = l.page(doubling)
	}
	p[l.row.Load()%rows][bucket].Add(1)
}

func (l *Live) page(doubling uint) *page {
	l.pages[doubling].CompareAndSwap(nil, new(page))
	return l.pages[doubling].Load()
}

// clean empties the row of a slot. Who counts in it meanwhile has come from a slot of long ago.
func (l *Live) clean(slot int64) {
	for i := range l.pages {
		if p := l.pages[i].Load(); p != nil {
			row := &p[slot%rows]
			for j := range row {
				row[j].Store(0)
			}
		}
	}
}

func (l *Live) empty() {
	for slot := range int64(rows) {
		l.clean(slot)
	}
}

// Bytes returns how much memory a [Live] takes at most on this machine, which is when it has seen durations
// of every size. Six doublings, as from 1ms to 64ms, take about a fifth of that.
func Bytes() int64 {
	return int64(unsafe.Sizeof(Live{}) + doublings*unsafe.Sizeof(page{}))
}
