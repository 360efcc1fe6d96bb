// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"net/http"
	"strings"

	"github.com/fuseboard/fuseboard/internal/relay/upstream"
)

func redirects() []Case {
	const get, post = http.MethodGet, http.MethodPost
	to := func(status int) string { return upstream.Redirect(status, upstream.Echo).Path() }
	judge := func(c Case, err error) Case {
		c.setup = func(s *Scene) {
			s.client.CheckRedirect = func(req *http.Request, via []*http.Request) error {
				s.say("check", "%s %s after %d", req.Method, req.URL, len(via))
				return err
			}
		}
		return c
	}
	return []Case{
		ask("301", get, to(301), "").over(every()...),
		ask("301 after POST", post, to(301), "hello"),
		ask("302 after POST", post, to(302), "hello"),
		ask("303 after POST", post, to(303), "hello"),
		ask("303 after PUT", http.MethodPut, to(303), "hello"),
		ask("307 after POST", post, to(307), "hello").over(every()...),
		ask("308 after POST", post, to(308), "hello"),
		ask("302 after HEAD", http.MethodHead, to(302), ""),
		{Name: "307 after a stream", play: func(s *Scene) {
			s.do(s.streamed(to(307), strings.NewReader("hello")))
		}},
		ask("a chain", get, upstream.Redirect(302, upstream.Redirect(307, to(308)).Path()).Path(), "", "X-Mine: yes"),
		{Name: "ten redirects", play: func(s *Scene) {
			path := to(302)
			for range 10 {
				path = upstream.Redirect(302, path).Path()
			}
			s.do(s.request(get, path, ""))
		}},
		ask("no Location", get, upstream.Answer{Status: 302, Body: "where?"}.Path(), ""),
		ask("a bad Location", get, upstream.Redirect(302, "http://[::").Path(), ""),
		ask("another scheme", get, upstream.Redirect(302, "gopher://x/").Path(), ""),
		judge(ask("the last answer is enough", get, to(302), ""), http.ErrUseLastResponse),
		judge(ask("a redirect that is forbidden", get, to(302), ""), errOwn),
		judge(ask("a redirect that is allowed", get, to(302), ""), nil),
		ask("secrets stay with their host", get, to(302), "", "Authorization: Bearer x", "Cookie: a=1"),
		{Name: "secrets do not go to another host", play: func(s *Scene) {
			other := strings.Replace(s.url, "127.0.0.1", "localhost", 1) + upstream.Echo
			s.do(s.request(get, upstream.Redirect(302, other).Path(), "", "Authorization: Bearer x", "Cookie: a=1"))
		}},
		{Name: "cookies on the way", setup: func(s *Scene) { s.client.Jar = newJar() }, play: func(s *Scene) {
			s.do(s.request(get, upstream.Answer{
				Status: 302, Header: http.Header{"Location": {upstream.Cookies}, "Set-Cookie": {"a=1; Path=/"}},
			}.Path(), ""))
		}},
	}
}
