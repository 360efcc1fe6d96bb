// SPDX-License-Identifier: Apache-2.0

package httpserver

import (
	"bufio"
	"io"
	"net"
	"net/http"

	"github.com/fuseboard/fuseboard/clients/internal/wire"
)

// Header, Write and WriteHeader are those of http.ResponseWriter.
func (e *exchange) Header() http.Header { return e.under.Header() }

// Write passes on, and notes that the answer has begun.
func (e *exchange) Write(p []byte) (int, error) {
	e.begin(http.StatusOK)
	return e.under.Write(p)
}

// WriteString spares net/http's writer a copy.
func (e *exchange) WriteString(s string) (int, error) {
	e.begin(http.StatusOK)
	return io.WriteString(e.under, s)
}

// ReadFrom lets net/http send a file without copying it through this process.
func (e *exchange) ReadFrom(from io.Reader) (int64, error) {
	e.begin(http.StatusOK)
	return io.Copy(e.under, from)
}

// WriteHeader notes the status. Informational ones come before the answer, as often
// as the handler likes; 101 is the last.
//
// The rest of a body that was too large must not be read as the next request. Net/http
// sees to that when http.MaxBytesReader is given its own writer, and it can be given only
// this one, so the connection of a 413 is closed.
func (e *exchange) WriteHeader(status int) {
	if status == http.StatusRequestEntityTooLarge && e.request.ProtoMajor == 1 {
		e.under.Header().Set("Connection", "close")
	}
	if status >= http.StatusOK || status == http.StatusSwitchingProtocols {
		e.begin(status)
	}
	e.under.WriteHeader(status)
}

// Unwrap is how http.ResponseController finds all that is not here.
func (e *exchange) Unwrap() http.ResponseWriter { return e.under }

func (e *exchange) begin(status int) {
	if e.status != 0 {
		return
	}
	e.status = status
	if status >= http.StatusInternalServerError && e.under.Header()[wire.HeaderRepeats] == nil {
		wire.WriteRepeats(e.under.Header(), int(e.repeats.Load()))
	}
}

func (e *exchange) flush() error {
	e.begin(http.StatusOK)
	return http.NewResponseController(e.under).Flush()
}

func (e *exchange) hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(e.under).Hijack()
	if err == nil {
		e.begin(http.StatusSwitchingProtocols)
	}
	return conn, rw, err
}

// writer returns the exchange as what the writer beneath can do, for handlers that
// ask by type assertion: a Flusher is one only if net/http's is. The pointer is the
// whole value, so none of them costs an object.
func (e *exchange) writer() http.ResponseWriter {
	_, flushes := e.under.(http.Flusher)
	_, hijacks := e.under.(http.Hijacker)
	_, pushes := e.under.(http.Pusher)
	switch {
	case flushes && hijacks:
		return upgrading{flushing{e}}
	case flushes && pushes:
		return pushing{flushing{e}}
	case flushes:
		return flushing{e}
	}
	return e
}

// flushing is an exchange over a writer that flushes, and no more than that.
type flushing struct{ *exchange }

// Flush sends what was written.
func (f flushing) Flush() { _ = f.flush() }

// FlushError is Flush for http.ResponseController.
func (f flushing) FlushError() error { return f.flush() }

// upgrading is an exchange over HTTP/1.
type upgrading struct{ flushing }

// Hijack hands the connection over to the handler.
func (u upgrading) Hijack() (net.Conn, *bufio.ReadWriter, error) { return u.hijack() }

// pushing is an exchange over HTTP/2.
type pushing struct{ flushing }

// Push begins a server push where the client takes them.
func (p pushing) Push(target string, o *http.PushOptions) error {
	if pusher, ok := p.under.(http.Pusher); ok {
		return pusher.Push(target, o)
	}
	return http.ErrNotSupported
}
