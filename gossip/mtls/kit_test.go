// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"testing"
	"time"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard/internal/servers/certs"
)

// patience is how long a test waits for what must come. It is long for a busy machine; no test waits it out.
const patience = 20 * time.Second

// await returns when holds does, and looks every millisecond.
func await(t testing.TB, what string, holds func() bool) {
	t.Helper()
	tick, end := time.NewTicker(time.Millisecond), time.NewTimer(patience)
	defer tick.Stop()
	defer end.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-end.C:
			t.Fatalf("%s: not within %v", what, patience)
		}
	}
}

// next returns what comes out of a channel.
func next[T any](t testing.TB, what string, ch <-chan T) T {
	t.Helper()
	end := time.NewTimer(patience)
	defer end.Stop()
	select {
	case v := <-ch:
		return v
	case <-end.C:
		t.Fatalf("%s: not within %v", what, patience)
	}
	panic("not reached")
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func authority(t testing.TB) *certs.Authority {
	t.Helper()
	a, err := certs.NewAuthority()
	ok(t, err)
	return a
}

func named(name string) Identity {
	return Identity{TrustDomain: "example.org", Service: "checkout", Name: name}
}

func issue(t testing.TB, a *certs.Authority, o certs.Options) certs.Pair {
	t.Helper()
	p, err := a.Issue(o)
	ok(t, err)
	return p
}

// pairOf is the certificate of a node.
func pairOf(t testing.TB, a *certs.Authority, id Identity) certs.Pair {
	t.Helper()
	return issue(t, a, certs.Options{URIs: []string{id.String()}})
}

func optionsOf(t testing.TB, a *certs.Authority, name string) Options {
	t.Helper()
	return Options{
		Identity:    named(name),
		Credentials: Static(Credentials{Certificate: pairOf(t, a, named(name)).TLS, Roots: a.Pool()}),
		Bind:        "127.0.0.1:0",
	}
}

// start starts a node, after change has changed its options, and ends it with the test.
func start(t testing.TB, a *certs.Authority, name string, change ...func(*Options)) *Transport {
	t.Helper()
	o := optionsOf(t, a, name)
	for _, c := range change {
		c(&o)
	}
	n, err := New(o)
	ok(t, err)
	t.Cleanup(func() { ok(t, n.Shutdown()) })
	return n
}

func to(n *Transport, name string) memberlist.Address {
	return memberlist.Address{Addr: n.Addr(), Name: name}
}

// say sends a packet until the connection is there: the first may be dropped while it is not.
func say(t testing.TB, from *Transport, a memberlist.Address, text string) {
	t.Helper()
	_, err := from.WriteToAddress([]byte(text), a)
	ok(t, err)
}

// hears returns the next packet.
func hears(t testing.TB, n *Transport, want string) Peer {
	t.Helper()
	p := next(t, "packet "+want, n.PacketCh())
	if string(p.Buf) != want {
		t.Fatalf("got packet %q, want %q", p.Buf, want)
	}
	peer, known := PeerOf(p.From)
	if !known {
		t.Fatalf("a packet from %v, of whom nothing is known", p.From)
	}
	return peer
}

func dial(t testing.TB, from *Transport, a memberlist.Address) net.Conn {
	t.Helper()
	c, err := from.DialAddressTimeout(a, patience)
	ok(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func refusals(n *Transport, r Reason) uint64 { return n.Stats().Refused[r] }

// stranger is a client of TLS that is no transport.
func stranger(t testing.TB, n *Transport, pair *certs.Pair, change func(*tls.Config)) (*tls.Conn, error) {
	t.Helper()
	c := &tls.Config{MinVersion: tls.VersionTLS13, InsecureSkipVerify: true}
	if pair != nil {
		c.Certificates = []tls.Certificate{pair.TLS}
	}
	if change != nil {
		change(c)
	}
	raw, err := net.Dial("tcp", n.Addr())
	ok(t, err)
	t.Cleanup(func() { _ = raw.Close() })
	ok(t, raw.SetDeadline(time.Now().Add(patience)))
	conn := tls.Client(raw, c)
	return conn, conn.HandshakeContext(t.Context())
}

// impostor is a server of TLS that is no transport. It reads what comes.
func impostor(t testing.TB, c *tls.Config) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			raw, err := l.Accept()
			if err != nil {
				return
			}
			_ = raw.SetDeadline(time.Now().Add(patience))
			conn := tls.Server(raw, c)
			for err := error(nil); err == nil; {
				_, err = conn.Read(make([]byte, 1024))
			}
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}

// misfits are certificates that no node may have, and why.
func misfits(t testing.TB, a *certs.Authority) map[string]struct {
	pair   certs.Pair
	reason Reason
	says   string
} {
	t.Helper()
	uri := []string{named("b").String()}
	type misfit = struct {
		pair   certs.Pair
		reason Reason
		says   string
	}
	return map[string]misfit{
		"another CA":           {pairOf(t, authority(t), named("b")), BadCA, "another CA"},
		"expired":              {issue(t, a, certs.Options{URIs: uri, Expired: true}), BadTime, "expired on 20"},
		"another service":      {pairOf(t, a, Identity{"example.org", "billing", "b"}), BadService, `service "billing"`},
		"another trust domain": {pairOf(t, a, Identity{"example.net", "checkout", "b"}), BadService, `trust domain "example.net"`},
		"no identity":          {issue(t, a, certs.Options{}), BadIdentity, "has no URI"},
		"a foreign identity":   {issue(t, a, certs.Options{URIs: []string{"spiffe://example.org/ns/prod/sa/b"}}), BadIdentity, "is not a node"},
		"two identities":       {issue(t, a, certs.Options{URIs: []string{named("b").String(), named("c").String()}}), BadIdentity, "2 URIs"},
		"neither use":          {issue(t, a, certs.Options{URIs: uri, Usages: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}}), BadUsage, "clientAuth and serverAuth"},
	}
}
