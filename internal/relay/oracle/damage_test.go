// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// tripper is a transport in one function; idle connections are handed through.
type tripper struct {
	through
	trip func(*http.Request, http.RoundTripper) (*http.Response, error)
}

func (t tripper) RoundTrip(r *http.Request) (*http.Response, error) {
	return t.trip(r, t.RoundTripper)
}

func bad(trip func(*http.Request, http.RoundTripper) (*http.Response, error)) Wrap {
	return func(base http.RoundTripper) http.RoundTripper { return tripper{through{base}, trip} }
}

// badAnswer is a transport that does damage to every answer.
func badAnswer(f func(*http.Response)) Wrap {
	return bad(func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(r)
		if err == nil {
			f(resp)
		}
		return resp, err
	})
}

// badRequest is a transport that sends something else.
func badRequest(f func(*http.Request) *http.Request) Wrap {
	return bad(func(r *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(f(r))
		if err == nil {
			resp.Request = r // what is sent shall give it away, and not this
		}
		return resp, err
	})
}

// reader is a body that was tampered with; it cannot be written.
type reader struct {
	io.Reader
	io.Closer
}

// deafReader ends well where its body fails.
type deafReader struct{ io.Reader }

func (d deafReader) Read(p []byte) (int, error) {
	n, err := d.Reader.Read(p)
	if err != nil {
		err = io.EOF
	}
	return n, err
}

func opaque(r *http.Request, next http.RoundTripper) (*http.Response, error) {
	resp, err := next.RoundTrip(r)
	if err != nil {
		return nil, errors.New("something went wrong")
	}
	return resp, nil
}

// invented answers by itself.
func invented(r *http.Request, _ http.RoundTripper) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Body: http.NoBody, Request: r}, nil
}

func double(r *http.Request, next http.RoundTripper) (*http.Response, error) {
	first := r.Clone(r.Context())
	if r.GetBody != nil {
		first.Body, _ = r.GetBody()
	}
	if resp, err := next.RoundTrip(first); err == nil {
		_, _ = drain(resp)
	}
	return next.RoundTrip(r)
}

// status is the damage that every case with an answer notices, as opaque is for errors.
var status = badAnswer(func(r *http.Response) { r.StatusCode += 100 })

