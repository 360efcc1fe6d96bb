// SPDX-License-Identifier: Apache-2.0

package deadline

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"
)

// watchers counts the goroutines that the library started because it could not
// attach a child to its parent context.
func watchers() int {
	stacks := make([]byte, 1<<20)
	return strings.Count(string(stacks[:runtime.Stack(stacks, true)]), "propagateCancel")
}

// foreign is a hand-made context such as the library can't look into.
type foreign struct {
	context.Context
	done chan struct{}
}

func (f foreign) Done() <-chan struct{} { return f.done }

// exchange is one real request whose server waits with the body until told.
type exchange struct {
	server   *httptest.Server
	body     chan struct{}
	watchers chan int // as counted by the server, while the client waits
}

func newExchange(t *testing.T) *exchange {
	t.Helper()
	x := &exchange{body: make(chan struct{}), watchers: make(chan int, 1)}
	x.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x.watchers <- watchers()
		_ = http.NewResponseController(w).Flush()
		select {
		case <-x.body:
			_, _ = io.WriteString(w, "paid")
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() {
		x.server.Client().CloseIdleConnections()
		x.server.Close()
	})
	return x
}

// get returns the response once its headers are there.
func (x *exchange) get(t *testing.T, ctx context.Context) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, x.server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := x.server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

func TestHTTPRequestCostsNoGoroutineOfItsOwn(t *testing.T) {
	for name, k := range map[string]struct {
		make func() context.Context
		want bool
	}{
		"lazy": {func() context.Context {
			ctx, lazy := begun(t.Context(), time.Minute, nil)
			t.Cleanup(lazy.End)
			return ctx
		}, false},
		"foreign": {func() context.Context { // shows that the count can see one
			f := foreign{t.Context(), make(chan struct{})}
			t.Cleanup(func() { close(f.done) })
			return f
		}, true},
	} {
		x := newExchange(t)
		response := x.get(t, k.make())
		if n := <-x.watchers; (n > 0) != k.want {
			t.Errorf("%s: %d goroutines watch a context", name, n)
		}
		close(x.body)
		if _, err := io.ReadAll(response.Body); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestChildrenOfEveryKindAttachWithoutAGoroutine(t *testing.T) {
	ctx, lazy := begun(t.Context(), time.Minute, nil)
	defer lazy.End()
	for _, parent := range []context.Context{ctx, context.WithValue(ctx, key{}, 1)} {
		child, cancel := context.WithCancel(parent)
		defer cancel()
		_, cancel = context.WithTimeout(child, time.Second)
		defer cancel()
		defer context.AfterFunc(parent, func() {})()
	}
	if n := watchers(); n > 0 {
		t.Errorf("%d goroutines watch a context", n)
	}
}

// P12: the context ends between the headers and the body, because the handler
// has returned. It must not end before End, and End must stop a body that is
// still read.
func TestP12_BodyIsReadableUntilEnd(t *testing.T) {
	x := newExchange(t)
	ctx, lazy := begun(t.Context(), time.Minute, nil)
	response := x.get(t, ctx)
	close(x.body)
	if body, err := io.ReadAll(response.Body); string(body) != "paid" || err != nil {
		t.Errorf("read %q, %v", body, err)
	}
	lazy.End()

	x = newExchange(t)
	ctx, lazy = begun(t.Context(), time.Minute, nil)
	response = x.get(t, ctx)
	lazy.End()
	if _, err := io.ReadAll(response.Body); !errors.Is(err, context.Canceled) {
		t.Errorf("after End the body reads with %v", err)
	}
}
