// SPDX-License-Identifier: Apache-2.0

package limits

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/memberlist"
)

const (
	a = place("10.0.0.1:7946")
	b = place("10.0.0.2:7946")
)

func TestPacketsComeInTheirOrder(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, l *limited) {
		l.come(a, 100, 10)
		for i := range 100 {
			p := <-l.PacketCh()
			if got := string(bytes.TrimRight(p.Buf, "\x00")); got != fmt.Sprint(i) || p.From != a {
				t.Fatalf("packet %d is %q from %v", i, got, p.From)
			}
		}
	})
}

func TestASourceIsHeldToItsRateAndBurst(t *testing.T) {
	bubble(t, Options{Packets: 100, PacketBurst: 50}, func(t *testing.T, l *limited) {
		for _, c := range []struct {
			after time.Duration
			want  int
		}{{0, 50}, {0, 0}, {100 * time.Millisecond, 10}, {time.Hour, 50}} {
			time.Sleep(c.after)
			l.come(a, 60, 1)
			if got := l.passed(); got != c.want {
				t.Errorf("after %v, %d of 60 pass, want %d", c.after, got, c.want)
			}
		}
		if s := l.Stats(); s.Packets != 110 || s.DroppedByRate != 130 || s.Bytes != 110 {
			t.Errorf("%+v", s)
		}
	})
}

func TestASourceIsHeldToItsBytes(t *testing.T) {
	bubble(t, Options{Bytes: 64 << 10, ByteBurst: 128 << 10}, func(t *testing.T, l *limited) {
		l.come(a, 5, 64<<10)
		if got := l.passed(); got != 2 {
			t.Errorf("%d of 64 KiB pass at once, of a burst of 128", got)
		}
		time.Sleep(time.Second)
		l.come(a, 5, 64<<10)
		if got := l.passed(); got != 1 {
			t.Errorf("%d of 64 KiB pass after a second of 64", got)
		}
		if s := l.Stats(); s.DroppedByBytes != 7 {
			t.Errorf("%+v", s)
		}
	})
}

func TestOneSourceOverItsLimitTakesNothingFromAnother(t *testing.T) {
	bubble(t, Options{PacketBurst: 10, Packets: 10, Streams: 2}, func(t *testing.T, l *limited) {
		l.come(a, 1000, 1)
		l.come(b, 10, 1)
		if got := l.passed(); got != 20 {
			t.Errorf("%d pass", got)
		}
		for range 5 {
			l.dials(a)
		}
		if _, in := l.dials(b); in == nil {
			t.Error("b's stream was refused because of a's")
		}
		if s := l.Stats(); s.RefusedBySource != 3 || s.Open != 3 || s.Streams != 3 {
			t.Errorf("%+v", s)
		}
	})
}

// Ports are of no account: a source would take another for each packet.
func TestASourceIsAHostOrAVerifiedName(t *testing.T) {
	for addr, want := range map[net.Addr]string{
		place("10.0.0.1:1"): "10.0.0.1", place("[fd00::1]:1"): "fd00::1", place("nowhere"): "nowhere", known{"10.0.0.1:1"}: "verified 10.0.0.1:1", nil: "",
	} {
		if got := source(addr); got != want {
			t.Errorf("%v is %q, want %q", addr, got, want)
		}
	}
	bubble(t, Options{Streams: 1, Source: func(net.Addr) string { return "all the same" }}, func(t *testing.T, l *limited) {
		l.dials(a)
		if _, in := l.dials(b); in != nil {
			t.Error("Options.Source was not asked")
		}
	})
}

func TestStreamsOfAllAreBounded(t *testing.T) {
	bubble(t, Options{StreamsTotal: 20, Streams: 16}, func(t *testing.T, l *limited) {
		for i := range 30 {
			other, in := l.dials(place(fmt.Sprintf("10.0.1.%d:1", i)))
			if (in != nil) != (i < 20) {
				t.Fatalf("stream %d: %v", i, in)
			}
			if in == nil {
				if _, err := other.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
					t.Errorf("a refused stream is not closed: %v", err)
				}
			}
		}
		if s := l.Stats(); s.RefusedByTotal != 10 || s.Open != 20 {
			t.Errorf("%+v", s)
		}
	})
}

func TestAClosedStreamGivesItsPlaceBackOnce(t *testing.T) {
	bubble(t, Options{Streams: 2}, func(t *testing.T, l *limited) {
		_, first := l.dials(a)
		l.dials(a)
		for range 3 {
			_ = first.Close()
		}
		if _, in := l.dials(a); in == nil {
			t.Error("the place was not given back")
		}
		if _, in := l.dials(a); in != nil {
			t.Error("the place was given back more than once")
		}
		if s := l.Stats(); s.Open != 2 {
			t.Errorf("%+v", s)
		}
	})
}

