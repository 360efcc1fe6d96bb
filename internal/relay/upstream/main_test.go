// SPDX-License-Identifier: Apache-2.0

package upstream

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds what would hang for ever; no test waits for it to pass.
const patience = 10 * time.Second

// client is a server and a client of its own.
type client struct {
	*Server
	http *http.Transport
	t    *testing.T
}

func begin(t *testing.T, o Options) client {
	t.Helper()
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	tr := s.Transport()
	t.Cleanup(tr.CloseIdleConnections)
	return client{s, tr, t}
}

func (c client) send(method, path, body string, header ...string) (*http.Response, error) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	c.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, method, c.URL()+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	for _, h := range header {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	return c.http.RoundTrip(req)
}

// text is send for an answer that must come whole.
func (c client) text(method, path, body string, header ...string) (*http.Response, string) {
	c.t.Helper()
	resp, err := c.send(method, path, body, header...)
	if err != nil {
		c.t.Fatal(err)
	}
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp, string(got)
}
