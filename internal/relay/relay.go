// SPDX-License-Identifier: Apache-2.0

package relay

import (
	"context"
	"fmt"
	"net"
	"sync"
)

// Relay hands connections on to one upstream, with faults. See [Start].
type Relay struct {
	upstream string
	addr     string
	ctx      context.Context // ends with Close: every wait and dial looks at it
	cancel   context.CancelFunc
	work     sync.WaitGroup // the accept loop and all connections

	mu       sync.Mutex
	listener net.Listener // nil while down
	script   []Fault
	fault    Fault
	conns    map[*conn]struct{}
	counts   Counts
	changed  chan struct{} // closed and replaced when counts change
	thaw     chan struct{} // not nil while frozen; closed by Thaw
	closed   bool
}

// Start listens on a free port of loopback and hands connections on to upstream
// ("127.0.0.1:8080"), which may be there later. Close it.
func Start(upstream string) (*Relay, error) {
	r := &Relay{upstream: upstream, addr: "127.0.0.1:0", conns: map[*conn]struct{}{}, changed: make(chan struct{})}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	if err := r.Up(); err != nil {
		r.cancel()
		return nil, err
	}
	return r, nil
}

// Addr returns where the relay listens, "127.0.0.1:34567", while it is down as well.
func (r *Relay) Addr() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.addr
}

// Down stops listening: who connects now is refused by the kernel, as by a host whose
// process is gone. Open connections go on. Down twice is fine.
func (r *Relay) Down() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.listener != nil {
		_ = r.listener.Close()
		r.listener = nil
	}
}

// Up listens again, on the same port. It fails when another process took the port in
// between, and after Close. Up twice is fine.
func (r *Relay) Up() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.closed:
		return fmt.Errorf("relay to %s is closed: start another", r.upstream)
	case r.listener != nil:
		return nil
	}
	var lc net.ListenConfig
	l, err := lc.Listen(r.ctx, "tcp", r.addr)
	if err != nil {
		return fmt.Errorf("relay to %s: %w", r.upstream, err)
	}
	r.listener, r.addr = l, l.Addr().String()
	r.work.Go(func() { r.accept(l) })
	return nil
}

// Close ends everything at once, connections by a reset, and returns when all
// goroutines of the relay are gone. Closing twice is fine.
func (r *Relay) Close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.Down()
	r.cancel()
	r.ResetAll()
	r.work.Wait()
}

// accept serves connections until l is closed.
func (r *Relay) accept(l net.Listener) {
	for {
		client, err := l.Accept()
		if err != nil {
			return // Down and Close close it; nothing else is expected on loopback
		}
		tcp, ok := client.(*net.TCPConn)
		if !ok {
			_ = client.Close()
			continue
		}
		if c, ok := r.admit(tcp); ok {
			r.work.Go(func() {
				defer r.leave(c)
				c.serve()
			})
		}
	}
}

// admit takes a connection in, with the fault that is in force now. After Close it does not.
func (r *Relay) admit(client *net.TCPConn) (*conn, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		_ = client.Close()
		return nil, false
	}
	f := r.fault
	if len(r.script) > 0 {
		f, r.script = r.script[0], r.script[1:]
	}
	c := newConn(r, client, f)
	r.conns[c] = struct{}{}
	r.counts.Accepted++
	r.counts.Open++
	r.tell()
	return c, true
}

func (r *Relay) leave(c *conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, c)
	r.counts.Open--
	r.tell()
}
