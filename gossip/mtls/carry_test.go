// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/internal/relay"
)

func TestPacketsAndStreamsCarryWhoSentThem(t *testing.T) {
	ca := authority(t)
	a, b := start(t, ca, "a"), start(t, ca, "b")
	say(t, a, to(b, "b"), "hello")
	if p := hears(t, b, "hello"); p.Identity != named("a") || p.String() != a.Addr() || p.Source() != named("a").String() || p.Network() != "tls" {
		t.Errorf("packet from %+v", p)
	}
	out := dial(t, a, to(b, "b#1"))
	in := next(t, "stream", b.StreamCh())
	defer func() { _ = in.Close() }()
	if p, known := PeerOf(in.RemoteAddr()); !known || p.Identity != named("a") || p.Advertised != a.bound {
		t.Errorf("stream from %+v", p)
	}
	for _, way := range []struct{ from, to net.Conn }{{out, in}, {in, out}} {
		_, err := way.from.Write([]byte("state"))
		ok(t, err)
		got := make([]byte, 5)
		_, err = io.ReadFull(way.to, got)
		ok(t, err)
		if string(got) != "state" {
			t.Errorf("got %q", got)
		}
	}
	ok(t, out.Close())
	if rest, err := io.ReadAll(in); err != nil || len(rest) > 0 {
		t.Errorf("the end of the stream: %q, %v", rest, err)
	}
}

func TestAStreamThatIsClosedAtOnceArrivesWhole(t *testing.T) {
	ca := authority(t)
	a, b := start(t, ca, "a"), start(t, ca, "b")
	want := bytes.Repeat([]byte("x"), 100_000)
	for range 20 {
		out := dial(t, a, to(b, "b"))
		in := next(t, "stream", b.StreamCh())
		sent := make(chan error, 1)
		go func() {
			_, err := out.Write(want)
			_ = out.Close()
			sent <- err
		}()
		got, err := io.ReadAll(in)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes of %d, %v", len(got), len(want), err)
		}
		ok(t, next(t, "written", sent))
		_ = in.Close()
	}
}

func TestPacketsOfOnePeerKeepTheirOrder(t *testing.T) {
	ca := authority(t)
	a, b := start(t, ca, "a", func(o *Options) { o.Queue = 1000 }), start(t, ca, "b")
	const count = 500
	for i := range count {
		say(t, a, to(b, "b"), fmt.Sprint(i))
	}
	for i := range count {
		hears(t, b, fmt.Sprint(i))
	}
	await(t, "all is counted", func() bool { return a.Stats().PacketsOut == count })
	if s := b.Stats(); s.PacketsIn != count || s.Handshakes != 1 {
		t.Errorf("%+v", s)
	}
}

func TestPacketsAreOfOneByteToMaxFrame(t *testing.T) {
	ca := authority(t)
	a, b := start(t, ca, "a"), start(t, ca, "b")
	for _, size := range []int{1, 1400, MaxFrame} {
		text := string(bytes.Repeat([]byte("y"), size))
		say(t, a, to(b, "b"), text)
		hears(t, b, text)
	}
	for _, size := range []int{0, MaxFrame + 1} {
		if _, err := a.WriteTo(make([]byte, size), b.Addr()); err == nil {
			t.Errorf("a packet of %d bytes was taken", size)
		}
	}
}

// A packet is the caller's again at once.
func TestAPacketIsCopied(t *testing.T) {
	ca := authority(t)
	a, b := start(t, ca, "a"), start(t, ca, "b")
	text := []byte("mine")
	_, err := a.WriteToAddress(text, to(b, "b"))
	ok(t, err)
	copy(text, "lost")
	hears(t, b, "mine")
}

func TestAFullQueueDropsAndCountsAndNeverWaits(t *testing.T) {
	ca := authority(t)
	hole, err := relay.Start("127.0.0.1:1")
	ok(t, err)
	defer hole.Close()
	hole.Set(relay.Fault{Swallow: true})
	a := start(t, ca, "a", func(o *Options) { o.Queue = 10 })
	before := time.Now()
	for range 1000 {
		_, err := a.WriteTo([]byte("x"), hole.Addr())
		ok(t, err)
	}
	if took := time.Since(before); took > a.opts.Handshake/2 {
		t.Errorf("1000 packets for a peer that never answers took %v", took)
	}
	if got := a.Stats().DroppedQueue; got < 989 || got > 990 { // one may be on its way to the connection
		t.Errorf("dropped %d of 1000, with a queue of 10", got)
	}
}

func TestWhatNobodyReadsIsDroppedAndCounted(t *testing.T) {
	ca := authority(t)
	a, b := start(t, ca, "a", func(o *Options) { o.Queue = 2 * unreadPackets }), start(t, ca, "b")
	for range unreadPackets + 100 {
		say(t, a, to(b, "b"), "x")
	}
	await(t, "100 are dropped", func() bool { return b.Stats().DroppedUnread == 100 })
	if got := b.Stats().PacketsIn; got != unreadPackets {
		t.Errorf("%d were taken", got)
	}
	for range unreadStreams + 10 {
		_ = dial(t, a, to(b, "b")).Close()
	}
	await(t, "10 streams are refused", func() bool { return refusals(b, TooMany) == 10 })
}

