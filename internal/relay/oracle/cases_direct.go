// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/fuseboard/fuseboard/internal/relay/upstream"
)

// direct is about the transport by itself: what a RoundTripper promises.
func direct() []Case {
	const get, post = http.MethodGet, http.MethodPost
	bent := func(name string, f func(*http.Request)) Case {
		return Case{Name: name, play: func(s *Scene) {
			req := s.request(post, upstream.Echo, "hello")
			f(req)
			s.roundTrip(req)
		}}
	}
	return []Case{
		bent("a round trip", func(*http.Request) {}).over(every()...),
		bent("a round trip follows no redirect", func(r *http.Request) {
			r.URL.RawQuery = strings.SplitN(upstream.Redirect(302, upstream.Echo).Path(), "?", 2)[1]
			r.URL.Path = "/answer"
		}),
		bent("no URL", func(r *http.Request) { r.URL = nil }),
		bent("no headers", func(r *http.Request) { r.Header = nil }),
		bent("no host", func(r *http.Request) { r.URL.Host = "" }),
		bent("a scheme that nobody speaks", func(r *http.Request) { r.URL.Scheme = "gopher" }),
		bent("a method that is none", func(r *http.Request) { r.Method = "GE T" }),
		bent("a header's name that is none", func(r *http.Request) { r.Header["X y"] = []string{"1"} }),
		bent("a header's value that is none", func(r *http.Request) { r.Header["X-Y"] = []string{"1\n2"} }),
		bent("an empty method is GET", func(r *http.Request) { r.Method, r.Body, r.GetBody, r.ContentLength = "", nil, nil, 0 }),
	}
}

// oddities are requests that few write, through a client.
func oddities() []Case {
	const get = http.MethodGet
	bent := func(name string, f func(*http.Request)) Case {
		return Case{Name: name, play: func(s *Scene) {
			req := s.request(get, upstream.Echo+"?a=1&b=%20", "", "X-Mine: yes", "X-Mine: and no")
			f(req)
			s.do(req)
		}}
	}
	return []Case{
		bent("headers of the caller", func(*http.Request) {}).over(every()...),
		bent("another host", func(r *http.Request) { r.Host = "shop.example" }),
		bent("a name and a password", func(r *http.Request) { r.URL.User = url.UserPassword("me", "secret") }),
		bent("no user agent", func(r *http.Request) { r.Header["User-Agent"] = []string{""} }),
		bent("a user agent", func(r *http.Request) { r.Header.Set("User-Agent", "mine/1") }),
		bent("a fragment", func(r *http.Request) { r.URL.Fragment = "part" }),
		bent("an opaque URL", func(r *http.Request) { r.URL.Opaque = "//" + r.URL.Host + "/echo?opaque" }),
		bent("an escaped path", func(r *http.Request) { r.URL.Path, r.URL.RawPath = "/echo/a/b", "/echo/a%2Fb" }),
		{Name: "a helper of the client", play: func(s *Scene) {
			//nolint:noctx // this very function is the case
			resp, err := s.client.PostForm(s.url+upstream.Echo, url.Values{"a": {"1"}, "b": {"2"}})
			if err != nil {
				s.say("error", "%v", err)
				return
			}
			n, err := drain(resp)
			s.say("answer", "%d %d %v", resp.StatusCode, n, err)
		}},
	}
}
