// SPDX-License-Identifier: Apache-2.0

package httpserver_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/clients/httpserver"
)

func TestResponseControllerWorks(t *testing.T) {
	both(t, func(t *testing.T, two bool) {
		synctest.Test(t, func(t *testing.T) {
			var slow error
			var after time.Duration
			began := time.Now()
			client := serve(t, guard(t, httpserver.Options{}).Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				c := http.NewResponseController(w)
				if err := errors.Join(c.EnableFullDuplex(), c.SetWriteDeadline(time.Now().Add(time.Hour)), c.SetReadDeadline(time.Now().Add(time.Second))); err != nil {
					t.Error(err)
				}
				fmt.Fprint(w, "begun")
				if err := c.Flush(); err != nil {
					t.Error(err)
				}
				_, slow = io.ReadAll(r.Body) // which never comes
				after = time.Since(began)
			})), two)
			body, never := io.Pipe()
			defer func() { _ = never.Close() }()
			r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://service/", body)
			resp, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = resp.Body.Close() }()
			first := make([]byte, 5)
			if _, err := io.ReadFull(resp.Body, first); err != nil || string(first) != "begun" || time.Since(began) != 0 {
				t.Errorf("%q after %s, %v", first, time.Since(began), err)
			}
			_, _ = io.ReadAll(resp.Body)
			if after != time.Second || !errors.Is(slow, os.ErrDeadlineExceeded) {
				t.Errorf("the reading ended after %s with %v", after, slow)
			}
		})
	})
}

// An upgrade: the permit goes back when the handler returns, the connection is the
// handler's for as long as it likes.
func TestHijackedConnectionIsTheHandlers(t *testing.T) {
	for what, hijack := range map[string]func(http.ResponseWriter) (io.ReadWriteCloser, error){
		"by a controller": func(w http.ResponseWriter) (io.ReadWriteCloser, error) {
			conn, _, err := http.NewResponseController(w).Hijack()
			return conn, err
		},
		"by assertion": func(w http.ResponseWriter) (io.ReadWriteCloser, error) {
			h, ok := w.(http.Hijacker)
			if !ok {
				return nil, http.ErrNotSupported
			}
			conn, _, err := h.Hijack()
			return conn, err
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := guard(t, httpserver.Options{})
			client := serve(t, s.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				conn, err := hijack(w)
				if err != nil {
					t.Error(err)
					return
				}
				go func() {
					defer func() { _ = conn.Close() }()
					_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
					line, _ := bufio.NewReader(conn).ReadString('\n')
					_, _ = io.WriteString(conn, "echo "+line)
				}()
			})), false)
			r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://service/", nil)
			r.Header.Set("Connection", "Upgrade")
			r.Header.Set("Upgrade", "echo")
			resp, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			conn, ok := resp.Body.(io.ReadWriteCloser)
			if resp.StatusCode != http.StatusSwitchingProtocols || !ok {
				t.Fatalf("%s: %d", what, resp.StatusCode)
			}
			synctest.Wait()
			if n := s.Guard().Stats(); n.Successes != 1 || n.Gate.InUse != 0 {
				t.Errorf("%s: %+v", what, n)
			}
			_, _ = io.WriteString(conn, "hello\n")
			if line, _ := bufio.NewReader(conn).ReadString('\n'); line != "echo hello\n" {
				t.Errorf("%s: got %q", what, line)
			}
			_ = conn.Close()
		})
	}
}

// A writer that can do nothing gets a handler that can do nothing more.
func TestWriterPromisesNoMoreThanTheOneBeneath(t *testing.T) {
	type bare struct{ http.ResponseWriter }
	h := guard(t, httpserver.Options{}).Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, flusher := w.(http.Flusher)
		_, hijacker := w.(http.Hijacker)
		err := http.NewResponseController(w).Flush()
		_, n := w.(io.ReaderFrom)
		fmt.Fprint(w, flusher, hijacker, n, errors.Is(err, http.ErrNotSupported))
	}))
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	w := httptest.NewRecorder()
	h.ServeHTTP(bare{w}, r)
	if got := w.Body.String(); got != "false false true true" {
		t.Errorf("a bare writer becomes %s", got)
	}
	w = httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if got := w.Body.String(); got != "true false true false" || !w.Flushed {
		t.Errorf("a recorder becomes %s", got)
	}
}

// Net/http and outer handlers look at the request that they have.
func TestOuterHandlersSeeWhatMatched(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /orders/{id}", func(http.ResponseWriter, *http.Request) {})
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/orders/7", strings.NewReader(""))
	guard(t, httpserver.Options{}).Middleware(mux).ServeHTTP(httptest.NewRecorder(), r)
	if r.Pattern != "GET /orders/{id}" {
		t.Errorf("the pattern is %q", r.Pattern)
	}
}
