// SPDX-License-Identifier: Apache-2.0

package limits

import (
	"errors"
	"fmt"
	"net"
	"sync"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard"
)

// Transport is a carrier behind limits: a [memberlist.NodeAwareTransport]. Any goroutine may call any method at any time.
type Transport struct {
	memberlist.NodeAwareTransport
	table   *table
	clock   *fuseboard.Clock
	packets chan *memberlist.Packet
	streams chan net.Conn
	stop    chan struct{}
	once    sync.Once
	work    sync.WaitGroup
}

// Wrap puts limits before what comes in from carrier, and owns it from then on. The error lists everything wrong
// with opts; the carrier is the caller's then. End it with [Transport.Shutdown], as memberlist does.
func Wrap(carrier memberlist.NodeAwareTransport, opts Options) (*Transport, error) {
	if carrier == nil {
		return nil, errors.New("limits: there is no carrier: give the memberlist transport that is to be limited")
	}
	if err := opts.Validate().Err(); err != nil {
		return nil, fmt.Errorf("limits: %w", err)
	}
	t := &Transport{
		NodeAwareTransport: carrier,
		table:              newTable(opts.withDefaults()),
		clock:              fuseboard.NewClock(),
		packets:            make(chan *memberlist.Packet),
		streams:            make(chan net.Conn),
		stop:               make(chan struct{}),
	}
	t.work.Go(t.passPackets)
	t.work.Go(t.passStreams)
	return t, nil
}

// PacketCh is where packets come within the limits. It is never closed.
func (t *Transport) PacketCh() <-chan *memberlist.Packet { return t.packets }

// StreamCh is where streams come within the limits. It is never closed.
func (t *Transport) StreamCh() <-chan net.Conn { return t.streams }

// Stats counts what passed and what did not, also after Shutdown.
func (t *Transport) Stats() Stats { return t.table.now() }

// Shutdown ends the carrier and returns its error, when nothing runs here any more. It may be called again.
func (t *Transport) Shutdown() error {
	err := t.NodeAwareTransport.Shutdown()
	t.once.Do(func() { close(t.stop) })
	t.work.Wait()
	return err
}

func (t *Transport) passPackets() {
	for {
		select {
		case p := <-t.NodeAwareTransport.PacketCh():
			if p == nil || !t.table.packet(t.table.opts.Source(p.From), len(p.Buf), t.clock.Now()) {
				continue
			}
			select {
			case t.packets <- p:
			case <-t.stop:
				return
			}
		case <-t.stop:
			return
		}
	}
}

func (t *Transport) passStreams() {
	for {
		select {
		case c := <-t.NodeAwareTransport.StreamCh():
			s := t.admit(c)
			if s == nil {
				continue
			}
			select {
			case t.streams <- s:
			case <-t.stop:
				_ = s.Close()
				return
			}
		case <-t.stop:
			return
		}
	}
}

// admit returns c with its limits, or nil and closes it.
func (t *Transport) admit(c net.Conn) net.Conn {
	if c == nil {
		return nil
	}
	e := t.table.enter(t.table.opts.Source(c.RemoteAddr()))
	if e == nil {
		_ = c.Close()
		return nil
	}
	s, err := newStream(c, t.table, e)
	if err != nil { // it is closed already
		_ = s.Close()
		return nil
	}
	return s
}

var _ memberlist.NodeAwareTransport = (*Transport)(nil)
