// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/hashicorp/memberlist"
)

// After a dial that failed, packets for that peer are dropped for a while.
const (
	leastPause = 100 * time.Millisecond
	mostPause  = time.Second
)

// outbox is the packets for one peer, and the goroutine that sends them.
type outbox struct {
	t      *Transport
	to     memberlist.Address
	queue  chan []byte
	used   time.Time // under the pool's lock
	ctx    context.Context
	cancel context.CancelFunc
	line   atomic.Pointer[line] // nil: none yet, or given up. Only the goroutine changes it

	// Below: of the goroutine alone.
	retry time.Time
	pause time.Duration
}

// run sends until the outbox is idle, evicted, or the transport ends.
func (o *outbox) run() {
	defer o.cancel()
	defer o.hangUp()
	idle := time.NewTimer(o.t.opts.Idle)
	defer idle.Stop()
	for {
		select {
		case b := <-o.queue:
			o.write(b)
			idle.Reset(o.t.opts.Idle)
		case <-idle.C:
			if o.t.pool.retire(o) {
				return
			}
			idle.Reset(o.t.opts.Idle)
		case <-o.ctx.Done():
			o.lose(0)
			return
		}
	}
}

// write sends b over the connection that is there, or a new one.
func (o *outbox) write(b []byte) {
	now := time.Now()
	l := o.line.Load()
	if l.healthy() && l.silent(now, o.t.opts.Silence) {
		// What is written there only waits in the kernel, as after a cut of the network. TCP would try again after up to two minutes.
		_ = o.t.refused(l.link, refuse(TooSlow, "it has read nothing for %v; the network between may be cut, so a new connection is made", o.t.opts.Silence))
		l.cut()
	}
	if !l.healthy() {
		o.hangUp()
		if l = o.connect(now); l == nil {
			o.lose(1)
			return
		}
	}
	if err := l.put(b, now, o.t.opts); err != nil {
		o.hangUp()
		o.lose(0)
		return
	}
	if len(o.queue) == 0 { // or the next one takes it along
		o.flush(l)
	}
}

func (o *outbox) flush(l *line) {
	if err := l.w.Flush(); err != nil {
		o.hangUp()
		o.lose(0)
		return
	}
	n, size := l.taken()
	o.t.count(func(s *Stats) { s.PacketsOut += n; s.BytesOut += size })
}

// lose counts n packets, and all that wait: by the time there is a connection, they would be old.
func (o *outbox) lose(n uint64) {
	for {
		select {
		case <-o.queue:
			n++
		default:
			o.t.count(func(s *Stats) { s.DroppedUnreachable += n })
			return
		}
	}
}

// connect dials, unless that failed a short while ago.
func (o *outbox) connect(now time.Time) *line {
	if now.Before(o.retry) {
		return nil
	}
	ctx, cancel := context.WithTimeout(o.ctx, o.t.opts.Handshake)
	defer cancel()
	c, err := o.t.dial(ctx, o.to, packets)
	if err != nil {
		o.pause = min(max(2*o.pause, leastPause), mostPause)
		o.retry = time.Now().Add(o.pause)
		return nil
	}
	o.pause = 0
	l := newLine(c)
	o.line.Store(l)
	o.t.work.Go(l.watch)
	return l
}

// hangUp closes the connection, and counts what was not sent over it.
func (o *outbox) hangUp() {
	l := o.line.Swap(nil)
	if l == nil {
		return
	}
	n, _ := l.taken()
	o.t.count(func(s *Stats) { s.DroppedUnreachable += n })
	l.broken.Store(true)
	_ = l.Close()
}