func TestThePeerUnusedTheLongestMakesRoom(t *testing.T) {
	ca := authority(t)
	a := start(t, ca, "a", func(o *Options) { o.Pool = 2 })
	b, c, d := start(t, ca, "b"), start(t, ca, "c"), start(t, ca, "d")
	for _, n := range []*Transport{b, c, b, d} {
		say(t, a, to(n, ""), "hello")
		hears(t, n, "hello")
	}
	await(t, "c has made room", func() bool { return c.Stats().Inbound == 0 && a.Stats().Evicted == 1 })
	if s := a.Stats(); s.Outbound != 2 || b.Stats().Inbound != 1 || d.Stats().Inbound != 1 {
		t.Errorf("%+v", s)
	}
	say(t, a, to(c, ""), "again")
	hears(t, c, "again")
}

func TestAnIdleConnectionIsClosedAndMadeAgain(t *testing.T) {
	ca := authority(t)
	a, b := start(t, ca, "a", func(o *Options) { o.Idle = 20 * time.Millisecond }), start(t, ca, "b")
	say(t, a, to(b, "b"), "one")
	hears(t, b, "one")
	await(t, "it is closed", func() bool { return a.Stats().Outbound == 0 && b.Stats().Inbound == 0 })
	say(t, a, to(b, "b"), "two")
	hears(t, b, "two")
	if s := a.Stats(); s.DroppedUnreachable > 0 || len(s.Refused) > 0 || len(b.Stats().Refused) > 0 {
		t.Errorf("an idle connection ends badly: %+v, %+v", s, b.Stats())
	}
}

// TCP would go on with the old connection, up to two minutes after the network is whole again.
func TestASilentPeerGetsANewConnection(t *testing.T) {
	ca := authority(t)
	b := start(t, ca, "b")
	between, err := relay.Start(b.Addr())
	ok(t, err)
	defer between.Close()
	a := start(t, ca, "a", func(o *Options) { o.Silence = 50 * time.Millisecond })
	_, err = a.WriteTo([]byte("before"), between.Addr())
	ok(t, err)
	hears(t, b, "before")
	between.Freeze()
	talk := func(text string) {
		_, err := a.WriteTo([]byte(text), between.Addr())
		ok(t, err)
	}
	await(t, "the silence is noticed", func() bool { talk("into the cut"); return refusals(a, TooSlow) > 0 })
	between.ResetAll() // what is on the way never arrives, and neither does the handshake of a new connection
	between.Thaw()
	await(t, "it hears again", func() bool {
		talk("after")
		select {
		case p := <-b.PacketCh():
			return string(p.Buf) == "after"
		default:
			return false
		}
	})
}

func TestARestartedPeerIsFoundAgain(t *testing.T) {
	ca := authority(t)
	a, b := start(t, ca, "a"), start(t, ca, "b")
	say(t, a, to(b, "b"), "one")
	hears(t, b, "one")
	at := b.Addr()
	ok(t, b.Shutdown())
	await(t, "a knows", func() bool { return a.Stats().Outbound == 0 })
	b = start(t, ca, "b", func(o *Options) { o.Bind = at })
	say(t, a, to(b, "b"), "two")
	hears(t, b, "two")
}

func TestOnePeerHasFewConnectionsForPackets(t *testing.T) {
	ca := authority(t)
	b := start(t, ca, "b")
	for i := range perPeer + 3 {
		n := start(t, ca, "a") // lives of one node
		say(t, n, to(b, "b"), fmt.Sprint(i))
		hears(t, b, fmt.Sprint(i))
	}
	await(t, "the oldest are gone", func() bool { return b.Stats().Inbound == perPeer && refusals(b, TooMany) == 3 })
}

func TestShutdownEndsAll(t *testing.T) {
	ca := authority(t)
	a, b := start(t, ca, "a"), start(t, ca, "b")
	say(t, a, to(b, "b"), "hello")
	hears(t, b, "hello")
	out := dial(t, a, to(b, "b"))
	in := next(t, "stream", b.StreamCh())
	ok(t, a.Shutdown())
	ok(t, a.Shutdown())
	for _, c := range []net.Conn{in, out} {
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("a stream lives on")
		}
		_ = c.Close()
	}
	if _, err := a.WriteTo([]byte("x"), b.Addr()); err == nil {
		t.Error("it writes on")
	}
	if _, err := a.DialTimeout(b.Addr(), time.Second); err == nil {
		t.Error("it dials on")
	}
	if s := a.Stats(); s.Inbound != 0 || s.Outbound != 0 || len(s.Refused) > 0 {
		t.Errorf("%+v", s)
	}
	await(t, "b knows", func() bool { return b.Stats().Inbound == 0 })
}
