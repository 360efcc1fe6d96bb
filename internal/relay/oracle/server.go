// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard/internal/relay/upstream"
)

// sayServer tells what the server saw, once its handlers have ended.
func (s *Scene) sayServer() {
	if s.mute {
		return
	}
	done := func(all []upstream.Request) bool {
		return !slices.ContainsFunc(all, func(r upstream.Request) bool { return !r.Done })
	}
	if err := s.server.Await(s.ctx, done); err != nil {
		s.say("server", "a handler does not end: %v", err)
	}
	all := s.server.Requests()
	s.say("server: requests", "%d", len(all))
	conns := map[int]int{} // numbered as they are used: net/http may make more than it uses
	for _, r := range all {
		if conns[r.Conn] == 0 {
			conns[r.Conn] = len(conns) + 1
		}
	}
	s.say("server: connections used", "%d", len(conns))
	for i, r := range all {
		s.say(fmt.Sprintf("server: request %d", i+1), "%s %s %s %s length %d %v conn %d\n\t%s\n\tbody %s complete %v trailer %s",
			r.Method, r.Path, r.Host, r.Proto, r.ContentLength, r.TransferEncoding, conns[r.Conn],
			s.headers(r.Header), text(r.Body), r.Complete, s.headers(r.Trailer))
	}
}

// headers tells headers in order, without the date and what the account ignores.
func (s *Scene) headers(h http.Header) string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(h)) {
		ignored := slices.ContainsFunc(s.ignore, func(p string) bool { return strings.HasPrefix(name, p) })
		if name != "Date" && !ignored {
			lines = append(lines, fmt.Sprintf("%s: %q", name, h[name]))
		}
	}
	return strings.Join(lines, "; ")
}

// text tells a body: as it is, or its size and sum.
func text(b []byte) string {
	if len(b) <= 200 {
		return fmt.Sprintf("%q", b)
	}
	return fmt.Sprintf("%d bytes, sha256 %x", len(b), sha256.Sum256(b))
}
