// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"io"
	"net/http"
	"strings"
	"testing/iotest"
	"time"

	"github.com/fuseboard/fuseboard/internal/relay/upstream"
)

func uploads() []Case {
	const post = http.MethodPost
	long := strings.Repeat("0123456789", 100_000)
	stream := func(r func() io.Reader) func(*Scene) {
		return func(s *Scene) { s.do(s.streamed(upstream.Echo, r())) }
	}
	sized := func(n int64) func(*Scene) {
		return func(s *Scene) {
			req := s.streamed(upstream.Echo, strings.NewReader("hello"))
			req.ContentLength = n
			s.do(req)
		}
	}
	return []Case{
		ask("POST", post, upstream.Echo, "hello", "Content-Type: text/plain").over(every()...),
		ask("POST with a key", post, upstream.Echo, "hello", "Idempotency-Key: k1"),
		ask("POST of much", post, upstream.Echo, long).over(every()...),
		ask("POST of nothing", post, upstream.Echo, ""),
		ask("PUT", http.MethodPut, upstream.Echo, "hello"),
		ask("PATCH", http.MethodPatch, upstream.Echo, "hello"),
		ask("DELETE", http.MethodDelete, upstream.Echo, ""),
		ask("DELETE with a body", http.MethodDelete, upstream.Echo, "hello"),
		ask("OPTIONS", http.MethodOptions, upstream.Echo, ""),
		ask("a method of nobody", "PURGE", upstream.Echo, ""),
		ask("GET with a body", http.MethodGet, upstream.Echo, "hello"),
		ask("an answer before the body is read", post, upstream.Unread, "hello"),
		{Name: "POST of a stream", on: every(), play: stream(func() io.Reader { return strings.NewReader("hello") })},
		{Name: "POST of a long stream", play: stream(func() io.Reader { return strings.NewReader(long) })},
		{Name: "POST byte by byte", play: stream(func() io.Reader { return iotest.OneByteReader(strings.NewReader("hello")) })},
		{Name: "a body that fails", mute: true, play: stream(func() io.Reader { return io.MultiReader(strings.NewReader("he"), iotest.ErrReader(errOwn)) })},
		{Name: "a body that fails at once", mute: true, play: stream(func() io.Reader { return iotest.ErrReader(errOwn) })},
		{Name: "a body that is shorter than said", mute: true, play: sized(10)},
		{Name: "a body that is longer than said", on: only(upstream.H2), mute: true, play: sized(3)},
		{Name: "trailers of a request", play: func(s *Scene) {
			req := s.streamed(upstream.Echo, strings.NewReader("hello"))
			req.Trailer = http.Header{"X-Sum": {"5"}}
			s.do(req)
		}},
		{Name: "NoBody", play: func(s *Scene) {
			req := s.request(post, upstream.Echo, "")
			req.Body = http.NoBody
			s.do(req)
		}},
		{Name: "Expect, and told to continue", setup: patientExpect, play: func(s *Scene) {
			req, trace := s.traced(s.request(post, upstream.Echo, "hello", "Expect: 100-continue"))
			s.do(req)
			trace.say(1)
		}},
		{Name: "Expect, and refused", setup: patientExpect, play: func(s *Scene) {
			resp, t := s.send(s.request(post, upstream.Unread, "hello", "Expect: 100-continue"))
			if resp != nil {
				t.sayBody(resp)
			}
			t.say("bytes read of the body", "%d", t.body.read.Load())
			t.sayRequest()
		}},
	}
}

// patientExpect never sends a body because nobody said continue.
func patientExpect(s *Scene) { s.base.ExpectContinueTimeout = time.Minute }