func TestAStreamIsReadToItsLimitAndNoFurther(t *testing.T) {
	const limit = 64 << 10
	for _, size := range []int{limit - 1, limit, limit + 1, 10 * limit} {
		bubble(t, Options{StreamBytes: limit}, func(t *testing.T, l *limited) {
			other, in := l.dials(a)
			go func() {
				_, _ = other.Write(make([]byte, size))
				_ = other.Close()
			}()
			got, err := io.ReadAll(in)
			if len(got) != min(size, limit) || errors.Is(err, ErrTooLong) != (size > limit) || (err != nil) != (size > limit) {
				t.Errorf("of %d bytes, %d were read, %v", size, len(got), err)
			}
			if err != nil && (!strings.Contains(err.Error(), "65536") || !strings.Contains(err.Error(), "10.0.0.1:7946")) {
				t.Errorf("the error does not help: %v", err)
			}
			s := l.Stats()
			if want := uint64(0); size > limit {
				want++
				if s.CutByBytes != want || s.Open != 0 {
					t.Errorf("%+v", s)
				}
				if _, err := in.Read(make([]byte, 1)); err == nil {
					t.Error("it is read on")
				}
			}
			_ = in.Close()
			if s := l.Stats(); s.Open != 0 || (size <= limit && s.CutByBytes != 0) {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestNoDeadlineIsLaterThanAStreamsEnd(t *testing.T) {
	bubble(t, Options{StreamTime: 10 * time.Second}, func(t *testing.T, l *limited) {
		for _, set := range []func(net.Conn) error{
			func(net.Conn) error { return nil },
			func(c net.Conn) error { return c.SetDeadline(time.Time{}) },
			func(c net.Conn) error { return c.SetReadDeadline(time.Now().Add(time.Hour)) },
		} {
			_, in := l.dials(a)
			ok(t, set(in))
			before := time.Now()
			_, err := in.Read(make([]byte, 1))
			if took := time.Since(before); !errors.Is(err, os.ErrDeadlineExceeded) || took != 10*time.Second {
				t.Errorf("after %v: %v", took, err)
			}
			_ = in.Close()
		}
		_, in := l.dials(a)
		ok(t, in.SetWriteDeadline(time.Now().Add(time.Second))) // an earlier one is memberlist's
		before := time.Now()
		if _, err := in.Write([]byte("x")); err == nil || time.Since(before) != time.Second {
			t.Errorf("after %v: %v", time.Since(before), err)
		}
		_ = in.Close()
		if s := l.Stats(); s.CutByTime != 3 {
			t.Errorf("%+v", s)
		}
	})
}

func TestSourcesAreBoundedAndThoseWithStreamsKept(t *testing.T) {
	bubble(t, Options{Sources: 10, StreamsTotal: 5, Streams: 1, PacketBurst: 1, Packets: 1}, func(t *testing.T, l *limited) {
		_, open := l.dials(a)
		l.come(b, 1, 1) // its burst is used up
		for i := range 100 {
			l.come(place(fmt.Sprintf("10.1.0.%d:1", i)), 1, 1)
		}
		if got := l.passed(); got != 101 {
			t.Errorf("%d pass", got)
		}
		if s := l.Stats(); s.Sources != 10 || s.Forgotten != 92 {
			t.Errorf("%+v", s)
		}
		if _, in := l.dials(a); in != nil {
			t.Error("a was forgotten, with its stream open")
		}
		l.come(place("10.1.0.99:1"), 1, 1)
		if l.passed() != 0 {
			t.Error("the newest was forgotten before the oldest")
		}
		_ = open.Close()
		for i := range 100 {
			l.come(place(fmt.Sprintf("10.2.0.%d:1", i)), 1, 1)
		}
		l.passed()
		if s := l.Stats(); s.Sources != 10 {
			t.Errorf("%+v", s)
		}
	})
}

func TestShutdownEndsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		inner := &carrier{packets: make(chan *memberlist.Packet, 10), streams: make(chan net.Conn, 10)}
		w, err := Wrap(inner, Options{})
		ok(t, err)
		l := &limited{w, t, inner}
		l.come(a, 2, 1) // nobody reads them
		_, other := net.Pipe()
		unread := &conn{Conn: other, from: a}
		inner.streams <- unread
		synctest.Wait()
		ok(t, w.Shutdown())
		ok(t, w.Shutdown())
		if inner.ended != 2 || unread.closed == 0 || w.Stats().Open != 0 {
			t.Errorf("ended %d times, the stream %d times, %+v", inner.ended, unread.closed, w.Stats())
		}
	})
}

func TestOptionsNameEverythingWrongAtOnce(t *testing.T) {
	_, err := Wrap(&carrier{}, Options{
		Streams: -1, StreamsTotal: 1 << 20, Packets: -1, PacketBurst: -1, Bytes: 1, ByteBurst: 1, StreamBytes: 1, StreamTime: 1, Sources: 1,
	})
	if err == nil {
		t.Fatal("it wraps")
	}
	for _, path := range []string{"streams", "streams_total", "packets", "packet_burst", "bytes", "byte_burst", "stream_bytes", "stream_time", "sources"} {
		if !strings.Contains(err.Error(), path+" = ") {
			t.Errorf("nothing is said of %s in\n%v", path, err)
		}
	}
	if _, err := Wrap(nil, Options{}); err == nil {
		t.Error("it wraps nothing")
	}
	if err := (Options{StreamsTotal: 5000}).Validate().Err(); err == nil || !strings.Contains(err.Error(), "more than streams_total") {
		t.Errorf("every source could have a stream: %v", err)
	}
}
