// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"context"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// request makes a request with a body that can be made again. Headers are "Name: value".
func (s *Scene) request(method, path, body string, header ...string) *http.Request {
	return s.requestIn(s.ctx, method, path, body, header...)
}

func (s *Scene) requestIn(ctx context.Context, method, path, body string, header ...string) *http.Request {
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, r)
	if err != nil {
		panic(err) // the table is wrong
	}
	for _, h := range header {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Add(name, value)
	}
	return req
}

// streamed makes a POST with a body that can be read once, of unknown length.
func (s *Scene) streamed(path string, body io.Reader) *http.Request {
	req := s.request(http.MethodPost, path, "")
	req.Body = io.NopCloser(body)
	req.ContentLength = -1
	return req
}

// tracked is what was known of a request before it was sent.
type tracked struct {
	scene    *Scene
	n        int
	req      *http.Request
	before   http.Request
	body     *bodyWitness // nil where there is no body
	rewound  atomic.Int64
	original func() (io.ReadCloser, error)
}

// track puts witnesses into req.
func (s *Scene) track(req *http.Request) *tracked {
	t := &tracked{scene: s, n: s.number(), req: req, original: req.GetBody}
	if req.Body != nil && req.Body != http.NoBody {
		t.body = &bodyWitness{ReadCloser: req.Body, closed: make(chan struct{})}
		req.Body = t.body
	}
	if t.original != nil {
		req.GetBody = func() (io.ReadCloser, error) {
			t.rewound.Add(1)
			return t.original()
		}
	}
	t.before = *req
	t.before.Header, t.before.Trailer = req.Header.Clone(), req.Trailer.Clone()
	if req.URL != nil {
		u := *req.URL
		t.before.URL = &u
	}
	return t
}

// say adds a fact about this request.
func (t *tracked) say(name, format string, args ...any) {
	t.scene.say(strconv.Itoa(t.n)+" "+name, format, args...)
}

// sayRequest tells what became of the caller's own request.
func (t *tracked) sayRequest() {
	var changed []string
	differs := func(name string, before, after any) {
		if !reflect.DeepEqual(before, after) {
			changed = append(changed, name)
		}
	}
	b, a := &t.before, t.req
	differs("method", b.Method, a.Method)
	differs("URL", b.URL, a.URL)
	differs("header", b.Header, a.Header)
	differs("trailer", b.Trailer, a.Trailer)
	differs("host", b.Host, a.Host)
	differs("length", b.ContentLength, a.ContentLength)
	differs("transfer encoding", b.TransferEncoding, a.TransferEncoding)
	differs("close", b.Close, a.Close)
	if b.Body != a.Body {
		changed = append(changed, "body")
	}
	if b.Context() != a.Context() {
		changed = append(changed, "context")
	}
	t.say("request: changed", "%q", changed)
	t.say("request: rewound", "%d", t.rewound.Load())
	if t.body != nil {
		select {
		case <-t.body.closed:
			t.say("request: body closed", "yes")
		case <-t.scene.ctx.Done():
			t.say("request: body closed", "never")
		}
	}
}

// bodyWitness sees a request's body closed.
type bodyWitness struct {
	io.ReadCloser
	once   sync.Once
	closed chan struct{}
	read   atomic.Int64
}

func (b *bodyWitness) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read.Add(int64(n))
	return n, err
}

func (b *bodyWitness) Close() error {
	err := b.ReadCloser.Close()
	b.once.Do(func() { close(b.closed) })
	return err
}
