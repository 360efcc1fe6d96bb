// SPDX-License-Identifier: Apache-2.0

package nginx

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fuseboard/fuseboard/internal/relay"
	"github.com/fuseboard/fuseboard/internal/relay/upstream"
	"github.com/fuseboard/fuseboard/internal/servers"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds what would hang for ever; no test waits for it to pass.
const patience = 10 * time.Second

// web is an upstream that the test ends after nginx.
func web(t *testing.T) *upstream.Server {
	t.Helper()
	up, err := upstream.Start(upstream.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(up.Close)
	return up
}

// send sends a request through p and returns the answer, read and closed.
func send(t *testing.T, p *Proxy, method, path, body string) (*http.Response, string) {
	t.Helper()
	tr := p.Transport()
	defer tr.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, p.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := tr.RoundTrip(req)
	if err != nil {
		t.Fatalf("%v; nginx said:\n%s", err, p.Output())
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

func TestNginxHandsRequestsOn(t *testing.T) {
	for _, c := range []Config{{}, {HTTP2: true}, {Buffer: true}} {
		up := web(t)
		c.Upstream = up.Addr()
		p := Start(t, c)
		resp, got := send(t, p, http.MethodPost, upstream.Echo, "hello")
		if got != "POST /echo\n\nhello" || resp.StatusCode != http.StatusOK || (resp.ProtoMajor == 2) != c.HTTP2 {
			t.Errorf("%+v: got %s %d %q", c, resp.Proto, resp.StatusCode, got)
		}
		if resp, _ := send(t, p, http.MethodGet, upstream.Throttled(0, 3*time.Second).Path(), ""); resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") != "3" {
			t.Errorf("%+v: got %d, Retry-After %q", c, resp.StatusCode, resp.Header.Get("Retry-After"))
		}
		if n := len(up.Requests()); n != 2 {
			t.Errorf("the upstream got %d requests", n)
		}
	}
}

func TestNginxAnswersForAnUpstreamThatIsNotThere(t *testing.T) {
	p := Start(t, Config{Upstream: servers.Addresses(t, 1)[0]})
	if resp, _ := send(t, p, http.MethodGet, "/", ""); resp.StatusCode != http.StatusBadGateway {
		t.Errorf("nobody listens: got %d", resp.StatusCode)
	}
	up := web(t)
	r, err := relay.Start(up.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	r.Script(relay.Fault{Raw: true, End: relay.Reset})
	p = Start(t, Config{Upstream: r.Addr()})
	if resp, _ := send(t, p, http.MethodGet, upstream.Echo, ""); resp.StatusCode != http.StatusBadGateway {
		t.Errorf("reset: got %d", resp.StatusCode)
	}
	if n := len(up.Requests()); n != 1 {
		t.Errorf("the upstream got %d requests", n)
	}
}

func TestNginxGivesUpOnASilentUpstream(t *testing.T) {
	p := Start(t, Config{Upstream: web(t).Addr(), ReadTimeout: 50 * time.Millisecond})
	if resp, _ := send(t, p, http.MethodGet, upstream.Hang, ""); resp.StatusCode != http.StatusGatewayTimeout {
		t.Errorf("got %d", resp.StatusCode)
	}
}

func TestNginxLimitsRequests(t *testing.T) {
	for _, c := range []struct {
		config Config
		want   []int
	}{
		{Config{PerMinute: 1}, []int{200, 503, 503}},
		{Config{PerMinute: 1, Burst: 1, LimitStatus: 429}, []int{200, 200, 429}},
	} {
		c.config.Upstream = web(t).Addr()
		p := Start(t, c.config)
		for i, want := range c.want {
			if resp, _ := send(t, p, http.MethodGet, upstream.Echo, ""); resp.StatusCode != want {
				t.Errorf("%+v: request %d: got %d, want %d", c.config, i+1, resp.StatusCode, want)
			}
		}
	}
}

func TestNginxCompresses(t *testing.T) {
	p := Start(t, Config{Upstream: web(t).Addr(), Gzip: true})
	resp, got := send(t, p, http.MethodGet, upstream.Bytes+"?n=1000", "")
	if !resp.Uncompressed || len(got) != 1000 {
		t.Errorf("uncompressed: %v, %d bytes", resp.Uncompressed, len(got))
	}
}
