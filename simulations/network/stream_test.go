// SPDX-License-Identifier: Apache-2.0

package network

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// speak writes text in chunks, and closes.
func speak(c net.Conn, text []byte, chunk int) error {
	for len(text) > 0 {
		k := min(chunk, len(text))
		if m, err := c.Write(text[:k]); err != nil || m != k {
			return fmt.Errorf("wrote %d of %d: %w", m, k, err)
		}
		text = text[k:]
	}
	return nil
}

func text(salt, size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(mix(uint64(salt + i)))
	}
	return b
}

func TestProperty_AStreamDeliversAllBytesInOrderWhateverLoss(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		link := drawLink(r)
		link.Loss = rapid.SampledFrom([]float64{0, 0.1, 0.5, 0.8}).Draw(r, "stream loss")
		opts := Options{Seed: rapid.Uint64().Draw(r, "seed"), Link: link, Window: rapid.SampledFrom([]int{0, 1460, 5000}).Draw(r, "window")}
		size, chunk := rapid.IntRange(0, 20_000).Draw(r, "size"), rapid.IntRange(1, 4000).Draw(r, "chunk")
		cutAt := rapid.IntRange(-1, 300).Draw(r, "cut at")
		var err error
		synctest.Test(t, func(*testing.T) {
			n, _ := New(opts)
			err = errors.Join(echo(n, text(1, size), text(2, size), chunk, cutAt), n.Close(), n.settled())
		})
		if err != nil {
			r.Fatal(err)
		}
	})
}

// echo sends one text there and one back at the same time, over a stream that a cut stalls in between.
func echo(n *Network, there, back []byte, chunk, cutAt int) error {
	a, _ := n.Node("a")
	b, _ := n.Node("b")
	var ends crowd
	errs := make([]error, 6)
	ends.Go(func() {
		if cutAt >= 0 {
			time.Sleep(time.Duration(cutAt) * time.Millisecond)
			errs[0] = errors.Join(n.Cut("a", "b"), n.Cut("b", "a"))
			time.Sleep(time.Second)
			n.Heal()
		}
	})
	c, err := a.DialTimeout(b.Addr(), time.Hour)
	if err != nil {
		return err
	}
	s := <-b.StreamCh()
	ends.Go(func() { errs[1] = speak(c, there, chunk) })
	ends.Go(func() { errs[2] = speak(s, back, chunk) })
	ends.Go(func() { errs[3] = hear(s, there) })
	ends.Go(func() { errs[4] = hear(c, back) })
	ends.Wait()
	errs[5] = errors.Join(c.Close(), s.Close())
	return errors.Join(errs...)
}

func hear(c net.Conn, want []byte) error {
	b := make([]byte, len(want))
	if k, err := io.ReadFull(c, b); err != nil {
		return fmt.Errorf("after %d of %d bytes: %w", k, len(want), err)
	}
	if !bytes.Equal(b, want) {
		return errors.New("other bytes came than were sent")
	}
	return nil
}

func TestAStreamTakesItsLatencyEachWay(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, n *Network) {
		a, b := node(t, n, "a"), node(t, n, "b")
		ok(t, n.SetLink("a", "b", Link{Latency: 30 * time.Millisecond}))
		ok(t, n.SetLink("b", "a", Link{Latency: 10 * time.Millisecond}))
		var c, s net.Conn
		wants(t, "dial", took(func() { c, s = connect(t, a, b) }).String(), "40ms")
		wants(t, "there", took(func() { write(t, c, "ping"); wants(t, "read", read(s), "ping") }).String(), "30ms")
		wants(t, "back", took(func() { write(t, s, "pong"); wants(t, "read", read(c), "pong") }).String(), "10ms")
		write(t, c, "last")
		ok(t, c.Close())
		wants(t, "before the end", read(s), "last")
		wants(t, "the end", read(s), "EOF")
		wants(t, "addresses", fmt.Sprint(c.LocalAddr(), c.RemoteAddr(), s.LocalAddr(), s.RemoteAddr()),
			"10.0.0.1:32768 10.0.0.2:7946 10.0.0.2:7946 10.0.0.1:32768")
		if err := c.Close(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("a second Close: %v", err)
		}
		ok(t, s.Close())
	})
}

func TestALostSegmentCostsARetransmission(t *testing.T) {
	bubble(t, Options{Link: Link{Latency: time.Millisecond}}, func(t *testing.T, n *Network) {
		a, b := node(t, n, "a"), node(t, n, "b")
		c, s := connect(t, a, b)
		ok(t, n.SetLink("a", "b", Link{Latency: time.Millisecond, Loss: 1}))
		write(t, c, "x") // lost now, and 200ms later
		time.AfterFunc(300*time.Millisecond, func() { ok(t, n.SetLink("a", "b", Link{Latency: time.Millisecond})) })
		wants(t, "200ms, doubled", took(func() { wants(t, "read", read(s), "x") }).String(), "601ms")

		ok(t, n.SetLink("a", "b", Link{Latency: time.Millisecond, Loss: 1}))
		write(t, c, "lost, ")
		ok(t, n.SetLink("a", "b", Link{Latency: time.Millisecond}))
		write(t, c, "and what waits for it")
		wants(t, "200ms", took(func() { wants(t, "read", read(s), "lost, and what waits for it") }).String(), "201ms")
		if got := n.Stats().Total.Retransmitted; got != 3 {
			t.Errorf("%d segments were sent again, want 3", got)
		}
	})
}

