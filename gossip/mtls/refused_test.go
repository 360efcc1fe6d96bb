// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"crypto/tls"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestAForeignerWhoDialsIsRefusedAndCounted(t *testing.T) {
	ca := authority(t)
	n := start(t, ca, "a")
	for name, m := range misfits(t, ca) {
		t.Run(name, func(t *testing.T) {
			before := refusals(n, m.reason)
			c, err := stranger(t, n, &m.pair, nil)
			if err == nil { // of TLS 1.3, a client hears of it with the first byte that it reads
				_, _ = c.Write(hello(packets, n.bound))
				_, err = c.Read(make([]byte, 1))
			}
			if err == nil || errors.Is(err, io.EOF) {
				t.Fatalf("it was let in, or not told: %v", err)
			}
			await(t, "it is counted", func() bool { return refusals(n, m.reason) == before+1 })
			if said := n.Stats().LastRefusal; !strings.Contains(said, m.says) || !strings.Contains(said, "from 127.0.0.1:") {
				t.Errorf("it says %q, and not %q", said, m.says)
			}
		})
	}
	if got := n.Stats(); got.Handshakes != 0 || len(n.PacketCh()) > 0 {
		t.Errorf("somebody came in: %+v", got)
	}
	await(t, "nobody is left", func() bool { return n.Stats().Inbound == 0 })
}

func TestAForeignerWhoIsDialledIsRefusedAndCounted(t *testing.T) {
	ca := authority(t)
	n := start(t, ca, "a")
	for name, m := range misfits(t, ca) {
		t.Run(name, func(t *testing.T) {
			before := refusals(n, m.reason)
			addr := impostor(t, &tls.Config{Certificates: []tls.Certificate{m.pair.TLS}, ClientAuth: tls.RequireAnyClientCert})
			_, err := n.DialTimeout(addr, patience)
			var e *RefusedError
			if !errors.As(err, &e) || e.Reason != m.reason || e.Inbound || e.Peer != addr || !strings.Contains(err.Error(), m.says) {
				t.Errorf("got %v, and not %q", err, m.says)
			}
			if got := refusals(n, m.reason) - before; got != 1 {
				t.Errorf("counted %d times", got)
			}
		})
	}
}

func TestADialByNameRefusesAnotherNode(t *testing.T) {
	ca := authority(t)
	a, b := start(t, ca, "a"), start(t, ca, "b")
	for _, name := range []string{"", "b", "b#1700000000"} {
		if got := dial(t, a, to(b, name)).RemoteAddr().(Peer).Identity; got != named("b") {
			t.Errorf("%q is %v", name, got)
		}
	}
	_, err := a.DialAddressTimeout(to(b, "c#3"), patience)
	var e *RefusedError
	if !errors.As(err, &e) || e.Reason != BadName || e.Identity != named("b") {
		t.Fatalf("got %v", err)
	}
	if want := `names "b", and "c" was expected`; !strings.Contains(err.Error(), want) {
		t.Errorf("%q does not say %q", err, want)
	}
	say(t, a, to(b, "c#3"), "for c alone")
	await(t, "the packet is dropped", func() bool { return a.Stats().DroppedUnreachable == 1 })
	say(t, a, to(b, "b"), "for b")
	hears(t, b, "for b")
}

func TestWhoRefusesUsIsNamed(t *testing.T) {
	ca := authority(t)
	b := start(t, ca, "b", func(o *Options) {
		o.Admit = func(id Identity) error {
			if id.Name == "a" {
				return errors.New("its key is lost")
			}
			return nil
		}
	})
	a := start(t, ca, "a")
	_, err := a.DialAddressTimeout(to(b, "b"), patience)
	var e *RefusedError
	if !errors.As(err, &e) || e.Reason != Declined || strings.Contains(err.Error(), "key is lost") {
		t.Errorf("a hears %v", err)
	}
	await(t, "b counts it", func() bool { return refusals(b, NotAdmitted) == 1 })
	if said := b.Stats().LastRefusal; !strings.Contains(said, "its key is lost") {
		t.Errorf("b's operator reads %q", said)
	}
	dial(t, start(t, ca, "c"), to(b, "b"))
}

func TestWhoCannotBeReachedIsNamed(t *testing.T) {
	ca := authority(t)
	a := start(t, ca, "a")
	gone := start(t, ca, "gone")
	addr := to(gone, "gone")
	ok(t, gone.Shutdown())
	_, err := a.DialAddressTimeout(addr, patience)
	var e *RefusedError
	if !errors.As(err, &e) || e.Reason != Unreachable || !strings.Contains(err.Error(), addr.Addr) {
		t.Errorf("got %v", err)
	}
	if refusals(a, Unreachable) != 1 {
		t.Errorf("%+v", a.Stats())
	}
}

func TestOnlyTLS13IsSpoken(t *testing.T) {
	ca := authority(t)
	n := start(t, ca, "a")
	pair := pairOf(t, ca, named("b"))
	_, err := stranger(t, n, &pair, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS12, tls.VersionTLS12 })
	if err == nil {
		t.Error("TLS 1.2 was spoken")
	}
	c, err := stranger(t, n, nil, nil) // without a certificate
	if err == nil {
		_, err = c.Read(make([]byte, 1))
	}
	if err == nil {
		t.Error("a client without a certificate was let in")
	}
	await(t, "both are counted", func() bool { return refusals(n, BadProtocol) == 2 })
	old := impostor(t, &tls.Config{Certificates: []tls.Certificate{pair.TLS}, MaxVersion: tls.VersionTLS12})
	if _, err := n.DialTimeout(old, patience); err == nil {
		t.Error("a server of TLS 1.2 was spoken to")
	}
}

func TestANodeRefusesToStartWithWhatOthersWouldRefuse(t *testing.T) {
	ca := authority(t)
	for name, m := range misfits(t, ca) {
		o := optionsOf(t, ca, "b")
		o.Credentials = Static(Credentials{Certificate: m.pair.TLS, Roots: ca.Pool()})
		n, err := New(o)
		if err == nil {
			ok(t, n.Shutdown())
			t.Errorf("%s: it starts", name)
		}
	}
	for _, c := range []Credentials{{}, {Certificate: pairOf(t, ca, named("a")).TLS}, {Certificate: pairOf(t, ca, named("b")).TLS, Roots: ca.Pool()}} {
		o := optionsOf(t, ca, "a")
		o.Credentials = Static(c)
		if n, err := New(o); err == nil {
			ok(t, n.Shutdown())
			t.Errorf("it starts with %+v", c)
		}
	}
}

func TestSessionsAreResumedAndVerifiedAgain(t *testing.T) {
	ca := authority(t)
	a, b := start(t, ca, "a"), start(t, ca, "b")
	for range 3 {
		_ = dial(t, a, to(b, "b")).Close()
	}
	if s := a.Stats(); s.Handshakes != 3 || s.Resumed != 2 {
		t.Errorf("%d handshakes, %d resumed", s.Handshakes, s.Resumed)
	}
	if _, err := a.DialAddressTimeout(to(b, "c"), patience); err == nil {
		t.Error("a session of b was resumed for c")
	}
	b.links.use(rules{roots: authority(t).Pool(), own: named("b"), admit: b.opts.Admit}) // as if the CA had gone between two handshakes
	_, err := a.DialAddressTimeout(to(b, "b"), patience)
	var e *RefusedError
	if !errors.As(err, &e) || e.Reason != Declined {
		t.Errorf("with another CA: %v", err)
	}
	await(t, "it is counted", func() bool { return refusals(b, BadCA) == 1 })
}
