// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// tap hands connections on to a transport, and keeps each byte of both ways.
type tap struct {
	l    net.Listener
	work sync.WaitGroup
	mu   sync.Mutex
	ways []*bytes.Buffer

	// twist does something to what a client sends, where it is set.
	twist atomic.Pointer[func([]byte) []byte]
}

func aTap(t *testing.T, upstream string) *tap {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	p := &tap{l: l}
	p.work.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", upstream)
			if err != nil {
				_ = client.Close()
				continue
			}
			p.pass(client, twisted{server, p})
			p.pass(server, client)
		}
	})
	return p
}

func (p *tap) pass(from, to net.Conn) {
	way := &bytes.Buffer{}
	p.mu.Lock()
	p.ways = append(p.ways, way)
	p.mu.Unlock()
	p.work.Go(func() {
		_, _ = io.Copy(io.MultiWriter(to, way), from)
		_ = from.Close()
		_ = to.Close()
	})
}

type twisted struct {
	net.Conn
	tap *tap
}

func (c twisted) Write(b []byte) (int, error) {
	out := b
	if twist := c.tap.twist.Load(); twist != nil {
		out = (*twist)(bytes.Clone(b))
	}
	if _, err := c.Conn.Write(out); err != nil {
		return 0, err
	}
	return len(b), nil
}

// seen returns the bytes of each way, once all connections have ended.
func (p *tap) seen() [][]byte {
	_ = p.l.Close()
	p.work.Wait()
	var all [][]byte
	for _, w := range p.ways {
		all = append(all, w.Bytes())
	}
	return all
}

// records reports whether b is records of TLS from its first byte to its last, but for one that was cut off.
func records(b []byte) bool {
	const head = 5
	for len(b) >= head {
		kind, version, size := b[0], binary.BigEndian.Uint16(b[1:]), int(binary.BigEndian.Uint16(b[3:]))
		if kind < 20 || kind > 23 || version < 0x0301 || version > 0x0303 || size > 1<<14+256 {
			return false
		}
		b = b[min(len(b), head+size):]
	}
	return true
}

func TestNoByteCrossesInTheClear(t *testing.T) {
	const marker = "MARKER-that-nobody-else-may-read"
	ca := authority(t)
	a, b := start(t, ca, "a-"+marker), start(t, ca, "b-"+marker)
	taps := map[*Transport]*tap{a: aTap(t, a.Addr()), b: aTap(t, b.Addr())}
	for _, way := range [][2]*Transport{{a, b}, {b, a}} {
		from, to := way[0], way[1]
		addr := taps[to].l.Addr().String()
		_, err := from.WriteTo([]byte(marker), addr)
		ok(t, err)
		hears(t, to, marker)
		out, err := from.DialTimeout(addr, patience)
		ok(t, err)
		in := next(t, "stream", to.StreamCh())
		for _, c := range []net.Conn{out, in} {
			_, err := c.Write([]byte(marker))
			ok(t, err)
		}
		for _, c := range []net.Conn{in, out} {
			_, err := io.ReadFull(c, make([]byte, len(marker)))
			ok(t, err)
			_ = c.Close()
		}
	}
	ok(t, a.Shutdown())
	ok(t, b.Shutdown())
	ways, bytesSeen := 0, 0
	for _, p := range taps {
		for _, b := range p.seen() {
			ways, bytesSeen = ways+1, bytesSeen+len(b)
			if !records(b) {
				t.Errorf("a connection speaks something else than TLS: %q", b[:min(len(b), 64)])
			}
			for _, word := range []string{marker, "checkout", magic, "example.org"} {
				if bytes.Contains(b, []byte(word)) {
					t.Errorf("%q crosses in the clear", word)
				}
			}
		}
	}
	if ways != 8 || bytesSeen < 8*1000 {
		t.Errorf("the taps saw %d ways and %d bytes", ways, bytesSeen)
	}
	if records([]byte("GET / HTTP/1.1\r\n")) || records([]byte{22, 3, 1, 0, 1, 0, 'G', 'E', 'T', ' ', '/'}) {
		t.Error("the taps take anything for TLS")
	}
}

func TestWhatIsFlippedReplayedOrLeftOutOnTheWayIsNeverDelivered(t *testing.T) {
	var held sync.Map // at 0: what is overtaken by what comes next
	for name, twist := range map[string]func([]byte) []byte{
		"flipped":  func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
		"replayed": func(b []byte) []byte { return append(b, b...) },
		"left out": func(b []byte) []byte { return b[:len(b)/2] },
		"exchanged": func(b []byte) []byte {
			if first, there := held.LoadAndDelete(0); there {
				return append(b, first.([]byte)...)
			}
			held.Store(0, b)
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			ca := authority(t)
			a, b := start(t, ca, "a"), start(t, ca, "b")
			p := aTap(t, b.Addr())
			sent, heard := 0, map[string]int{}
			talk := func() {
				sent++
				_, err := a.WriteTo(fmt.Append(nil, "packet ", sent), p.l.Addr().String())
				ok(t, err)
				for {
					select {
					case packet := <-b.PacketCh():
						heard[string(packet.Buf)]++
						continue
					default:
					}
					return
				}
			}
			await(t, "the first is heard", func() bool { talk(); return len(heard) > 0 })
			p.twist.Store(&twist)
			await(t, "the connection is given up", func() bool { talk(); return refusals(b, BadProtocol) > 0 })
			p.twist.Store(nil)
			before := len(heard)
			await(t, "there is a new one", func() bool { talk(); return len(heard) > before })
			for text, times := range heard {
				var n int
				if _, err := fmt.Sscanf(text, "packet %d", &n); err != nil || n < 1 || n > sent || times != 1 || text != fmt.Sprint("packet ", n) {
					t.Errorf("%q was heard %d times", text, times)
				}
			}
			ok(t, a.Shutdown())
			ok(t, b.Shutdown())
			p.seen()
		})
	}
}
