// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/hashicorp/memberlist"
)

// pool has an outbox for each peer that packets are sent to: an address, with a stable name where it is known.
type pool struct {
	t *Transport

	mu    sync.Mutex // held for a few steps only
	peers map[memberlist.Address]*outbox
	ended bool // no goroutine is started any more
}

// send queues a copy of b, or drops it. It returns when.
func (p *pool) send(b []byte, a memberlist.Address) time.Time {
	a.Name = stable(a.Name)
	b = bytes.Clone(b)
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.ended {
		return now
	}
	o := p.peers[a]
	if o == nil {
		o = p.add(a)
	}
	o.used = now
	select {
	case o.queue <- b:
	default:
		p.t.count(func(s *Stats) { s.DroppedQueue++ })
	}
	return now
}

func (p *pool) add(a memberlist.Address) *outbox {
	p.makeRoom()
	o := &outbox{t: p.t, to: a, queue: make(chan []byte, p.t.opts.Queue)}
	o.ctx, o.cancel = context.WithCancel(p.t.ctx)
	p.peers[a] = o
	p.t.work.Go(o.run)
	return o
}

func (p *pool) makeRoom() {
	if len(p.peers) < p.t.opts.Pool {
		return
	}
	var oldest *outbox
	for _, o := range p.peers {
		if oldest == nil || o.used.Before(oldest.used) {
			oldest = o
		}
	}
	delete(p.peers, oldest.to)
	oldest.cancel()
	p.t.count(func(s *Stats) { s.Evicted++ })
}

// retire forgets an outbox, unless a packet came in the meantime.
func (p *pool) retire(o *outbox) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(o.queue) > 0 {
		return false
	}
	if p.peers[o.to] == o {
		delete(p.peers, o.to)
	}
	return true
}

func (p *pool) connected() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, o := range p.peers {
		if o.line.Load().healthy() {
			n++
		}
	}
	return n
}

func (p *pool) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
}
