// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// reader is a Progress that tells the address in it.
type reader struct {
	mu   sync.Mutex
	said strings.Builder
	once sync.Once
	told chan string
}

var metricsLine = regexp.MustCompile(`metrics +(http://\S+)/metrics`)

func (r *reader) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said.Write(p)
	if m := metricsLine.FindStringSubmatch(r.said.String()); m != nil {
		r.once.Do(func() { r.told <- m[1] })
	}
	return len(p), nil
}

func TestDemoServesItsMetricsAtTheAddressItPrints(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := &reader{told: make(chan string, 1)}
	done := make(chan error, 1)
	go func() {
		_, err := Run(ctx, Options{For: time.Minute, Seed: 1, Progress: r})
		done <- err
	}()
	address := <-r.told
	for path, want := range map[string]string{
		"/metrics": `fuseboard_circuit_state{service="demo",dependency="upstream",state="closed"}`,
		"/ready":   `"upstream":{"state":"closed"`,
	} {
		if body := fetch(t, address+path); !strings.Contains(body, want) {
			t.Errorf("%s lacks %s:\n%.2000s", path, want, body)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func fetch(t *testing.T, url string) string {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, resp.Status, err)
	}
	return string(body)
}
