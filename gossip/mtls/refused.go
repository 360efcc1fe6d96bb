// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
)

// refused counts a connection that ends badly, unless that is because of Shutdown or of a cut which is counted already. It returns the error to give.
func (t *Transport) refused(l *link, err error) *RefusedError {
	var e *RefusedError
	if !errors.As(err, &e) {
		e = explain(err, l.inbound)
	}
	told := *e // the error may be that of a handshake which others have, too
	told.Peer, told.Inbound = l.raw.RemoteAddr().String(), l.inbound
	if told.Identity == (Identity{}) {
		told.Identity = l.peer.Identity
	}
	if t.ctx.Err() == nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, context.Canceled) {
		t.countRefusal(&told)
	}
	return &told
}

// explain puts an error of a connection into words.
func explain(err error, inbound bool) *RefusedError {
	var remote *net.OpError
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded):
		return refuse(TooSlow, "it took too long; something else listens there, or a host is overloaded: %w", err)
	case errors.As(err, &remote) && remote.Op == "remote error":
		return refuse(Declined, "it refused this node's certificate; its own Stats say why (another CA, service, or time): %w", err)
	case hungUp(err) && inbound:
		return refuse(HungUp, "it hung up in the middle of something; a scan of ports does that, and a node that ends: %w", err)
	case hungUp(err):
		return refuse(HungUp, "it hung up; it ends, or has too many connections: %w", err)
	}
	return refuse(BadProtocol, "it does not speak as a node of this fleet: %w", err)
}

func hungUp(err error) bool {
	for _, end := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, end) {
			return true
		}
	}
	return false
}
