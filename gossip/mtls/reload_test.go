// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/internal/servers/certs"
)

// files are a node's three files.
type files struct{ dir string }

func (f files) path(name string) string { return filepath.Join(f.dir, name) }

func (f files) write(t *testing.T, name string, text []byte) {
	t.Helper()
	ok(t, os.WriteFile(f.path(name), text, 0o600))
}

func (f files) writeAll(t *testing.T, p certs.Pair, roots ...*certs.Authority) {
	t.Helper()
	f.write(t, "crt", p.CertPEM)
	f.write(t, "key", p.KeyPEM)
	var all []byte
	for _, r := range roots {
		all = append(all, r.CertPEM...)
	}
	f.write(t, "ca", all)
}

func (f files) source() Source { return Files(f.path("crt"), f.path("key"), f.path("ca")) }

// seldom has a node reload when the test says so.
func seldom(o *Options) { o.Reload = time.Hour }

func from(f files) func(*Options) { return func(o *Options) { o.Credentials = f.source() } }

// shown is the number of the certificate that a node shows to who dials it.
func shown(t *testing.T, by, n *Transport) *big.Int {
	t.Helper()
	c := dial(t, by, to(n, ""))
	defer func() { _ = c.Close() }()
	return c.(*link).chain[0].SerialNumber
}

// goesOn reports whether bytes pass from one end to the other.
func goesOn(t *testing.T, out, in net.Conn) {
	t.Helper()
	_, err := out.Write([]byte("x"))
	ok(t, err)
	_, err = io.ReadFull(in, make([]byte, 1))
	ok(t, err)
}

func TestReloadTakesANewCertificateAndDropsNothing(t *testing.T) {
	ca, f := authority(t), files{t.TempDir()}
	f.writeAll(t, pairOf(t, ca, named("b")), ca)
	a, b := start(t, ca, "a"), start(t, ca, "b", from(f), seldom)
	say(t, a, to(b, "b"), "before")
	hears(t, b, "before")
	out := dial(t, a, to(b, "b"))
	in := next(t, "stream", b.StreamCh())
	defer func() { _ = in.Close() }()
	first := shown(t, a, b)
	ok(t, b.Reload())
	if s := b.Stats(); s.Reloads != 0 {
		t.Errorf("the same certificate was taken again: %+v", s)
	}

	fresh := pairOf(t, ca, named("b"))
	f.writeAll(t, fresh, ca)
	ok(t, b.Reload())
	if second := shown(t, a, b); second.Cmp(first) == 0 || b.Stats().Reloads != 1 {
		t.Errorf("it shows the old one: %+v", b.Stats())
	}
	goesOn(t, out, in)
	say(t, a, to(b, "b"), "after")
	hears(t, b, "after")
	if s := a.Stats(); s.DroppedUnreachable > 0 || s.Outbound != 1 || len(s.Refused)+len(b.Stats().Refused) > 0 {
		t.Errorf("something was dropped: %+v, %+v", s, b.Stats())
	}
}

func TestReloadKeepsWhatItHadWhileTheFilesAreWrong(t *testing.T) {
	ca, f := authority(t), files{t.TempDir()}
	good := pairOf(t, ca, named("b"))
	f.writeAll(t, good, ca)
	a, b := start(t, ca, "a"), start(t, ca, "b", from(f), seldom)
	first := shown(t, a, b)
	other := pairOf(t, ca, named("b"))
	for i, c := range []struct {
		spoil func()
		says  string
	}{
		{func() { f.write(t, "crt", other.CertPEM) }, "private key does not match"},
		{func() { f.write(t, "ca", []byte("none")) }, "holds no certificate in PEM"},
		{func() { ok(t, os.Remove(f.path("key"))) }, "no such file"},
		{func() { f.writeAll(t, pairOf(t, ca, named("c")), ca) }, "is for " + named("c").String()},
		{func() { f.writeAll(t, pairOf(t, authority(t), named("b")), ca) }, "another CA"},
		{func() {
			f.writeAll(t, issue(t, ca, certs.Options{URIs: []string{named("b").String()}, Expired: true}), ca)
		}, "expired on"},
	} {
		f.writeAll(t, good, ca)
		c.spoil()
		err := b.Reload()
		s := b.Stats()
		if err == nil || !strings.Contains(err.Error(), c.says) || s.LastReload != err.Error() || s.ReloadsFailed != uint64(i+1) {
			t.Errorf("%q: got %v, %+v", c.says, err, s)
		}
		if shown(t, a, b).Cmp(first) != 0 {
			t.Errorf("%q: the certificate has changed", c.says)
		}
	}
	f.writeAll(t, other, ca)
	ok(t, b.Reload())
	if s := b.Stats(); s.LastReload != "" || s.Reloads != 1 {
		t.Errorf("%+v", s)
	}
}

