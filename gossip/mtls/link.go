// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"sync"
	"time"
)

// link is one connection, from the moment it is there. The table of links closes what must end.
type link struct {
	*tls.Conn // after the handshake
	raw       net.Conn
	inbound   bool
	table     *links
	once      sync.Once
	gone      func() // runs once, when it is closed

	// Set once, under the table's lock.
	peer  Peer
	name  string // which was demanded
	chain []*x509.Certificate
	roots *x509.CertPool // by which it was verified last; under the table's lock
}

// RemoteAddr is the [Peer].
func (l *link) RemoteAddr() net.Addr { return l.peer }

// Close says goodbye to the peer and closes the connection. It may be called again.
func (l *link) Close() error {
	err := net.ErrClosed
	l.once.Do(func() {
		err = l.Conn.Close()
		l.table.remove(l)
	})
	return err
}

// cut closes the connection without a word: it waits for nobody. It may be called again.
func (l *link) cut() {
	_ = l.raw.Close() // first: it ends a Close that waits
	l.once.Do(func() { l.table.remove(l) })
}

func (l *link) usage() x509.ExtKeyUsage {
	if l.inbound {
		return x509.ExtKeyUsageClientAuth
	}
	return x509.ExtKeyUsageServerAuth
}

// links are all connections that are open.
type links struct {
	mu     sync.Mutex // held for a few steps only
	all    map[*link]struct{}
	rules  rules // of now
	closed bool
}

// add takes a connection in; after closeAll it closes it and returns nil.
func (s *links) add(raw net.Conn, inbound bool, gone func()) *link {
	l := &link{raw: raw, inbound: inbound, table: s, gone: gone}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = raw.Close()
		gone()
		return nil
	}
	s.all[l] = struct{}{}
	return l
}

func (s *links) remove(l *link) {
	s.mu.Lock()
	delete(s.all, l)
	s.mu.Unlock()
	l.gone()
}

// verified notes who is there, and says why it may not stay: credentials may have changed during the handshake.
func (s *links) verified(l *link, by rules, peer Peer, name string, now time.Time) error {
	s.mu.Lock()
	l.peer, l.name, l.chain, l.roots = peer, name, l.ConnectionState().PeerCertificates, by.roots
	d := s.doubt(l, now)
	s.mu.Unlock()
	return d.settle(now)
}

// doubt is a link that is to be judged again.
type doubt struct {
	*link
	rules rules
	whole bool // signatures and times too: the roots are others, or its time is over
}

func (s *links) doubt(l *link, now time.Time) doubt {
	d := doubt{l, s.rules, l.roots != s.rules.roots || now.After(l.chain[0].NotAfter)}
	l.roots = s.rules.roots
	return d
}

func (d doubt) settle(now time.Time) error {
	if d.whole {
		err := d.rules.judge(d.chain, d.name, d.usage(), now)
		return err
	}
	if e := d.rules.entitled(d.peer.Identity, d.name); e != nil {
		return e
	}
	return nil
}

// sweep cuts the links that would not be verified any more, and tells of each.
func (s *links) sweep(now time.Time, tell func(*link, error)) {
	for _, d := range s.doubts(now) {
		if err := d.settle(now); err != nil {
			tell(d.link, err)
			d.cut()
		}
	}
}

func (s *links) doubts(now time.Time) (all []doubt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for l := range s.all {
		if len(l.chain) > 0 { // or it is in its handshake
			all = append(all, s.doubt(l, now))
		}
	}
	return all
}

func (s *links) use(r rules) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rules = r
}

// closeAll cuts everything, now and later.
func (s *links) closeAll() {
	s.mu.Lock()
	s.closed = true
	var all []*link
	for l := range s.all {
		all = append(all, l)
	}
	s.mu.Unlock()
	for _, l := range all {
		l.cut()
	}
}
