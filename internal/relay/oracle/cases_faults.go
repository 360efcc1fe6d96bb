// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"io"
	"net/http"

	"github.com/fuseboard/fuseboard/internal/relay"
	"github.com/fuseboard/fuseboard/internal/relay/upstream"
)

// drain reads and closes a body, and returns its size.
func drain(resp *http.Response) (int64, error) {
	n, err := io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return n, err
}

func faults() []Case {
	const get, post = http.MethodGet, http.MethodPost
	through := func(c Case, f relay.Fault, on ...upstream.Protocol) Case {
		c.faults, c.on = []relay.Fault{f}, on
		return c
	}
	sized, chunked := upstream.Bytes+"?n=26&length=1", upstream.Bytes+"?n=26"
	h1 := upstream.H1
	return []Case{
		through(ask("reset before the head, after GET", get, sized, ""), relay.Fault{Raw: true, End: relay.Reset}, h1),
		through(ask("reset before the head, after POST", post, upstream.Echo, "hello"), relay.Fault{Raw: true, End: relay.Reset}, h1),
		through(ask("reset in the head", get, sized, ""), relay.Fault{Raw: true, End: relay.Reset, At: 20}, h1),
		through(ask("reset in the body", get, sized, ""), relay.Fault{End: relay.Reset, At: 5}, h1),
		through(ask("closed before the head", post, upstream.Echo, "hello"), relay.Fault{Raw: true, End: relay.Cut}, h1),
		through(ask("closed before the length is reached", get, sized, ""), relay.Fault{End: relay.Cut, At: 5}, h1),
		through(ask("closed in a chunk", get, chunked, ""), relay.Fault{End: relay.Cut, At: 9}, h1),
		through(ask("closed in the size of a chunk", get, chunked, ""), relay.Fault{End: relay.Cut, At: 1}, h1),
		through(ask("a head that is no HTTP", get, sized, ""), relay.Fault{Raw: true, Corrupt: []int64{0}}, h1),
		through(ask("a chunk's size that is no number", get, chunked, ""), relay.Fault{Corrupt: []int64{0}}, h1),
		through(ask("a body that came corrupt", get, sized, ""), relay.Fault{Corrupt: []int64{3}}, h1),
		through(ask("gzip that came corrupt", get, upstream.Gzip, ""), relay.Fault{Corrupt: []int64{0}}, h1),
		through(ask("refused at the first byte", get, sized, ""), relay.Fault{Refuse: true}, h1),
		through(ask("swallowed", get, sized, "").with(timeout(soon)), relay.Fault{Swallow: true}, h1),
		through(ask("swallowed, with a handshake", get, sized, "").with(timeout(soon)), relay.Fault{Swallow: true}, upstream.H1TLS),
		through(ask("stalled in the body", get, sized, "").with(timeout(later)).unseen(), relay.Fault{End: relay.Stall, At: 5}, h1),
		through(ask("a slow head", get, sized, ""), relay.Fault{HeadEvery: 1}, h1),
		through(ask("a slow line", get, upstream.Bytes+"?n=2000", ""), relay.Fault{Rate: 100_000}, every()...),
		{Name: "nobody listens", faults: []relay.Fault{}, play: func(s *Scene) {
			s.relay.Down()
			s.do(s.request(post, upstream.Echo, "hello"))
		}},
		ask("broken before the head", post, upstream.Break, "hello"),
		ask("broken in the body", post, upstream.Break+"?head=1", "hello"),
	}
}

func handshakes() (all []Case) {
	for _, f := range []upstream.TLSFault{upstream.Expired, upstream.WrongName, upstream.Abort, upstream.Plain} {
		c := ask(string(f), http.MethodPost, upstream.Echo, "hello").over(upstream.H1TLS, upstream.H2).unseen()
		c.server.TLS = f
		all = append(all, c)
	}
	stranger := ask("a certificate that nobody trusts", http.MethodGet, upstream.Echo, "").unseen()
	stranger.setup = func(s *Scene) { s.base.TLSClientConfig.RootCAs = nil }
	return append(all, stranger.over(upstream.H1TLS, upstream.H2))
}