// damages are kinds of harm that a transport may do, with a case that notices.
var damages = []struct {
	name, noticed, by string // by is the beginning of a difference that must be among those found
	wrap              Wrap
}{
	{"status", "GET (HTTP/2)", "1 status", status},
	{"status text", "GET (HTTP/1.1)", "1 status", badAnswer(func(r *http.Response) { r.Status += "!" })},
	{"header", "headers that repeat (HTTP/1.1)", "1 header", badAnswer(func(r *http.Response) { r.Header.Del("Vary") })},
	{"body", "a body with a length (HTTP/2)", "1 body", badAnswer(func(r *http.Response) {
		r.Body = reader{io.MultiReader(io.LimitReader(r.Body, 99), bytes.NewReader([]byte("x"))), r.Body}
	})},
	{"body error", "closed in a chunk (HTTP/1.1)", "1 body error", badAnswer(func(r *http.Response) { r.Body = reader{deafReader{r.Body}, r.Body} })},
	{"body left open", "leaving in the middle (HTTP/1.1)", "server: got a handler does not end", badAnswer(func(r *http.Response) { r.Body = reader{r.Body, io.NopCloser(nil)} })},
	{"no writer", "an upgrade (HTTP/1.1)", "1 body can be written", badAnswer(func(r *http.Response) { r.Body = reader{r.Body, r.Body} })},
	{"buffered", "events one by one (HTTP/2)", "1 event", badAnswer(func(r *http.Response) {
		b, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(b))
	})},
	{"trailers", "trailers (HTTP/2)", "1 trailers announced", badAnswer(func(r *http.Response) { r.Trailer = nil })},
	{"protocol", "GET (HTTP/2)", "1 protocol", badAnswer(func(r *http.Response) { r.ProtoMajor = 1 })},
	{"length", "a body with a length (HTTP/1.1)", "1 content length", badAnswer(func(r *http.Response) { r.ContentLength = -1 })},
	{"encoding", "a body without a length (HTTP/1.1)", "1 transfer encoding", badAnswer(func(r *http.Response) { r.TransferEncoding = nil })},
	{"uncompressed", "gzip, unpacked (HTTP/1.1)", "1 uncompressed", badAnswer(func(r *http.Response) { r.Uncompressed = false })},
	{"TLS", "GET (HTTP/1.1 over TLS)", "1 TLS", badAnswer(func(r *http.Response) { r.TLS = nil })},
	{"whose request", "a round trip (HTTP/1.1)", "1 request is the caller's", badAnswer(func(r *http.Response) { r.Request = r.Request.Clone(r.Request.Context()) })},
	{"error", "nobody listens (HTTP/1.1)", "1 error", bad(opaque)},
	{"caller's header", "POST (HTTP/1.1)", "1 request: changed", badRequest(func(r *http.Request) *http.Request {
		if r.Header != nil {
			r.Header.Set("X-Fuseboard", "1")
		}
		return r
	})},
	{"one more header", "POST (HTTP/2)", "server: request 1", badRequest(func(r *http.Request) *http.Request {
		c := r.Clone(r.Context())
		c.Header.Set("X-Fuseboard", "1")
		return c
	})},
	{"caller's body", "POST (HTTP/1.1)", "1 request: changed", badRequest(func(r *http.Request) *http.Request {
		r.Body = io.NopCloser(r.Body)
		return r
	})},
	{"values", "values of the context reach the dialler (HTTP/1.1)", "dial", badRequest(func(r *http.Request) *http.Request {
		return r.WithContext(context.Background())
	})},
	{"trace", "early hints (HTTP/1.1)", "trace", badRequest(func(r *http.Request) *http.Request {
		return r.WithContext(context.Background())
	})},
	{"no rewind", "GOAWAY before POST (HTTP/2)", "1 error", badRequest(func(r *http.Request) *http.Request {
		c := r.Clone(r.Context())
		c.GetBody = nil
		return c
	})},
	{"length of the request", "POST (HTTP/1.1)", "server: request 1", badRequest(func(r *http.Request) *http.Request {
		c := r.Clone(r.Context())
		c.ContentLength = -1
		return c
	})},
	{"sent twice", "reset before the head, after POST (HTTP/1.1)", "server: requests", bad(double)},
	{"idle connections", "idle connections are closed (HTTP/1.1)", "server: connections used", func(base http.RoundTripper) http.RoundTripper {
		return struct{ http.RoundTripper }{base}
	}},
	{"deaf", "cancelled before the head (HTTP/1.1)", "1 error", badRequest(func(r *http.Request) *http.Request {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		context.AfterFunc(ctx, cancel)
		return r.WithContext(ctx)
	})},
}

func TestEveryDamageIsNoticed(t *testing.T) {
	byName := map[string]Case{}
	for _, c := range Cases() {
		byName[c.Name] = c
	}
	for _, d := range damages {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			c, ok := byName[d.noticed]
			if !ok {
				t.Fatalf("there is no case %q", d.noticed)
			}
			lines := Differences(account(t, c, nil), account(t, c, d.wrap))
			if !slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(l, d.by) }) {
				t.Errorf("%q does not notice by %q, but: %q", d.noticed, d.by, lines)
			}
		})
	}
}

func TestEveryCaseCanFail(t *testing.T) {
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			want := account(t, c, nil)
			notices := func(w Wrap) bool { return len(Differences(want, account(t, c, w))) > 0 }
			if !notices(status) && !notices(bad(opaque)) && !notices(bad(invented)) {
				t.Error("neither another status, nor another error, nor an invented answer is noticed")
			}
		})
	}
}

func TestAfterIsGivenTheTransportOfEveryPlay(t *testing.T) {
	var made, over []http.RoundTripper
	wrap := func(base http.RoundTripper) http.RoundTripper {
		made = append(made, &through{base})
		return made[len(made)-1]
	}
	for _, c := range Cases()[:3] {
		for _, w := range []Wrap{nil, wrap} {
			if _, err := c.Run(w, Options{After: func(r http.RoundTripper) { over = append(over, r) }}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(made) != 3 || !slices.Equal(made, over) {
		t.Errorf("made %v, over %v", made, over)
	}
}

// account plays c with w, which may be nil. What damage makes hang is ended soon.
func account(t *testing.T, c Case, w Wrap) Result {
	t.Helper()
	o := Options{}
	if w != nil {
		o.Patience = 2 * time.Second
	}
	r, err := c.Run(w, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
