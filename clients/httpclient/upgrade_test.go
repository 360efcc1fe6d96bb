// SPDX-License-Identifier: Apache-2.0

package httpclient_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
)

// echoes speaks another protocol: it reads to the end, and then answers.
func echoes(w http.ResponseWriter, _ *http.Request) {
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	_, _ = rw.WriteString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n")
	_ = rw.Flush()
	all, _ := io.ReadAll(rw)
	_, _ = fmt.Fprintf(conn, "got %s", all)
}

func TestOneWayOfAnUpgradedConnectionCanBeClosed(t *testing.T) {
	s := serve(t, echoes)
	for name, policy := range map[string]actors.Policy{
		"on the caller's goroutine": quick, onWorkers: {Workers: actors.Workers{Max: 2}, Deadline: quick.Deadline},
	} {
		client, tr := protect(t, httpclient.Options{Policy: policy})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Connection", "Upgrade")
		req.Header.Set("Upgrade", "echo")
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		conn, both := resp.Body.(io.ReadWriteCloser)
		half, can := resp.Body.(interface{ CloseWrite() error })
		if !both || !can {
			t.Fatalf("%s: %T cannot", name, resp.Body)
		}
		_, _ = io.WriteString(conn, "hi")
		if err := half.CloseWrite(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := read(t, resp); got != "got hi" {
			t.Errorf("%s: %q", name, got)
		}
		if st := stats(t, tr); st.Gate.InUse != 0 || st.Failures != 0 {
			t.Errorf("%s: %+v", name, st)
		}
	}
}

func TestStreamWhoseDeadlineIsOverEndsWithItsSystem(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	sys, err := actors.Start(actors.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	const total = 100 * time.Millisecond
	tr, err := httpclient.NewTransport(sys, httpclient.Options{Policy: actors.Policy{Deadline: actors.Deadline{Total: total}}})
	if err != nil {
		t.Fatal(err)
	}
	defer tr.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "text/event-stream")
	resp, err := tr.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	read := make(chan error, 1)
	go func() {
		_, err := io.ReadAll(resp.Body)
		read <- errors.Join(err, resp.Body.Close())
	}()
	over, cancel := context.WithTimeout(t.Context(), 2*total)
	defer cancel()
	select {
	case err := <-read:
		t.Fatalf("the deadline of its policy ended it: %v", err)
	case <-over.Done():
	}
	if err := sys.Shutdown(over); err != nil { // there is no time left to wait for it
		t.Errorf("%v", err)
	}
	if err := <-read; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
