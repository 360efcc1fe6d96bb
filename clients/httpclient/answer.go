// SPDX-License-Identifier: Apache-2.0

package httpclient

import (
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

// answer is the response of one attempt, with the flight that it belongs to.
type answer struct {
	resp   *http.Response
	flight *flight
	upload *upload // the attempt's request body, where that can fail
}

var errNoResponse = errors.New("a response of HTTP cannot stand in a policy; leave this step out of it, and answer where the client is called")

// UnmarshalJSON refuses the value of a fallback: no response could be made of it.
func (*answer) UnmarshalJSON([]byte) error { return errNoResponse }

// How much of a dropped body is read so that its connection serves again, and for
// how long: beyond that a new connection is the cheaper one.
const (
	drainMost    = 64 << 10
	drainLongest = 100 * time.Millisecond
)

// discard is the Discard hook: it reads what is left of a short body, and closes it.
// Over HTTP/2 closing alone costs no connection.
func (a answer) discard() {
	if a.resp == nil || a.resp.Body == nil {
		return
	}
	body := a.resp.Body
	if a.resp.ProtoMajor < 2 && a.resp.ContentLength <= drainMost && !a.flight.stream {
		slow := time.AfterFunc(drainLongest, func() { _ = body.Close() })
		_, _ = io.CopyN(io.Discard, body, drainMost)
		slow.Stop()
	}
	_ = body.Close()
}

// hold is the Hold hook: the attempt goes on until the body ends.
func (a answer) hold(held actors.Held) answer {
	resp := a.resp
	switch {
	case bodiless(resp):
		held.End(nil)
		return a
	case a.flight.stream || resp.StatusCode == http.StatusSwitchingProtocols:
		held.Settle()
	}
	b := &a.flight.body
	b.inner, b.held = resp.Body, held
	if a.upload != nil {
		b.inner = &fed{ReadCloser: resp.Body, upload: a.upload}
	}
	resp.Body = bothWays(b, resp.Body)
	return a
}

// bodiless reports whether nothing of the response is to come.
func bodiless(resp *http.Response) bool {
	return resp == nil || resp.Body == nil || resp.Body == http.NoBody
}

// body is a response's body that ends its attempt when it ends.
type body struct {
	inner  io.ReadCloser
	held   actors.Held
	closed atomic.Bool // by the caller: what a Read says then is his own doing
}

// fed is the body of a response to a request whose own body may be what breaks it off.
type fed struct {
	io.ReadCloser
	upload *upload
}

// starved reports that it was the request's body.
func (b *body) starved(err error) bool {
	f, isFed := b.inner.(*fed)
	return isFed && f.upload.broke(err)
}

// Read reads on, and ends the attempt with the body, or with what broke it off.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.inner.Read(p)
	switch {
	case err == nil:
	case err == io.EOF, b.closed.Load(), b.starved(err):
		b.held.End(nil)
	default:
		b.held.End(err)
	}
	return n, err
}

// Close closes the body, and ends the attempt. It may be called more than once, and
// while another goroutine reads.
func (b *body) Close() error {
	b.closed.Store(true)
	err := b.inner.Close()
	b.held.End(nil)
	return err
}