func TestAWriterWaitsWhileTheWindowIsFull(t *testing.T) {
	bubble(t, Options{Window: 2000}, func(t *testing.T, n *Network) {
		c, s := connect(t, node(t, n, "a"), node(t, n, "b"))
		ok(t, c.SetWriteDeadline(time.Now().Add(time.Second)))
		k, err := c.Write(make([]byte, 5000))
		if k != 2000 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("wrote %d bytes: %v", k, err)
		}
		ok(t, c.SetWriteDeadline(time.Time{}))
		time.AfterFunc(time.Minute, func() { _, _ = s.Read(make([]byte, 500)) })
		wants(t, "until somebody reads", took(func() { write(t, c, string(make([]byte, 500))) }).String(), "1m0s")
		time.AfterFunc(time.Minute, func() { ok(t, s.Close()) })
		_, err = c.Write(make([]byte, 5000))
		if !errors.Is(err, ErrReset) {
			t.Errorf("a write to who has closed: %v", err)
		}
	})
}

func TestDeadlinesEndReadsAndDials(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, n *Network) {
		a, b := node(t, n, "a"), node(t, n, "b")
		c, s := connect(t, a, b)
		expired := func(what string, after time.Duration, f func() error) {
			t.Helper()
			var err error
			d := took(func() { err = f() })
			var timeout net.Error
			if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &timeout) || !timeout.Timeout() || d != after {
				t.Errorf("%s ended after %v, want %v: %v", what, d, after, err)
			}
		}
		reads := func() error { _, err := c.Read(make([]byte, 1)); return err }
		ok(t, c.SetDeadline(time.Now().Add(time.Second)))
		expired("a read", time.Second, reads)
		expired("a late read", 0, reads)
		expired("a late write", 0, func() error { _, err := c.Write([]byte("x")); return err })
		ok(t, c.SetReadDeadline(time.Time{}))
		time.AfterFunc(3*time.Second, func() { ok(t, c.SetReadDeadline(time.Unix(1, 0))) })
		expired("a read whose deadline is moved", 3*time.Second, reads)
		ok(t, c.SetDeadline(time.Time{}))
		write(t, s, "late")
		wants(t, "read", read(c), "late")

		ok(t, n.Cut("a", "b"))
		dial := func(timeout time.Duration) func() error {
			return func() error { _, err := a.DialTimeout(b.Addr(), timeout); return err }
		}
		expired("a dial", time.Second, dial(time.Second))
		expired("a dial that has no time", 0, dial(-1))
		expired("a dial without timeout", giveUp, dial(0))
		n.Heal()
		time.Sleep(time.Minute)
		if len(b.streams) != 0 {
			t.Error("a dial that was given up is accepted")
		}

		ok(t, n.SetLink("a", "b", Link{Loss: 1}))
		expired("a dial over a link that loses all", time.Second, dial(time.Second))
		before := n.Stats().Total.Segments
		time.Sleep(time.Hour)
		if tries := n.Stats().Total.Segments - before; tries > 0 {
			t.Errorf("a dial that was given up was tried %d times more", tries)
		}
	})
}

func TestAFullBacklogMakesDialsWait(t *testing.T) {
	bubble(t, Options{Buffer: 1, Link: Link{Latency: time.Millisecond}}, func(t *testing.T, n *Network) {
		a, b := node(t, n, "a"), node(t, n, "b")
		_, err := a.DialTimeout(b.Addr(), time.Second)
		ok(t, err)
		time.AfterFunc(100*time.Millisecond, func() { <-b.StreamCh() })
		wants(t, "the next one", took(func() { connect(t, a, b) }).String(), "203ms") // 200ms after the first was dropped, and a round trip
	})
}

func TestKillResetsStreamsAndRefusesDials(t *testing.T) {
	bubble(t, Options{Link: Link{Latency: time.Millisecond}}, func(t *testing.T, n *Network) {
		a, b, c := node(t, n, "a"), node(t, n, "b"), node(t, n, "c")
		ab, ba := connect(t, a, b)
		cb, _ := connect(t, c, b)
		ok(t, n.Cut("b", "c"))
		time.AfterFunc(time.Second, func() { ok(t, n.Kill("b")) })
		fails := func(what string, r io.Reader, want error, after time.Duration) {
			t.Helper()
			var err error
			d := took(func() { _, err = r.Read(make([]byte, 1)) })
			if !errors.Is(err, want) || d != after {
				t.Errorf("%s ended after %v: %v; want %v after %v", what, d, err, want, after)
			}
		}
		fails("the peer's read", ab, ErrReset, time.Second+time.Millisecond)
		fails("a read of the dead", ba, net.ErrClosed, 0)
		ok(t, cb.SetDeadline(time.Now().Add(time.Second)))
		fails("a read of who is cut off", cb, os.ErrDeadlineExceeded, time.Second)
		ok(t, cb.SetDeadline(time.Time{}))
		n.Heal()
		write(t, cb, "are you there?")
		fails("a read of who has asked", cb, ErrReset, 2*time.Millisecond)

		var err error
		wants(t, "refusal", took(func() { _, err = a.DialTimeout(b.Addr(), time.Minute) }).String(), "2ms")
		if !errors.Is(err, ErrRefused) || n.Stats().Links[Way{"a", "b"}].Refused != 1 {
			t.Errorf("a dial to the dead: %v", err)
		}
		if _, err = b.DialTimeout(a.Addr(), time.Minute); !errors.Is(err, net.ErrClosed) {
			t.Errorf("a dial of the dead: %v", err)
		}
		if _, err = a.DialTimeout("10.9.9.9:7946", time.Minute); !errors.Is(err, errNobody) {
			t.Errorf("a dial to nobody: %v", err)
		}

		again := node(t, n, "b")
		ok(t, b.Shutdown()) // the old life's end does not touch the new one
		wants(t, "address", again.Addr(), b.Addr())
		connect(t, a, again)
	})
}
