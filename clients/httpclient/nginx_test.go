// SPDX-License-Identifier: Apache-2.0

package httpclient_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/clients/httpclient"
	"github.com/fuseboard/fuseboard/internal/relay"
	"github.com/fuseboard/fuseboard/internal/relay/upstream"
	"github.com/fuseboard/fuseboard/internal/servers/nginx"
)

// behindNginx is a protected client of a real nginx, a relay behind that, and the upstream.
func behindNginx(t *testing.T, c nginx.Config, p actors.Policy) (*http.Client, *httpclient.Transport, *nginx.Proxy, *relay.Relay, *upstream.Server) {
	t.Helper()
	up, err := upstream.Start(upstream.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(up.Close)
	between, err := relay.Start(up.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(between.Close)
	c.Upstream = between.Addr()
	proxy := nginx.Start(t, c)
	client, tr := protect(t, httpclient.Options{Policy: p, Base: proxy.Transport()})
	return client, tr, proxy, between, up
}

func TestNginxWithAFaultyUpstream(t *testing.T) {
	for _, http2 := range []bool{false, true} {
		client, tr, proxy, between, up := behindNginx(t, nginx.Config{HTTP2: http2, ReadTimeout: 100 * time.Millisecond, Gzip: true}, quick)
		for _, c := range []struct {
			name, method, path string
			fault              relay.Fault
			status, attempts   int
		}{
			{"sound", http.MethodGet, upstream.Ranged, relay.Fault{}, 200, 1},
			{"sound POST", http.MethodPost, upstream.Echo, relay.Fault{}, 200, 1},
			{"silent once: 504", http.MethodGet, upstream.Ranged + "?1", relay.Fault{Swallow: true}, 200, 2},
			{"closed once: 502", http.MethodGet, upstream.Ranged + "?2", relay.Fault{Raw: true, End: relay.Cut}, 200, 2},
			{"closed once: 502 for a POST", http.MethodPost, upstream.Echo + "?3", relay.Fault{Raw: true, End: relay.Cut}, 502, 1},
			{"storm", http.MethodGet, upstream.Storm(2).Path(), relay.Fault{}, 200, 3},
			{"throttled", http.MethodGet, upstream.Throttled(1, time.Second).Path(), relay.Fault{}, 200, 2},
		} {
			before := stats0(tr)
			between.Script(c.fault)
			req, err := http.NewRequestWithContext(t.Context(), c.method, proxy.URL()+c.path, strings.NewReader("hello"))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := client.Do(req)
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			_, err = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			after := stats0(tr)
			if attempts := int(after.Attempts - before.Attempts); err != nil || resp.StatusCode != c.status || attempts != c.attempts || (resp.ProtoMajor == 2) != http2 {
				t.Errorf("%s: %s %d after %d attempts, %v; want %d after %d", c.name, resp.Proto, resp.StatusCode, attempts, err, c.status, c.attempts)
			}
		}
		if twice := up.Repeated(); len(twice) > 0 {
			t.Errorf("the server got twice: %+v", twice)
		}
		if s := stats0(tr); s.Gate.InUse != 0 {
			t.Errorf("%+v", s)
		}
	}
}

// stats0 are the numbers of the only dependency, or none before its first call.
func stats0(tr *httpclient.Transport) actors.Stats {
	for _, g := range tr.Keyring().All() {
		return g.Stats()
	}
	return actors.Stats{}
}

func TestCircuitOpensOnNginxWithoutUpstreamAndClosesWhenItIsBack(t *testing.T) {
	policy := quick
	policy.Retry = actors.Retry{}
	policy.Breaker = actors.Breaker{Consecutive: 3, OpenFor: time.Second, OpenJitter: 0.01, Probes: 1}
	client, tr, proxy, between, _ := behindNginx(t, nginx.Config{}, policy)
	between.Down()
	refused := false
	for range 10 {
		resp, err := client.Get(proxy.URL() + upstream.Ranged)
		if err == nil {
			_ = resp.Body.Close()
			continue
		}
		refused = refused || errors.Is(err, actors.ErrOpen)
	}
	if s := stats(t, tr); !refused || s.Failures != 3 || s.State != actors.Open {
		t.Errorf("%+v", s)
	}
	if err := between.Up(); err != nil {
		t.Skip("another process has the port: ", err)
	}
	deadline := time.Now().Add(15 * time.Second)
	for time.Now().Before(deadline) {
		resp, err := client.Get(proxy.URL() + upstream.Ranged)
		if err != nil {
			call, _ := errors.AsType[*actors.CallError](err)
			<-time.After(max(call.RetryAfter(), time.Millisecond)) // as a caller who obeys
			continue
		}
		_ = read(t, resp)
		if resp.StatusCode == http.StatusOK && stats(t, tr).State == actors.Closed {
			return
		}
	}
	t.Errorf("it did not close: %+v", stats(t, tr))
}
