// SPDX-License-Identifier: Apache-2.0

package upstream

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Paths of the server. Every one reads the request's body first, unless it says otherwise.
const (
	// Echo answers with what came: method, path, trailers and body. Headers are for
	// [Server.Requests] to tell: some belong to the client's own machinery.
	Echo = "/echo"
	// Bytes answers with ?n= bytes (a to z, over and over), in chunks, or with ?length=1
	// under a Content-Length.
	Bytes = "/bytes"
	// Ranged answers with 26 bytes (a to z) and honours Range, If-None-Match and HEAD.
	Ranged = "/ranged"
	// Gzip answers with a compressed text, and with ?bad=head, ?bad=body or ?bad=cut with a broken one.
	Gzip = "/gzip"
	// Trailers answers with a body and two trailers, one announced.
	Trailers = "/trailers"
	// Cookies sets two cookies and answers with those that came.
	Cookies = "/cookies"
	// EarlyHints answers 103 twice, and then 200.
	EarlyHints = "/early-hints"
	// Stream sends ?n= events, each when [Server.Step] of ?name= allows it, and flushes each.
	Stream = "/stream"
	// Upgrade answers 101 and then sends back, in capitals, what comes. HTTP/1.1 only.
	Upgrade = "/upgrade"
	// Hang answers nothing until the client leaves; with ?head=1 it sends the head and
	// the five bytes "hello" first; with ?name= it answers at a step.
	Hang = "/hang"
	// Break breaks the connection (HTTP/2: the stream) before an answer; with ?head=1 after
	// the head and the five bytes "hello".
	Break = "/break"
	// Unread answers 413 without reading the body.
	Unread = "/unread"
	// Slow sends ?n= bytes, one every ?every= (a duration), each flushed.
	Slow = "/slow"
)

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	read := func(path string, h http.HandlerFunc) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return // the client left in the middle of its request
			}
			h(w, r)
		})
	}
	mux.HandleFunc(Echo, echo)
	mux.HandleFunc(Unread, unread)
	mux.HandleFunc(Upgrade, s.upgrade)
	read(answerPath, s.answer)
	read(Bytes, alphabet)
	read(Ranged, ranged)
	read(Gzip, compressed)
	read(Trailers, trailers)
	read(Cookies, cookies)
	read(EarlyHints, earlyHints)
	read(Stream, s.stream)
	read(Hang, s.hang)
	read(Break, breakOff)
	read(Slow, s.slow)
	return mux
}

func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", r.Method, r.URL.RequestURI())
	for _, name := range slices.Sorted(maps.Keys(r.Trailer)) {
		fmt.Fprintf(&b, "trailer %s: %s\n", name, r.Trailer.Get(name))
	}
	fmt.Fprintf(&b, "\n%s", body)
	w.Header().Set("Content-Type", "text/plain")
	_, _ = io.WriteString(w, b.String())
}

func unread(w http.ResponseWriter, _ *http.Request) {
	w.WriteHeader(http.StatusRequestEntityTooLarge)
	_, _ = io.WriteString(w, "too much")
}

func cookies(w http.ResponseWriter, r *http.Request) {
	var came []string
	for _, c := range r.Cookies() {
		came = append(came, c.Name+"="+c.Value)
	}
	slices.Sort(came)
	http.SetCookie(w, &http.Cookie{Name: "session", Value: "s1", Path: "/", HttpOnly: true})
	http.SetCookie(w, &http.Cookie{Name: "seen", Value: "yes", Path: "/"})
	_, _ = io.WriteString(w, strings.Join(came, " "))
}

func earlyHints(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Link", "</style.css>; rel=preload")
	w.WriteHeader(http.StatusEarlyHints)
	w.Header().Set("Link", "</script.js>; rel=preload")
	w.WriteHeader(http.StatusEarlyHints)
	w.Header().Set("X-Last", "yes")
	_, _ = io.WriteString(w, "at last")
}
