// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"context"
	"net"
	"net/http"
	"sync"

	"github.com/fuseboard/fuseboard/internal/relay"
	"github.com/fuseboard/fuseboard/internal/relay/upstream"
)

// twice sends the same GET twice; between, f.
func twice(path string, f func(*Scene)) func(*Scene) {
	return func(s *Scene) {
		s.do(s.request(http.MethodGet, path, ""))
		if f != nil {
			f(s)
		}
		s.do(s.request(http.MethodGet, path, ""))
	}
}

func connections() []Case {
	const get = http.MethodGet
	bytes := upstream.Bytes + "?n=10"
	return []Case{
		{Name: "a connection is used again", on: every(), play: twice(bytes, nil)},
		{Name: "idle connections are closed", on: []upstream.Protocol{upstream.H1, upstream.H1TLS}, play: twice(bytes, func(s *Scene) { s.client.CloseIdleConnections() })},
		{Name: "no connection is kept", play: twice(bytes, nil), setup: func(s *Scene) { s.base.DisableKeepAlives = true }},
		{Name: "the server closes after its answer", on: every(), play: twice(upstream.Answer{Header: http.Header{"Connection": {"close"}}}.Path(), nil)},
		{Name: "the caller closes after its request", play: func(s *Scene) {
			for range 2 {
				req := s.request(get, bytes, "")
				req.Close = true
				s.do(req)
			}
		}},
		{Name: "one request sent twice", play: func(s *Scene) {
			req := s.request(get, bytes, "")
			s.do(req)
			s.do(req)
		}},
		{Name: "events of a trace", on: every(), play: func(s *Scene) {
			for range 2 {
				req, trace := s.traced(s.request(http.MethodPost, upstream.Echo, "hello"))
				s.do(req)
				trace.say(1)
			}
		}},
		{Name: "values of the context reach the dialler", setup: func(s *Scene) {
			s.base.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
				s.say("dial", "%v", ctx.Value(mark{}))
				var d net.Dialer
				return d.DialContext(ctx, network, addr)
			}
		}, play: func(s *Scene) {
			s.do(s.requestIn(context.WithValue(s.ctx, mark{}, "the caller's"), get, bytes, ""))
		}},
		{Name: "a connection that broke while it was idle", on: only(upstream.H1), faults: []relay.Fault{{}}, play: twice(bytes, func(s *Scene) {
			s.relay.ResetAll()
			_ = s.relay.Await(s.ctx, func(c relay.Counts) bool { return c.Open == 0 })
		})},
		{Name: "eight at once", play: func(s *Scene) {
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					resp, err := s.client.Do(s.request(get, upstream.Bytes+"?n=100000", "", "X-Mine: yes"))
					if err != nil {
						s.say("error", "%v", err)
						return
					}
					n, err := drain(resp)
					s.say("answer", "%d %d %v", resp.StatusCode, n, err)
				})
			}
			all.Wait()
		}, mute: true},
	}
}

// mark is the key of a value that a case puts into a context.
type mark struct{}

func goAways() []Case {
	goAway := upstream.Options{GoAway: 1}
	h2 := only(upstream.H2)
	return []Case{
		{Name: "GOAWAY before GET", on: h2, server: goAway, play: func(s *Scene) {
			s.do(s.request(http.MethodGet, upstream.Echo, ""))
		}},
		{Name: "GOAWAY before POST", on: h2, server: goAway, play: func(s *Scene) {
			s.do(s.request(http.MethodPost, upstream.Echo, "hello"))
		}},
	}
}
