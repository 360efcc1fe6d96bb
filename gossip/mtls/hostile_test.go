// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"bytes"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/internal/servers/certs"
)

func plainly(t *testing.T, n *Transport) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", n.Addr())
	ok(t, err)
	t.Cleanup(func() { _ = c.Close() })
	ok(t, c.SetDeadline(time.Now().Add(patience)))
	return c
}

// soon has a node lose patience with who is slow.
func soon(o *Options) { o.Handshake = time.Second }

func TestGarbageIsRefusedAndCounted(t *testing.T) {
	n := start(t, authority(t), "a")
	noise := make([]byte, 4096)
	_, err := rand.Read(noise)
	ok(t, err)
	noise[0] = 0xff // no record of TLS
	all := [][]byte{[]byte("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"), noise, {22, 3, 1, 0xff, 0xff}, bytes.Repeat([]byte{22, 3, 1, 0, 4, 1, 0, 0, 0}, 100)}
	for i, b := range all {
		c := plainly(t, n)
		_, err := c.Write(b)
		ok(t, err)
		_, _ = io.Copy(io.Discard, c)
		await(t, "it is counted", func() bool { return refusals(n, BadProtocol) == uint64(i+1) })
	}
	_ = plainly(t, n).Close() // a port scan
	await(t, "it is counted", func() bool { return refusals(n, HungUp) == 1 })
	await(t, "nothing is left", func() bool { return n.Stats().Inbound == 0 })
}

func TestWhoIsSlowInAHandshakeIsCut(t *testing.T) {
	t.Parallel()
	ca := authority(t)
	n := start(t, ca, "a", soon)
	pair := pairOf(t, ca, named("b"))
	silent := plainly(t, n)
	halfway := plainly(t, n)
	_, err := halfway.Write([]byte{22, 3, 1, 2, 0, 1, 0})
	ok(t, err)
	mute, err := stranger(t, n, &pair, nil) // verified, and never says what for
	ok(t, err)
	for _, c := range []net.Conn{silent, halfway, mute} {
		_, _ = io.Copy(io.Discard, c)
	}
	await(t, "all are counted", func() bool { return refusals(n, TooSlow) == 3 && n.Stats().Inbound == 0 })
}

// A drop at a time: each byte comes before any single read would lose patience.
func TestWhoDripsIsCutAsWell(t *testing.T) {
	t.Parallel()
	n := start(t, authority(t), "a", soon)
	c := plainly(t, n)
	drop := time.NewTicker(20 * time.Millisecond)
	defer drop.Stop()
	_, err := c.Write([]byte{22, 3, 1, 2, 0})
	for i := 0; err == nil && i < 1000; i++ {
		<-drop.C
		_, err = c.Write([]byte{1})
	}
	await(t, "it is counted", func() bool { return refusals(n, TooSlow) == 1 && n.Stats().Inbound == 0 })
}

