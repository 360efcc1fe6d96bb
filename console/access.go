// SPDX-License-Identifier: Apache-2.0

package console

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"strings"

	"github.com/fuseboard/fuseboard/console/api"
)

// handler is everything that stands before the API, and the API.
func (s *Server) handler() http.Handler {
	routes := s.routes()
	sameSite := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.running.Add(1)
		defer s.running.Done()
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		switch {
		case !s.calledRightly(r.Host):
			refuse(w, http.StatusMisdirectedRequest, api.ErrorBody{
				Code: "host", Message: "this is not " + shown(r.Host) + ": call the console by localhost or an address of loopback, or name the host in console.Options.Hosts",
			})
		case !s.knowsToken(r):
			h.Set("WWW-Authenticate", `Bearer realm="fuseboard"`)
			refuse(w, http.StatusUnauthorized, api.ErrorBody{Code: api.CodeUnauthorised, Message: "the token is missing or not this node's: send the one of its token file as Authorization: Bearer TOKEN"})
		case sameSite.Check(r) != nil:
			refuse(w, http.StatusForbidden, api.ErrorBody{Code: "cross-origin", Message: "a page of another site sent this: nothing was done"})
		default:
			r.Body = http.MaxBytesReader(w, r.Body, mostBody)
			routes.ServeHTTP(w, r)
		}
	})
}

// calledRightly reports whether a client that called this server by that name meant it. A page in a browser can
// give any name of its own site the address of loopback, and would be of the same site then.
func (s *Server) calledRightly(host string) bool {
	if s.hosts == nil {
		return true // the client has verified the name of the certificate
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	return api.IsLoopback(host) || s.hosts[host]
}

// knowsToken takes the same time whatever is wrong with what was sent.
func (s *Server) knowsToken(r *http.Request) bool {
	const scheme = "bearer "
	sent := r.Header.Get("Authorization")
	if len(sent) < len(scheme) || !strings.EqualFold(sent[:len(scheme)], scheme) {
		return false
	}
	sum := sha256.Sum256([]byte(sent[len(scheme):]))
	return subtle.ConstantTimeCompare(sum[:], s.token[:]) == 1
}
