// SPDX-License-Identifier: Apache-2.0

package httpserver_test

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/clients/httpserver"
)

// deed is something that a handler does with its request, and how it is asked.
type deed struct {
	what    string
	method  string // GET where empty
	body    string
	trailer bool // the request has one
	headers []string
	handler http.HandlerFunc
}

// only hides what a reader can do besides reading.
type only struct{ io.Reader }

var page = strings.Repeat("0123456789", 2000)

var deeds = []deed{
	{what: "nothing", handler: func(http.ResponseWriter, *http.Request) {}},
	{what: "HEAD", method: http.MethodHead, handler: func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }},
	{what: "a body", handler: func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") }},
	{what: "a string", handler: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }},
	{what: "a large body", handler: func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, page) }},
	{what: "copied", handler: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.Copy(w, only{strings.NewReader(page)}) }},
	{what: "its length", handler: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "3")
		fmt.Fprint(w, "abc")
	}},
	{what: "too long", handler: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "3")
		_, err := fmt.Fprint(w, "abcdef")
		if err == nil {
			panic("nobody noticed")
		}
	}},
	{what: "too short", handler: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "9")
		fmt.Fprint(w, "abc")
	}},
	{what: "201", handler: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(201); fmt.Fprint(w, "made") }},
	{what: "204", handler: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204); fmt.Fprint(w, "no") }},
	{what: "304", handler: func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Etag", `"1"`); w.WriteHeader(304) }},
	{what: "redirect", handler: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/next", http.StatusFound) }},
	{what: "not found", handler: http.NotFound},
	{what: "500", handler: func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "broken", 500) }},
	{what: "a status twice", handler: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(202); w.WriteHeader(500) }},
	{what: "early hints", handler: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", "</a.css>; rel=preload")
		w.WriteHeader(103)
		w.WriteHeader(102)
		w.WriteHeader(201)
	}},
	{what: "expects 100", method: http.MethodPost, body: "hello", headers: []string{"Expect", "100-continue"}, handler: copyBody},
	{
		what: "expects 100 and gets 417", method: http.MethodPost, body: "hello", headers: []string{"Expect", "100-continue"},
		handler: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(417) },
	},
	{what: "flushed", handler: func(w http.ResponseWriter, _ *http.Request) {
		for range 3 {
			fmt.Fprint(w, "data: tick\n\n")
			w.(http.Flusher).Flush() //nolint:errcheck // as handlers do
		}
	}},
	{what: "flushed by a controller", handler: func(w http.ResponseWriter, _ *http.Request) {
		if err := http.NewResponseController(w).Flush(); err != nil {
			panic(err)
		}
		w.WriteHeader(500) // too late
	}},
	{what: "trailers", handler: func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		fmt.Fprint(w, "hello")
		w.Header().Set("X-Sum", "5")
		w.Header().Set(http.TrailerPrefix+"X-More", "6")
	}},
	{what: "echo", method: http.MethodPost, body: page, handler: copyBody},
	{what: "request trailers", method: http.MethodPost, body: "hello", trailer: true, handler: func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, r.Trailer)
	}},
	{what: "full duplex", method: http.MethodPost, body: "hello", handler: func(w http.ResponseWriter, r *http.Request) {
		err := http.NewResponseController(w).EnableFullDuplex()
		w.WriteHeader(200)
		copyBody(w, r)
		fmt.Fprint(w, " ", err)
	}},
	{what: "deadlines", method: http.MethodPost, body: "hello", handler: func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		fmt.Fprint(w, c.SetReadDeadline(time.Now().Add(time.Hour)), c.SetWriteDeadline(time.Now().Add(time.Hour)))
		copyBody(w, r)
	}},
	{what: "a range", headers: []string{"Range", "bytes=2-5"}, handler: func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "a.txt", time.Time{}, strings.NewReader(page))
	}},
	{what: "too large a body", method: http.MethodPost, body: page, handler: func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, 10))
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
	}},
	{what: "a body nobody reads", method: http.MethodPost, body: page, handler: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(202) }},
	{what: "a form", method: http.MethodPost, handler: func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.FormValue("a")) }},
	{what: "a mux", handler: func(w http.ResponseWriter, r *http.Request) {
		mux := http.NewServeMux()
		mux.HandleFunc("GET /{rest...}", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Pattern, r.PathValue("rest")) })
		mux.ServeHTTP(w, r)
	}},
	{what: "a limit of time", handler: func(w http.ResponseWriter, r *http.Request) {
		http.TimeoutHandler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), time.Second, "slow").ServeHTTP(w, r)
	}},
	{what: "abort", handler: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
	{what: "panic", handler: func(http.ResponseWriter, *http.Request) { panic("boom") }},
	{what: "panic in the body", handler: func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, page)
		_ = http.NewResponseController(w).Flush()
		panic("boom")
	}},
	{what: "what the writer is", handler: func(w http.ResponseWriter, _ *http.Request) {
		_, flusher := w.(http.Flusher)
		_, hijacker := w.(http.Hijacker)
		_, pusher := w.(http.Pusher)
		_, text := w.(io.StringWriter)
		fmt.Fprint(w, flusher, hijacker, pusher, text)
	}},
	{what: "push", handler: func(w http.ResponseWriter, _ *http.Request) {
		if p, ok := w.(http.Pusher); ok {
			fmt.Fprint(w, p.Push("/a.css", nil))
		}
	}},
}