func TestHandshakesAreBoundedInAllAndForEachHost(t *testing.T) {
	ca := authority(t)
	n := start(t, ca, "a", func(o *Options) { o.Handshakes, o.PerHost, o.Handshake = 6, 4, time.Minute })
	var idle []net.Conn
	for range 20 {
		idle = append(idle, plainly(t, n))
	}
	await(t, "16 are refused", func() bool { return refusals(n, TooMany) == 16 })
	if got := n.Stats().Inbound; got != 4 {
		t.Errorf("%d are open", got)
	}
	for _, c := range idle {
		_ = c.Close()
	}
	await(t, "they are gone", func() bool { return n.Stats().Inbound == 0 })
	dial(t, start(t, ca, "b"), to(n, "a"))

	await(t, "that handshake is over", func() bool {
		n.gate.mu.Lock()
		defer n.gate.mu.Unlock()
		return n.gate.shaking == 0 && len(n.gate.hosts) == 0
	})
	for i := range 3 { // more hosts than loopback has a name for
		for range 3 {
			if e := n.gate.enter(string(rune('x' + i))); (e != nil) != (i == 2) {
				t.Errorf("host %d: %v", i, e)
			}
		}
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	ca := authority(t)
	n, b := start(t, ca, "a", func(o *Options) { o.Inbound = 3 }), start(t, ca, "b")
	for range 3 {
		dial(t, b, to(n, "a"))
		in := next(t, "stream", n.StreamCh())
		defer func() { _ = in.Close() }()
	}
	if _, err := b.DialAddressTimeout(to(n, "a"), patience); err == nil {
		t.Error("a fourth was let in")
	}
	if refusals(n, TooMany) != 1 || refusals(b, HungUp) != 1 {
		t.Errorf("%+v, %+v", n.Stats(), b.Stats())
	}
}

// verified is a connection for packets of a peer with a good certificate and bad manners.
func verified(t *testing.T, n *Transport, pair certs.Pair) *tls.Conn {
	t.Helper()
	c, err := stranger(t, n, &pair, nil)
	ok(t, err)
	_, err = c.Write(hello(packets, n.bound))
	ok(t, err)
	_, err = io.ReadFull(c, make([]byte, 1))
	ok(t, err)
	return c
}

func TestBadPacketsOfAGoodPeerCutTheConnection(t *testing.T) {
	t.Parallel()
	ca := authority(t)
	n := start(t, ca, "a", soon)
	pair := pairOf(t, ca, named("b"))
	good := []byte{0, 0, 0, 2, 'h', 'i'}
	for name, c := range map[string]struct {
		bytes  []byte
		end    bool
		reason Reason
	}{
		"oversize":  {binary.BigEndian.AppendUint32(nil, MaxFrame+1), false, BadProtocol},
		"enormous":  {[]byte{255, 255, 255, 255, 0}, false, BadProtocol},
		"truncated": {[]byte{0, 0, 1, 0, 'x'}, true, HungUp},
		"stopped":   {[]byte{0, 0, 1, 0, 'x'}, false, TooSlow},
		"headless":  {[]byte{0, 0}, false, TooSlow},
	} {
		t.Run(name, func(t *testing.T) {
			before := refusals(n, c.reason)
			conn := verified(t, n, pair)
			_, err := conn.Write(append(good[:len(good):len(good)], c.bytes...))
			ok(t, err)
			hears(t, n, "hi") // what came before is good
			if c.end {
				_ = conn.CloseWrite()
			}
			_, _ = io.Copy(io.Discard, conn)
			await(t, "it is counted", func() bool { return refusals(n, c.reason) == before+1 && n.Stats().Inbound == 0 })
		})
	}
}

func TestABadHelloOfAGoodPeerIsRefused(t *testing.T) {
	ca := authority(t)
	n := start(t, ca, "a")
	pair := pairOf(t, ca, named("b"))
	for i, text := range []string{"FBG2P\x0e127.0.0.1:7946", "FBG1X\x0e127.0.0.1:7946", "FBG1P\x00", "FBG1P\x09127.0.0.1", "GET / HTTP/1.1\r\n\r\n"} {
		c, err := stranger(t, n, &pair, nil)
		ok(t, err)
		_, err = c.Write([]byte(text))
		ok(t, err)
		_ = c.CloseWrite()
		_, _ = io.Copy(io.Discard, c)
		await(t, text, func() bool { return refusals(n, BadProtocol) == uint64(i+1) })
	}
}

// Many at once, each promising a packet of the longest and sending no byte of it, take the memory that Options.Inbound says, and
// what a connection of TLS takes at both ends.
func TestPromisesTakeBoundedMemory(t *testing.T) {
	const count, connection = 40, 128 << 10
	ca := authority(t)
	n := start(t, ca, "a", func(o *Options) { o.Inbound, o.PerHost = count, 64 })
	before := heap()
	var conns []*tls.Conn
	for i := range count {
		c := verified(t, n, pairOf(t, ca, named(fmt.Sprint("n", i))))
		_, err := c.Write(binary.BigEndian.AppendUint32(nil, MaxFrame))
		ok(t, err)
		conns = append(conns, c)
	}
	if after := heap(); after > before+count*(MaxFrame+connection) {
		t.Errorf("%d promises take %d bytes", count, after-before)
	}
	if _, err := stranger(t, n, nil, nil); err == nil {
		t.Error("one more was let in")
	}
	for _, c := range conns {
		_ = c.NetConn().Close()
	}
	await(t, "they are gone", func() bool { return n.Stats().Inbound == 0 })
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func FuzzReadFrame(f *testing.F) {
	f.Add([]byte{0, 0, 0, 2, 'h', 'i', 0, 0, 0, 0})
	f.Add([]byte{0, 1, 0, 0})
	f.Add([]byte{0, 1, 0, 1, 'x'})
	f.Fuzz(func(t *testing.T, b []byte) {
		back, rest := readAll(b)
		if !bytes.HasPrefix(b, back) {
			t.Fatalf("of %q it read %q", b, back)
		}
		if len(rest) >= frameHead && binary.BigEndian.Uint32(rest) <= MaxFrame && int(binary.BigEndian.Uint32(rest)) <= len(rest)-frameHead {
			t.Fatalf("it left a whole packet: %q", rest)
		}
	})
}

func FuzzReadHello(f *testing.F) {
	f.Add([]byte("FBG1P\x0e127.0.0.1:7946"))
	f.Add([]byte("FBG1S\x0b[::1%x]:123"))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := bytes.NewReader(b)
		k, at, err := readHello(r)
		if err != nil {
			return
		}
		if again := hello(k, at); !bytes.Equal(again, b[:len(b)-r.Len()]) {
			t.Fatalf("%q was read as %q", b, again)
		}
	})
}

func FuzzParseIdentity(f *testing.F) {
	f.Add("spiffe://example.org/fuseboard/checkout/a")
	f.Add("spiffe://user@example.org:1/fuseboard/checkout/a?b#c")
	f.Add("spiffe://example.org/fuseboard/%2e%2e/a")
	f.Fuzz(func(t *testing.T, text string) {
		id, err := ParseIdentity(text)
		if err != nil {
			return
		}
		if problems := id.Validate(); len(problems) > 0 {
			t.Fatalf("%q was read as %+v, which has %v", text, id, problems)
		}
		if again, err := ParseIdentity(id.String()); err != nil || again != id {
			t.Fatalf("%q was read as %+v, and that as %+v, %v", text, id, again, err)
		}
	})
}
