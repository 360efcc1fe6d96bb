// SPDX-License-Identifier: Apache-2.0

package upstream

import (
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"time"

	"github.com/fuseboard/fuseboard/internal/servers/certs"
)

// TLSFault is what is wrong with a server's TLS.
type TLSFault string

const (
	// Sound is a server whose TLS is well, for who trusts [Server.Pool].
	Sound TLSFault = ""
	// Expired is a certificate whose time is over.
	Expired TLSFault = "expired certificate"
	// WrongName is a certificate for another host.
	WrongName TLSFault = "certificate for another name"
	// Abort closes the connection after the client's first words.
	Abort TLSFault = "handshake aborted"
	// Plain answers the client's first words in plain HTTP.
	Plain TLSFault = "plain HTTP on the port of TLS"
)

func (f TLSFault) pair() (certs.Pair, error) {
	var o certs.Options
	o.Expired = f == Expired
	if f == WrongName {
		o.Names = []string{"elsewhere.example"}
	}
	return certs.New(o)
}

// listener puts TLS over l, with the fault.
func (f TLSFault) listener(l net.Listener, c *tls.Config) net.Listener {
	switch f {
	case Abort:
		return &curt{Listener: l}
	case Plain:
		return &curt{l, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"}
	case Sound, Expired, WrongName:
	}
	return tls.NewListener(l, c)
}

// curt is a listener that hears a client's hello of TLS, says its word and hangs up.
type curt struct {
	net.Listener
	word string
}

// Accept returns no connection, only the listener's end.
func (l *curt) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		_ = c.SetDeadline(time.Now().Add(time.Second)) // clients of TLS speak first
		if readRecord(c) == nil {
			_, _ = io.WriteString(c, l.word)
		}
		_ = c.Close()
	}
}

// readRecord reads one record of TLS whole: a connection that is closed with something
// left to read is reset.
func readRecord(r io.Reader) error {
	var head [5]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	_, err := io.CopyN(io.Discard, r, int64(binary.BigEndian.Uint16(head[3:])))
	return err
}
