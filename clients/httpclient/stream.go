// SPDX-License-Identifier: Apache-2.0

package httpclient

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/fuseboard/fuseboard/patterns/deadline"
)

// streams reports whether the request asks for a stream.
func streams(req *http.Request) bool {
	for _, accepted := range req.Header["Accept"] {
		if strings.Contains(accepted, "text/event-stream") {
			return true
		}
	}
	return len(req.Header["Upgrade"]) > 0
}

// sendStream makes an attempt whose response may last longer than the policy's
// deadlines, which bound its headers alone. The caller's own context, and a guard
// that stops, end it at any time.
func (t *Transport) sendStream(ctx context.Context, req *http.Request) (*http.Response, error) {
	longer, lazy := deadline.Outlast(ctx)
	own, cancel := context.WithCancelCause(longer)
	var begun atomic.Bool
	stop := context.AfterFunc(ctx, func() {
		if _, late := errors.AsType[*deadline.Error](context.Cause(ctx)); !late || !begun.Load() {
			cancel(context.Cause(ctx))
		}
	})
	leave := func() {
		stop()
		cancel(context.Canceled)
		lazy.End()
	}
	sent := req.WithContext(own)
	resp, err := t.o.Base.RoundTrip(sent)
	if resp != nil && resp.Request == sent {
		resp.Request = req
	}
	if err != nil && ctx.Err() != nil {
		err = ctx.Err() // what ended it is the attempt's context, not our own
	}
	if err != nil || bodiless(resp) {
		leave()
		return resp, err
	}
	begun.Store(true)
	resp.Body = streamed(resp.Body, leave)
	return resp, nil
}

// streamed returns a body that lets go when it is closed, and writes if inner does.
func streamed(inner io.ReadCloser, leave func()) io.ReadCloser {
	s := &streaming{ReadCloser: inner, leave: leave}
	return bothWays(s, inner)
}

// streaming is a body that lets go of its caller's context when it ends.
type streaming struct {
	io.ReadCloser
	leave func()
}

// Read reads on, and lets go at the end.
func (s *streaming) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	if err != nil {
		s.leave()
	}
	return n, err
}

// Close closes the body and lets go.
func (s *streaming) Close() error {
	err := s.ReadCloser.Close()
	s.leave()
	return err
}
