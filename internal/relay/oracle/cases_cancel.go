// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/fuseboard/fuseboard/internal/relay/upstream"
)

// soon is a deadline that a server which hangs does not keep. Where it says hello
// first, that must be there in time on a busy machine: so later is later.
const (
	soon  = 60 * time.Millisecond
	later = time.Second
)

func cancellations() []Case {
	const get = http.MethodGet
	return []Case{
		{Name: "cancelled before it is sent", on: every(), play: func(s *Scene) {
			ctx, cancel := context.WithCancel(s.ctx)
			cancel()
			s.do(s.requestIn(ctx, http.MethodPost, upstream.Echo, "hello"))
		}},
		{Name: "cancelled before the head", on: every(), play: func(s *Scene) {
			ctx, cancel := context.WithCancel(s.ctx)
			defer cancel()
			after(s, 1, cancel)
			s.do(s.requestIn(ctx, get, upstream.Hang, ""))
		}},
		{Name: "cancelled before the head, with a cause", play: func(s *Scene) {
			ctx, cancel := context.WithCancelCause(s.ctx)
			defer cancel(nil)
			after(s, 1, func() { cancel(errOwn) })
			s.do(s.requestIn(ctx, http.MethodPost, upstream.Hang, "hello"))
		}},
		{Name: "cancelled in the body", on: every(), play: func(s *Scene) {
			ctx, cancel := context.WithCancel(s.ctx)
			defer cancel()
			inBody(s, s.requestIn(ctx, get, upstream.Hang+"?head=1", ""), cancel)
		}},
		{Name: "cancelled in the body, with a cause", play: func(s *Scene) {
			ctx, cancel := context.WithCancelCause(s.ctx)
			defer cancel(nil)
			inBody(s, s.requestIn(ctx, get, upstream.Hang+"?head=1", ""), func() { cancel(errOwn) })
		}},
		{Name: "cancelled when all is read", play: func(s *Scene) {
			ctx, cancel := context.WithCancel(s.ctx)
			s.do(s.requestIn(ctx, get, upstream.Bytes+"?n=10", ""))
			cancel()
			s.do(s.request(get, upstream.Bytes+"?n=10", ""))
		}},
	}
}

func timeouts() []Case {
	const get = http.MethodGet
	within := func(path string, d time.Duration) func(*Scene) {
		return func(s *Scene) {
			ctx, cancel := context.WithTimeout(s.ctx, d)
			defer cancel()
			s.do(s.requestIn(ctx, get, path, ""))
		}
	}
	return []Case{
		{Name: "late before the head", on: every(), play: within(upstream.Hang, soon), mute: true},
		{Name: "late in the body", play: within(upstream.Hang+"?head=1", later), mute: true},
		{Name: "late before it is sent", play: func(s *Scene) {
			ctx, cancel := context.WithDeadline(s.ctx, time.Unix(1, 0))
			defer cancel()
			s.do(s.requestIn(ctx, get, upstream.Echo, ""))
		}},
		{Name: "late, with a cause", on: only(upstream.H1), mute: true, play: func(s *Scene) {
			ctx, cancel := context.WithTimeoutCause(s.ctx, soon, errOwn)
			defer cancel()
			s.do(s.requestIn(ctx, get, upstream.Hang, ""))
		}},
		{Name: "in time", play: func(s *Scene) {
			ctx, cancel := context.WithTimeout(s.ctx, time.Hour)
			defer cancel()
			s.do(s.requestIn(ctx, get, upstream.Bytes+"?n=10", ""))
		}},
		ask("the client's timeout before the head", get, upstream.Hang, "").over(every()...).with(timeout(soon)).unseen(),
		ask("the client's timeout in the body", get, upstream.Hang+"?head=1", "").with(timeout(later)).unseen(),
		ask("the client's timeout is kept", get, upstream.Bytes, "").with(timeout(time.Hour)),
		ask("the transport's timeout for the head", get, upstream.Hang, "").unseen().
			with(func(s *Scene) { s.base.ResponseHeaderTimeout = soon }),
	}
}

// timeout is a setup with a timeout of the client.
func timeout(d time.Duration) func(*Scene) { return func(s *Scene) { s.client.Timeout = d } }

// after calls f when the server has got n requests; the case goes on meanwhile.
func after(s *Scene, n int, f func()) {
	s.work.Go(func() {
		s.arrived(n)
		f()
	})
}

// inBody sends req, reads the first five bytes, calls f and reads on.
func inBody(s *Scene, req *http.Request, f func()) {
	resp, t := s.send(req)
	if resp == nil {
		return
	}
	b := make([]byte, 5)
	n, err := io.ReadFull(resp.Body, b)
	t.say("first read", "%q", b[:n])
	t.sayError("first read error", err)
	f()
	t.sayBody(resp)
	t.sayRequest()
}
