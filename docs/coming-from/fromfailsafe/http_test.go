// SPDX-License-Identifier: Apache-2.0

package fromfailsafe

import (
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/fuseboard/fuseboard/docs/coming-from/internal/fake"
)

// clients runs a test with the client before and the client after, each on a server of its own.
func clients(t *testing.T, test func(t *testing.T, name string, client *http.Client, server *fake.Server)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var one, other fake.Server
		after, err := ClientAfter(fake.System(t), &other)
		if err != nil {
			t.Fatal(err)
		}
		test(t, "before", ClientBefore(&one), &one)
		test(t, "after", after, &other)
	})
}

// send returns the status and body of the response, or how it failed.
func send(t *testing.T, client *http.Client, method, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://exchange.example/quotes", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return word(Quote{}, err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	return strconv.Itoa(resp.StatusCode) + " " + string(text)
}

func TestBothClientsAnswerAlike(t *testing.T) {
	told := map[string][]string{}
	clients(t, func(t *testing.T, name string, client *http.Client, server *fake.Server) {
		for _, statuses := range [][]int{nil, {404}, {503}, {500, 502}, {503, 503, 503}, {429}, {501}} {
			server.Next(statuses...)
			told[name] = append(told[name], send(t, client, http.MethodPut, "quote"))
		}
		told[name] = append(told[name], server.Arrived()...)
	})
	if !slices.Equal(told["before"], told["after"]) {
		t.Errorf("before %q\nafter  %q", told["before"], told["after"])
	}
}

func TestPostIsRepeatedByFailsafeAlone(t *testing.T) {
	clients(t, func(t *testing.T, name string, client *http.Client, server *fake.Server) {
		server.Next(503)
		answer := send(t, client, http.MethodPost, "buy")
		if want := map[string]int{"before": 2, "after": 1}[name]; len(server.Arrived()) != want {
			t.Errorf("%s: %s, and %d arrived, want %d", name, answer, len(server.Arrived()), want)
		}
	})
}

func TestDroppedResponsesAreClosedByUsAlone(t *testing.T) {
	clients(t, func(t *testing.T, name string, client *http.Client, server *fake.Server) {
		server.Next(503, 503)
		answer := send(t, client, http.MethodGet, "")
		if want := map[string]int{"before": 2, "after": 0}[name]; server.Open() != want {
			t.Errorf("%s: %s, and %d bodies are open, want %d", name, answer, server.Open(), want)
		}
	})
}
