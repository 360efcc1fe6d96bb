// SPDX-License-Identifier: Apache-2.0

package upstream

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"sync"
)

// goAway is a listener that tells its first connections to go away, as an HTTP/2
// server does that shuts down: the request that came is not processed, so a client
// may send it again elsewhere.
type goAway struct {
	net.Listener
	work *sync.WaitGroup
	ctx  context.Context // ends with the server

	mu   sync.Mutex
	left int
}

func (g *goAway) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil || !g.take() {
			return c, err
		}
		g.work.Go(func() {
			stop := context.AfterFunc(g.ctx, func() { _ = c.Close() })
			_ = dismiss(c)
			if stop() {
				_ = c.Close()
			}
		})
	}
}

func (g *goAway) take() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.left--
	return g.left >= 0
}

// Frames of HTTP/2, RFC 9113 section 6: a length of three bytes, type, flags, stream.
const (
	frameHead     = 9
	frameHeaders  = 1
	frameSettings = 4
	frameGoAway   = 7
	preface       = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
)

// dismiss speaks just enough HTTP/2 to answer the first request with GOAWAY: last
// stream 0, no error. Then it reads until the client has left.
func dismiss(c net.Conn) error {
	if _, err := io.ReadFull(c, make([]byte, len(preface))); err != nil {
		return err
	}
	if err := writeFrame(c, frameSettings, nil); err != nil {
		return err
	}
	for {
		kind, err := readFrame(c)
		if err != nil {
			return err
		}
		if kind == frameHeaders {
			break
		}
	}
	if err := writeFrame(c, frameGoAway, make([]byte, 8)); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, c)
	return err
}

func writeFrame(w io.Writer, kind byte, payload []byte) error {
	b := make([]byte, frameHead, frameHead+len(payload))
	binary.BigEndian.PutUint32(b, uint32(len(payload))<<8) //nolint:gosec // a few bytes
	b[3] = kind
	_, err := w.Write(append(b, payload...))
	return err
}

// readFrame reads one frame and returns its type.
func readFrame(r io.Reader) (kind byte, err error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, err
	}
	_, err = io.CopyN(io.Discard, r, int64(binary.BigEndian.Uint32(head[:4])>>8))
	return head[3], err
}
