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
func (f *flight) sendStream(ctx context.Context, req *http.Request) (*http.Response, error) {
	own, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	var begun atomic.Bool
	stop := context.AfterFunc(ctx, func() {
		if _, late := errors.AsType[*deadline.Error](context.Cause(ctx)); !late || !begun.Load() {
			cancel(context.Cause(ctx))
		}
	})
	caller := f.given.Context()
	stopCaller := context.AfterFunc(caller, func() { cancel(context.Cause(caller)) })
	leave := func() {
		stop()
		stopCaller()
		cancel(context.Canceled)
	}
	sent := req.WithContext(own)
	resp, err := f.transport.o.Base.RoundTrip(sent)
	if resp != nil && resp.Request == sent {
		resp.Request = req
	}
	if err != nil || resp.Body == nil || resp.Body == http.NoBody {
		leave()
		if err != nil && ctx.Err() != nil {
			err = ctx.Err() // what ended it is the attempt's context, not our own
		}
		return resp, err
	}
	begun.Store(true)
	resp.Body = streamed(resp.Body, leave)
	return resp, nil
}

// streamed returns a body that lets go when it is closed, and writes if inner does.
func streamed(inner io.ReadCloser, leave func()) io.ReadCloser {
	s := &streaming{ReadCloser: inner, leave: leave}
	if w, both := inner.(io.Writer); both {
		return &upgraded{ReadCloser: s, Writer: w}
	}
	return s
}

// streaming is a body that lets go of its caller's context when it is closed.
type streaming struct {
	io.ReadCloser
	leave func()
}

// Close closes the body and lets go.
func (s *streaming) Close() error {
	err := s.ReadCloser.Close()
	s.leave()
	return err
}
