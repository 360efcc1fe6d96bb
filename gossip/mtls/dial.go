// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/hashicorp/memberlist"
)

// dial returns a connection to a verified peer that has verified this node. Its errors are *RefusedError, and counted.
func (t *Transport) dial(ctx context.Context, a memberlist.Address, k kind) (*link, error) {
	raw, err := t.opts.Dial(ctx, a.Addr)
	if err != nil {
		e := &RefusedError{Reason: Unreachable, Peer: clip(a.Addr), Err: err}
		if t.ctx.Err() == nil {
			t.countRefusal(e)
		}
		return nil, e
	}
	l := t.links.add(raw, false, func() {})
	if l == nil {
		return nil, &RefusedError{Reason: Unreachable, Peer: a.Addr, Err: net.ErrClosed}
	}
	if err := t.introduce(ctx, l, a, k); err != nil {
		defer l.cut()
		return nil, t.refused(l, err)
	}
	return l, nil
}

func dialTCP(ctx context.Context, address string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", address)
}

// introduce verifies the peer, says what the connection is for, and hears that it is welcome.
func (t *Transport) introduce(ctx context.Context, l *link, a memberlist.Address, k kind) error {
	deadline, _ := ctx.Deadline()
	if err := l.raw.SetDeadline(deadline); err != nil {
		return err
	}
	s, name := t.state.Load(), stable(a.Name)
	l.Conn = tls.Client(l.raw, s.dialling(name))
	if err := l.HandshakeContext(ctx); err != nil {
		return err
	}
	if _, err := l.Conn.Write(hello(k, *t.told.Load())); err != nil {
		return err
	}
	var answer [1]byte
	if _, err := l.Conn.Read(answer[:]); err != nil {
		return err
	}
	if answer[0] != welcome {
		return refuse(Declined, "it has verified this node and does not want it; its own Stats say why")
	}
	if err := t.welcomed(l, s, l.raw.RemoteAddr().String(), name); err != nil {
		return err
	}
	return l.raw.SetDeadline(time.Time{})
}

// peerOf reads who is there off a connection that is verified.
func peerOf(c tls.ConnectionState, at string, remote net.Addr) (Peer, error) {
	if len(c.PeerCertificates) == 0 {
		return Peer{}, errors.New("mtls: a verified connection has no certificate")
	}
	id, err := identityIn(c.PeerCertificates[0])
	if err != nil {
		return Peer{}, err
	}
	advertised, err := netip.ParseAddrPort(at)
	if err != nil {
		return Peer{}, fmt.Errorf("mtls: %q is no address: %w", at, err)
	}
	return Peer{Identity: id, Advertised: advertised, Remote: remote.String()}, nil
}
