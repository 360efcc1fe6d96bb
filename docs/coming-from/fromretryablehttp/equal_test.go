// SPDX-License-Identifier: Apache-2.0

package fromretryablehttp

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/docs/coming-from/internal/fake"
)

// clients runs a test with the client before and the client after, each on a server of its own.
func clients(t *testing.T, test func(t *testing.T, name string, client *http.Client, server *fake.Server)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var one, other fake.Server
		after, err := After(fake.System(t), &other)
		if err != nil {
			t.Fatal(err)
		}
		test(t, "before", Before(&one), &one)
		test(t, "after", after, &other)
	})
}

// send tells what came of a request and after how long.
func send(t *testing.T, client *http.Client, method, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://orders.example/v1", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	resp, err := client.Do(req)
	if errors.Is(err, actors.ErrOpen) {
		return "open"
	}
	if err != nil {
		return err.Error()
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	return fmt.Sprintf("%d %s %v after %s", resp.StatusCode, text, err, time.Since(began))
}

func TestBothClientsAnswerAlike(t *testing.T) {
	for name, script := range map[string][]fake.Reply{
		"answered at once":    nil,
		"not found":           {{Status: 404}},
		"not implemented":     {{Status: 501}},
		"one failure":         {{Status: 503}},
		"three failures":      {{Status: 500}, {Status: 502}, {Status: 504}},
		"too many failures":   {{Status: 503}, {Status: 503}, {Status: 503}, {Status: 503}},
		"throttled for 7 s":   {{Status: 429, RetryAfter: "7"}},
		"away until a moment": {{Status: 503, RetryAfter: "Sat, 01 Jan 2000 00:00:20 GMT"}},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodPost} {
			t.Run(name+" "+method, func(t *testing.T) {
				told := map[string]string{}
				synctest.Test(t, func(t *testing.T) {
					var one fake.Server
					one.Script(script...)
					told["before"] = send(t, Before(&one), method, "order") + strings.Join(one.Arrived(), ",")
				})
				synctest.Test(t, func(t *testing.T) {
					var other fake.Server
					after, err := After(fake.System(t), &other)
					if err != nil {
						t.Fatal(err)
					}
					other.Script(script...)
					told["after"] = send(t, after, method, "order") + strings.Join(other.Arrived(), ",")
				})
				if told["before"] != told["after"] {
					t.Errorf("before %q\nafter  %q", told["before"], told["after"])
				}
			})
		}
	}
}

func TestAThrottledHostWithoutRetryAfterIsLeftAloneLonger(t *testing.T) {
	clients(t, func(t *testing.T, name string, client *http.Client, server *fake.Server) {
		server.Next(429)
		want := map[string]string{"before": "200 hello <nil> after 500ms", "after": "200 hello <nil> after 2s"}[name]
		if got := send(t, client, http.MethodGet, ""); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	})
}

func TestADeadHostIsAskedLessOften(t *testing.T) {
	clients(t, func(t *testing.T, name string, client *http.Client, server *fake.Server) {
		for range 25 {
			server.Next(503, 503, 503, 503)
			_ = send(t, client, http.MethodGet, "")
		}
		if got, want := len(server.Arrived()), map[string]int{"before": 100, "after": 10}[name]; got != want {
			t.Errorf("%s: %d requests arrived for 25 calls, want %d", name, got, want)
		}
	})
}
