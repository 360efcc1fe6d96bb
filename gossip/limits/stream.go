// SPDX-License-Identifier: Apache-2.0

package limits

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// ErrTooLong is in the error of a read from a stream that went on after Options.StreamBytes.
var ErrTooLong = errors.New("limits: the stream is longer than one may be")

// stream is a conn with the limits of one.
type stream struct {
	net.Conn
	table *table
	entry *entry
	end   time.Time // no deadline is later
	left  atomic.Int64
	late  sync.Once
	long  sync.Once
	once  sync.Once
}

func newStream(c net.Conn, t *table, e *entry) (*stream, error) {
	s := &stream{Conn: c, table: t, entry: e, end: time.Now().Add(t.opts.StreamTime)}
	s.left.Store(int64(t.opts.StreamBytes))
	return s, c.SetDeadline(s.end)
}

// Read reads what the limit leaves. At the limit it looks for one byte more, so that a stream which ends there ends well.
func (s *stream) Read(b []byte) (int, error) {
	left := s.left.Load()
	if left <= 0 {
		return s.beyond()
	}
	if int64(len(b)) > left {
		b = b[:left]
	}
	n, err := s.Conn.Read(b)
	s.left.Add(-int64(n))
	return n, s.overdue(err)
}

func (s *stream) beyond() (int, error) {
	n, err := s.Conn.Read(make([]byte, 1))
	if n == 0 {
		return 0, s.overdue(err)
	}
	s.long.Do(func() { s.table.count(func(c *Stats) { c.CutByBytes++ }) })
	_ = s.Close()
	return 0, fmt.Errorf("%w (accepted: %d bytes, from %s); raise limits.Options.StreamBytes if the fleet's state is as large",
		ErrTooLong, s.table.opts.StreamBytes, s.RemoteAddr())
}

// Write writes before the stream's end.
func (s *stream) Write(b []byte) (int, error) {
	n, err := s.Conn.Write(b)
	return n, s.overdue(err)
}

// overdue counts a stream that met its end.
func (s *stream) overdue(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) && !time.Now().Before(s.end) {
		s.late.Do(func() { s.table.count(func(c *Stats) { c.CutByTime++ }) })
	}
	return err
}

// SetDeadline sets the deadline, but none after the stream's end; without one it is the end.
func (s *stream) SetDeadline(t time.Time) error { return s.Conn.SetDeadline(s.within(t)) }

// SetReadDeadline is SetDeadline for reads.
func (s *stream) SetReadDeadline(t time.Time) error { return s.Conn.SetReadDeadline(s.within(t)) }

// SetWriteDeadline is SetDeadline for writes.
func (s *stream) SetWriteDeadline(t time.Time) error { return s.Conn.SetWriteDeadline(s.within(t)) }

func (s *stream) within(t time.Time) time.Time {
	if t.IsZero() || t.After(s.end) {
		return s.end
	}
	return t
}

// Close closes the stream and gives its place back, the first time.
func (s *stream) Close() error {
	err := s.Conn.Close()
	s.once.Do(func() { s.table.leave(s.entry) })
	return err
}