func copyBody(w http.ResponseWriter, r *http.Request) { _, _ = io.Copy(w, r.Body) }

func TestWhatAServerDoesIsTheSameWithAndWithout(t *testing.T) {
	both(t, func(t *testing.T, two bool) {
		for _, d := range deeds {
			synctest.Test(t, func(t *testing.T) {
				s := guard(t, httpserver.Options{})
				bare, guarded := account(t, d, d.handler, two), account(t, d, s.Middleware(d.handler), two)
				if bare != guarded {
					t.Errorf("%s: without\n%s\nwith\n%s", d.what, bare, guarded)
				}
				synctest.Wait()
				if n := s.Guard().Stats(); n.Attempts != 1 || n.Gate.InUse != 0 {
					t.Errorf("%s: %+v", d.what, n)
				}
			})
		}
	})
}

// account tells all that a client sees of a deed.
func account(t *testing.T, d deed, h http.Handler, two bool) string {
	t.Helper()
	var seen bytes.Buffer
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		Got1xxResponse: func(code int, h textproto.MIMEHeader) error { fmt.Fprintln(&seen, code, h); return nil },
		Got100Continue: func() { fmt.Fprintln(&seen, "go on") },
	})
	body, form := d.formOrBody()
	r, err := http.NewRequestWithContext(ctx, cmp.Or(d.method, http.MethodGet), "http://service/", body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(d.headers); i += 2 {
		r.Header.Set(d.headers[i], d.headers[i+1])
	}
	if form != "" {
		r.Header.Set("Content-Type", form)
	}
	if d.trailer {
		r.Trailer, r.ContentLength = http.Header{"X-Sum": {"5"}}, -1
	}
	client := serve(t, h, two)
	if transport, ok := client.Transport.(*http.Transport); ok {
		transport.ExpectContinueTimeout = time.Minute
	}
	resp, err := client.Do(r)
	if err != nil {
		return seen.String() + plainError(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	resp.Header.Del("Date")
	fmt.Fprintln(&seen, resp.StatusCode, resp.Header, resp.Trailer, resp.ContentLength, resp.TransferEncoding, resp.Close, len(text))
	return seen.String() + string(text[:min(len(text), 200)]) + plainError(err)
}

// plainError is an error without what differs from run to run.
func plainError(err error) string {
	if err == nil {
		return ""
	}
	return "\nerror: " + err.Error()
}

func (d deed) formOrBody() (body io.Reader, contentType string) {
	if d.what != "a form" {
		return strings.NewReader(d.body), ""
	}
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	_ = form.WriteField("a", "from the form")
	_ = form.Close()
	return &b, form.FormDataContentType()
}

func TestDeedsAreEachTriedOnce(t *testing.T) {
	var names []string
	for _, d := range deeds {
		if slices.Contains(names, d.what) {
			t.Errorf("%s is there twice", d.what)
		}
		names = append(names, d.what)
	}
	if len(names) < 35 {
		t.Errorf("only %d deeds", len(names))
	}
}
