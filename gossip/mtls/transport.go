// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/memberlist"
)

// The buffers between a transport and who reads it.
const (
	unreadPackets = 512
	unreadStreams = 64
)

// Transport carries memberlist over TLS: a [memberlist.NodeAwareTransport]. Any goroutine may call any method at any time.
type Transport struct {
	counter
	opts     Options
	listener net.Listener
	bound    netip.AddrPort
	told     atomic.Pointer[netip.AddrPort] // what others are told
	packets  chan *memberlist.Packet
	streams  chan net.Conn

	ctx    context.Context // ends with Shutdown
	cancel context.CancelFunc
	work   sync.WaitGroup

	reloading sync.Mutex // one reload at a time
	state     atomic.Pointer[state]
	links     links
	gate      gate
	pool      pool
}

// New listens, and reloads credentials, until [Transport.Shutdown]. The error lists everything wrong with opts, or
// says why the credentials can't be used or the address not be bound.
func New(opts Options) (*Transport, error) {
	if err := opts.Validate().Err(); err != nil {
		return nil, fmt.Errorf("mtls: %w", err)
	}
	opts = opts.withDefaults()
	creds, err := opts.Credentials()
	if err != nil {
		return nil, err
	}
	first, err := newState(creds, opts, time.Now())
	if err != nil {
		return nil, err
	}
	t := &Transport{
		opts:    opts,
		packets: make(chan *memberlist.Packet, unreadPackets),
		streams: make(chan net.Conn, unreadStreams),
		links:   links{all: map[*link]struct{}{}, rules: first.rules},
		gate:    newGate(opts),
	}
	t.state.Store(first)
	t.ctx, t.cancel = context.WithCancel(context.Background())
	t.pool = pool{t: t, peers: map[memberlist.Address]*outbox{}}
	if err := t.listen(); err != nil {
		t.cancel()
		return nil, err
	}
	t.work.Go(t.accept)
	t.work.Go(t.keepReloading)
	return t, nil
}

func (t *Transport) listen() error {
	l, err := t.opts.Listen(t.ctx, t.opts.Bind)
	if err != nil {
		return fmt.Errorf("mtls: cannot listen at %s: %w; give another address as Bind, or port 0 for a free one", t.opts.Bind, err)
	}
	bound, err := netip.ParseAddrPort(l.Addr().String())
	if err != nil {
		_ = l.Close()
		return fmt.Errorf("mtls: it listens at %s, which is no address: %w", l.Addr(), err)
	}
	t.listener, t.bound = l, bound
	told := bound
	if t.opts.Advertise != "" {
		told, err = netip.ParseAddrPort(t.opts.Advertise)
		if err != nil { // Validate has read it before
			_ = l.Close()
			return fmt.Errorf("mtls: %w", err)
		}
	}
	t.told.Store(&told)
	return nil
}

func listenTCP(ctx context.Context, address string) (net.Listener, error) {
	var lc net.ListenConfig
	return lc.Listen(ctx, "tcp", address)
}

// Addr is where the node listens: "127.0.0.1:7946".
func (t *Transport) Addr() string { return t.bound.String() }

// FinalAdvertiseAddr returns what others are told: the address that is asked for, or else Options.Advertise, or else
// where the node listens. An ip that is none is an error.
func (t *Transport) FinalAdvertiseAddr(ip string, port int) (net.IP, int, error) {
	told := *t.told.Load()
	if ip != "" {
		addr, err := netip.ParseAddr(ip)
		if err != nil || port < 0 || port > 65535 {
			return nil, 0, fmt.Errorf("mtls: memberlist is to advertise %q, port %d, which is no address; set AdvertiseAddr to an IP address, or leave it out", ip, port)
		}
		if port == 0 {
			port = int(t.bound.Port())
		}
		told = netip.AddrPortFrom(addr, uint16(port))
		t.told.Store(&told)
	}
	return told.Addr().Unmap().AsSlice(), int(told.Port()), nil
}

// WriteTo is WriteToAddress a node whose name is not known.
func (t *Transport) WriteTo(b []byte, addr string) (time.Time, error) {
	return t.WriteToAddress(b, memberlist.Address{Addr: addr})
}

// WriteToAddress queues a copy of b, of 1 to [MaxFrame] bytes, for the node at the address, and of the name if there is one. It never
// waits, and returns when it did. That a packet cannot arrive is no error; it is counted. It is
// an error if b is too long or empty, or after Shutdown.
func (t *Transport) WriteToAddress(b []byte, a memberlist.Address) (time.Time, error) {
	switch {
	case t.ctx.Err() != nil:
		return time.Time{}, t.failed("write", a.Addr, net.ErrClosed)
	case len(b) == 0 || len(b) > MaxFrame:
		return time.Time{}, t.failed("write", a.Addr, fmt.Errorf("%w: %d bytes (accepted: 1 to %d)", errFrame, len(b), MaxFrame))
	}
	return t.pool.send(b, a), nil
}

// PacketCh is where packets arrive. It is never closed.
func (t *Transport) PacketCh() <-chan *memberlist.Packet { return t.packets }

// StreamCh is where streams arrive that others have dialled. It is never closed. Who takes one closes it.
func (t *Transport) StreamCh() <-chan net.Conn { return t.streams }

// DialTimeout is DialAddressTimeout to a node whose name is not known.
func (t *Transport) DialTimeout(addr string, timeout time.Duration) (net.Conn, error) {
	return t.DialAddressTimeout(memberlist.Address{Addr: addr}, timeout)
}

// DialAddressTimeout opens a stream to the node at the address, and of the name if there is one. It returns when the peer is verified and
// has verified this node. Its errors are [RefusedError].
func (t *Transport) DialAddressTimeout(a memberlist.Address, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(t.ctx, min(timeout, t.opts.Handshake))
	defer cancel()
	l, err := t.dial(ctx, a, stream)
	if err != nil {
		return nil, err
	}
	t.count(func(s *Stats) { s.StreamsOut++ })
	return l, nil
}

// Stats counts what happened so far, also after Shutdown.
func (t *Transport) Stats() Stats {
	s := t.now()
	s.Inbound = t.gate.open()
	s.Outbound = t.pool.connected()
	leaf := t.state.Load().leaf
	s.NotBefore, s.NotAfter = leaf.NotBefore, leaf.NotAfter
	return s
}

// Shutdown closes all connections, streams that somebody reads too, and returns when nothing runs any more. It may be called
// again.
func (t *Transport) Shutdown() error {
	t.cancel()
	_ = t.listener.Close() // it may be closed already
	t.pool.end()
	t.links.closeAll()
	t.work.Wait()
	return nil
}

// failed is an error in the form of package net, which memberlist looks at.
func (t *Transport) failed(op, addr string, err error) error {
	return &net.OpError{Op: op, Net: "tls", Addr: address(addr), Err: err}
}

// address is a net.Addr that is its own text.
type address string

func (address) Network() string  { return "tls" }
func (a address) String() string { return string(a) }

var _ memberlist.NodeAwareTransport = (*Transport)(nil)
