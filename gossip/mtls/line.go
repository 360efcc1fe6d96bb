// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"bufio"
	"sync/atomic"
	"time"
)

// line is a connection for packets, at the end that sends them.
type line struct {
	*link
	w      *bufio.Writer
	broken atomic.Bool
	asked  atomic.Int64 // when the peer was asked whether it reads, in nanoseconds after made; 0 where it has answered
	made   time.Time

	// Below: of the goroutine that sends.
	last time.Time // when it was asked last
	n    uint64    // packets that are not flushed
	size uint64    // and their bytes
}

func newLine(l *link) *line {
	return &line{link: l, w: bufio.NewWriterSize(l.Conn, readAhead), made: time.Now()}
}

func (l *line) healthy() bool { return l != nil && !l.broken.Load() }

// silent reports whether the peer owes an answer for too long.
func (l *line) silent(now time.Time, most time.Duration) bool {
	at := l.asked.Load()
	return at != 0 && now.Sub(l.made)-time.Duration(at) > most
}

// put writes b into the buffer, and now and then the question whether somebody reads.
func (l *line) put(b []byte, now time.Time, o Options) error {
	l.n++
	l.size += uint64(len(b))
	if err := l.SetWriteDeadline(now.Add(o.Handshake)); err != nil {
		return err
	}
	if err := putFrame(l.w, b); err != nil {
		return err
	}
	if l.asked.Load() != 0 || now.Sub(l.last) < o.Silence/4 {
		return nil
	}
	l.last = now
	l.asked.Store(max(1, int64(now.Sub(l.made))))
	return putFrame(l.w, nil)
}

// taken returns what was put since it was asked last.
func (l *line) taken() (n, size uint64) {
	n, size = l.n, l.size
	l.n, l.size = 0, 0
	return n, size
}

// watch reads answers. So the end of the connection is known before something is written to it.
func (l *line) watch() {
	var answer [1]byte
	for {
		if _, err := l.Conn.Read(answer[:]); err != nil {
			l.broken.Store(true)
			l.cut()
			return
		}
		l.asked.Store(0)
	}
}
