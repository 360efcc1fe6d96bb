// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"net/http"
	"time"

	"github.com/fuseboard/fuseboard/internal/relay/upstream"
)

// every is all protocols.
func every() []upstream.Protocol {
	return []upstream.Protocol{upstream.H1, upstream.H1TLS, upstream.H2, upstream.H2C}
}

func only(p ...upstream.Protocol) []upstream.Protocol { return p }

// ask is a case of one request.
func ask(name, method, path, body string, header ...string) Case {
	return Case{Name: name, play: func(s *Scene) { s.do(s.request(method, path, body, header...)) }}
}

// got is a case of one GET that is answered so.
func got(name string, a upstream.Answer) Case { return ask(name, http.MethodGet, a.Path(), "") }

func (c Case) over(p ...upstream.Protocol) Case { c.on = p; return c }
func (c Case) with(f func(*Scene)) Case         { c.setup = f; return c }
func (c Case) unseen() Case                     { c.mute = true; return c }

func answers() []Case {
	until := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	return []Case{
		ask("GET", http.MethodGet, upstream.Echo, "").over(every()...),
		ask("HEAD", http.MethodHead, upstream.Bytes+"?n=26&length=1", "").over(every()...),
		ask("a body with a length", http.MethodGet, upstream.Bytes+"?n=100&length=1", ""),
		ask("a body without a length", http.MethodGet, upstream.Bytes+"?n=100", ""),
		ask("a large body", http.MethodGet, upstream.Bytes+"?n=3000000", "").over(every()...),
		ask("a part of a body", http.MethodGet, upstream.Ranged, "", "Range: bytes=3-7"),
		ask("a part that is not there", http.MethodGet, upstream.Ranged, "", "Range: bytes=100-200"),
		ask("not modified", http.MethodGet, upstream.Ranged, "", `If-None-Match: "v1"`),
		ask("not found", http.MethodGet, "/nowhere", ""),
		got("an empty body", upstream.Answer{}),
		got("no content", upstream.Answer{Status: 204}),
		got("reset content", upstream.Answer{Status: 205}),
		got("a status of nobody", upstream.Answer{Status: 299, Body: "odd"}),
		got("unauthorized", upstream.Answer{Status: 401, Header: http.Header{"Www-Authenticate": {"Basic realm=x"}}}),
		got("internal error", upstream.Answer{Status: 500, Body: "sorry"}),
		got("unavailable", upstream.Storm(0)),
		got("throttled for seconds", upstream.Throttled(0, 3*time.Second)),
		got("throttled until a date", upstream.ThrottledUntil(0, until)),
		got("headers that repeat", upstream.Answer{Header: http.Header{"X-A": {"2", "1"}, "Vary": {"Accept", "Origin"}}}),
		{Name: "cookies without a jar", play: func(s *Scene) {
			s.do(s.request(http.MethodGet, upstream.Cookies, "", "Cookie: own=1"))
		}},
		{
			Name:  "cookies with a jar",
			setup: func(s *Scene) { s.client.Jar = newJar() },
			play: func(s *Scene) {
				for range 2 {
					s.do(s.request(http.MethodGet, upstream.Cookies, ""))
				}
			},
		},
		{Name: "a head that is too large", play: func(s *Scene) {
			s.do(s.request(http.MethodGet, upstream.Answer{Header: http.Header{"X-Big": {string(make3000())}}}.Path(), ""))
		}, setup: func(s *Scene) { s.base.MaxResponseHeaderBytes = 1000 }},
	}
}

func codings() []Case {
	return []Case{
		ask("gzip, unpacked", http.MethodGet, upstream.Gzip, "").over(every()...),
		ask("gzip, as asked for", http.MethodGet, upstream.Gzip, "", "Accept-Encoding: gzip"),
		ask("gzip that was not asked for", http.MethodGet, upstream.Gzip, "").with(func(s *Scene) { s.base.DisableCompression = true }),
		ask("gzip with a bad head", http.MethodGet, upstream.Gzip+"?bad=head", ""),
		ask("gzip with a bad sum", http.MethodGet, upstream.Gzip+"?bad=body", ""),
		ask("gzip that ends early", http.MethodGet, upstream.Gzip+"?bad=cut", ""),
		ask("trailers", http.MethodGet, upstream.Trailers, "").over(every()...),
		{Name: "trailers that are not read", play: func(s *Scene) {
			resp, t := s.send(s.request(http.MethodGet, upstream.Trailers, ""))
			if resp != nil {
				t.sayError("close error", resp.Body.Close())
				t.say("trailer", "%s", s.headers(resp.Trailer))
			}
		}},
	}
}