// An authority is replaced as operators do: first all trust both, then all show what the new one signed, then nobody trusts the old one.
func TestACAIsReplacedWithoutALostPacketAndThenRefused(t *testing.T) {
	before, after := authority(t), authority(t)
	f, g := files{t.TempDir()}, files{t.TempDir()}
	f.writeAll(t, pairOf(t, before, named("a")), before)
	g.writeAll(t, pairOf(t, before, named("b")), before)
	a, b := start(t, before, "a", from(f), seldom), start(t, before, "b", from(g), seldom)
	late := start(t, before, "late")
	say(t, late, to(b, "b"), "late is here")
	hears(t, b, "late is here")
	talk := func(when string) {
		say(t, a, to(b, "b"), when)
		hears(t, b, when)
		_ = dial(t, a, to(b, "b")).Close()
		_ = next(t, "stream", b.StreamCh()).Close()
	}
	reload := func() { ok(t, a.Reload()); ok(t, b.Reload()) }
	talk("with the old one")
	f.writeAll(t, pairOf(t, before, named("a")), before, after)
	g.writeAll(t, pairOf(t, before, named("b")), before, after)
	reload()
	talk("with both")
	f.writeAll(t, pairOf(t, after, named("a")), before, after)
	ok(t, a.Reload())
	talk("between")
	g.writeAll(t, pairOf(t, after, named("b")), before, after)
	reload()
	talk("with the new one")
	if s := a.Stats(); s.DroppedUnreachable > 0 || len(s.Refused) > 0 {
		t.Errorf("%+v", s)
	}

	g.writeAll(t, pairOf(t, after, named("b")), after)
	ok(t, b.Reload())
	if got := refusals(b, BadCA); got != 2 { // a's connection is from the time before, too: it is made again
		t.Errorf("%d connections of the old CA were cut: %+v", got, b.Stats())
	}
	await(t, "both know", func() bool { return late.Stats().Outbound == 0 && a.Stats().Outbound == 0 })
	talk("after")
	if _, err := late.DialAddressTimeout(to(b, "b"), patience); err == nil {
		t.Error("who is late is let in")
	}
}

func TestAConnectionEndsWithItsPeersCertificate(t *testing.T) {
	ca := authority(t)
	a, b := start(t, ca, "a", seldom), start(t, ca, "b", seldom)
	say(t, a, to(b, "b"), "hello")
	hears(t, b, "hello")
	var cut error
	b.links.sweep(b.Stats().NotAfter.Add(time.Hour), func(_ *link, err error) { cut = err })
	var e *RefusedError
	if !errors.As(cut, &e) || e.Reason != BadTime {
		t.Errorf("got %v", cut)
	}
	await(t, "a knows", func() bool { return a.Stats().Outbound == 0 })
}

func TestWhoIsNotAdmittedAnyMoreIsCut(t *testing.T) {
	ca := authority(t)
	lost := make(chan struct{})
	b := start(t, ca, "b", seldom, func(o *Options) {
		o.Admit = func(Identity) error {
			select {
			case <-lost:
				return errors.New("its key is lost")
			default:
				return nil
			}
		}
	})
	a := start(t, ca, "a")
	say(t, a, to(b, "b"), "hello")
	hears(t, b, "hello")
	close(lost)
	ok(t, b.Reload())
	if refusals(b, NotAdmitted) != 1 {
		t.Errorf("%+v", b.Stats())
	}
}

func TestCredentialsAreAskedForAgainByThemselves(t *testing.T) {
	ca := authority(t)
	asked := make(chan struct{}, 1)
	o := optionsOf(t, ca, "a")
	given := o.Credentials
	start(t, ca, "a", func(o *Options) {
		o.Reload = 10 * time.Millisecond
		o.Credentials = func() (Credentials, error) {
			select {
			case asked <- struct{}{}:
			default:
			}
			return given()
		}
	})
	for range 4 {
		next(t, "it is asked", asked)
	}
}

func TestACertificateThatIsNotValidYetIsToldFromOneThatHasExpired(t *testing.T) {
	ca := authority(t)
	p := pairOf(t, ca, named("b"))
	r := rules{roots: ca.Pool(), own: named("a"), admit: func(Identity) error { return nil }}
	leaf := []*x509.Certificate{p.TLS.Leaf}
	for _, c := range []struct {
		now  time.Time
		says string
	}{
		{p.TLS.Leaf.NotBefore.Add(-time.Hour), "compare the clocks"},
		{p.TLS.Leaf.NotAfter.Add(time.Hour), "expired on " + stamp(p.TLS.Leaf.NotAfter) + "; renew it"},
	} {
		err := r.judge(leaf, "", x509.ExtKeyUsageClientAuth, c.now)
		var e *RefusedError
		if !errors.As(err, &e) || e.Reason != BadTime || !strings.Contains(err.Error(), c.says) {
			t.Errorf("got %v, want %q", err, c.says)
		}
	}
}
