// SPDX-License-Identifier: Apache-2.0

package console

import (
	"crypto/tls"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/console/api"
	"github.com/fuseboard/fuseboard/internal/servers/certs"
)

// raw sends a request as somebody who does not use the Client, and returns its answer with the body read.
func raw(t testing.TB, s *Server, method, path, body string, with func(*http.Request)) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.Addr()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+testToken)
	if with != nil {
		with(r)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	_ = resp.Body.Close()
	return resp, string(text)
}

func TestWithoutTheTokenNothingIsAnswered(t *testing.T) {
	r := alone(t)
	for _, path := range []string{"/v1/members", "/v1/status", "/v1/dependencies/payments", "/v1/events", "/v1/orders/version", "/v1/orders", "/", "/v1/no", "/debug/pprof/"} {
		for _, method := range []string{"GET", "POST", "OPTIONS", "DELETE"} {
			for _, sent := range []string{"", "Bearer", "Bearer ", "Bearer " + testToken[:16], "Bearer " + testToken + "x", "Basic " + testToken, testToken, "Bearer  " + testToken} {
				resp, body := raw(t, r.server, method, path, "", func(r *http.Request) { r.Header.Set("Authorization", sent) })
				if resp.StatusCode != http.StatusUnauthorized || strings.Contains(body, "payments") || resp.Header.Get("WWW-Authenticate") == "" {
					t.Errorf("%s %s with %q: %s %s", method, path, sent, resp.Status, body)
				}
			}
		}
	}
	if resp, body := raw(t, r.server, "GET", "/v1/status", "", func(r *http.Request) { r.Header.Set("Authorization", "bearer "+testToken) }); resp.StatusCode != http.StatusOK {
		t.Errorf("with the token: %s %s", resp.Status, body)
	}
}

func TestOffLoopbackItNeedsTLS(t *testing.T) {
	r := alone(t)
	for _, at := range []string{":7979", "0.0.0.0:0", "[::]:0", "192.0.2.1:7979", "example.com:7979", "[::ffff:192.0.2.1]:7979"} {
		_, err := Serve(t.Context(), Options{Node: r.node, System: r.sys, Listen: at, Token: testToken})
		if ps, ok := err.(fuseboard.Problems); !ok || len(ps) != 1 || ps[0].Code != "not-loopback" { //nolint:errorlint // as it is documented
			t.Errorf("%s: %v", at, err)
		}
		if _, err := api.NewClient(api.ClientOptions{Node: at, Token: testToken}); err == nil {
			t.Errorf("a client sends its token to %s in the clear", at)
		}
	}
	ca, err := certs.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	pair, err := ca.Issue(certs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Serve(t.Context(), Options{Node: r.node, System: r.sys, Listen: ":0", Token: testToken, TLS: &tls.Config{Certificates: []tls.Certificate{pair.TLS}}})
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, s)
	_, port, _ := strings.Cut(strings.TrimPrefix(s.Addr(), "[::]"), ":")
	trusting := client(t, api.ClientOptions{Node: "https://127.0.0.1:" + port, Token: testToken, TLS: &tls.Config{RootCAs: ca.Pool()}})
	if st, err := trusting.Status(t.Context()); err != nil || st.Name != "n0" {
		t.Errorf("%+v, %v", st, err)
	}
	plain := client(t, api.ClientOptions{Node: "127.0.0.1:" + port, Token: testToken})
	if _, err := plain.Status(t.Context()); err == nil || !strings.Contains(err.Error(), "write https:// before") {
		t.Errorf("in the clear: %v", err)
	}
}

func TestAHostThatIsNotThisOneIsRefused(t *testing.T) {
	r := alone(t)
	named, err := Serve(t.Context(), Options{Node: r.node, System: r.sys, Listen: "localhost:0", Token: testToken, Hosts: []string{"shop.internal"}})
	if err != nil {
		t.Fatal(err)
	}
	defer closed(t, named)
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:7979": 200, "127.0.0.1:7979": 200, "127.9.9.9": 200, "[::1]:7979": 200, "[::1]": 200,
		"evil.example": 421, "evil.example:7979": 421, "localhost.evil.example": 421, "192.0.2.1": 421, "127.0.0.1.evil.example:80": 421, "shop.internal:443": 421,
	} {
		if resp, body := raw(t, r.server, "GET", "/v1/members", "", func(r *http.Request) { r.Host = host }); resp.StatusCode != want {
			t.Errorf("%s: %s %s", host, resp.Status, body)
		}
	}
	if resp, body := raw(t, named, "GET", "/v1/members", "", func(r *http.Request) { r.Host = "shop.internal:443" }); resp.StatusCode != http.StatusOK {
		t.Errorf("%s %s", resp.Status, body)
	}
}

func TestAPageOfAnotherSiteCannotGiveOrders(t *testing.T) {
	r := alone(t)
	text, err := r.sign(t, nil).MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
		resp, body := raw(t, r.server, "POST", "/v1/orders", string(text), func(r *http.Request) { r.Header.Set(name, value) })
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %s %s", name, resp.Status, body)
		}
	}
	resp, _ := raw(t, r.server, "OPTIONS", "/v1/orders", "", func(r *http.Request) {
		r.Header.Set("Origin", "https://evil.example")
		r.Header.Set("Access-Control-Request-Method", "POST")
		r.Header.Set("Access-Control-Request-Headers", "authorization")
	})
	for name := range resp.Header {
		if strings.HasPrefix(name, "Access-Control") {
			t.Errorf("a page is let in by %s", name)
		}
	}
	if st, err := r.client.Status(t.Context()); err != nil || len(st.Orders) != 0 {
		t.Errorf("%+v, %v", st.Orders, err)
	}
}

func TestWhatIsNotThereIsRefusedInJSON(t *testing.T) {
	r := alone(t)
	for _, c := range []struct {
		method, path string
		status       int
		says         string
	}{
		{"GET", "/", 404, "unknown-path"},
		{"GET", "/v2/status", 404, "unknown-path"},
		{"POST", "/v1/status", 405, "method"},
		{"GET", "/v1/orders", 405, "method"},
		{"GET", "/v1/dependencies/paymets", 404, `did you mean payments? it has payments, search`},
		{"GET", "/v1/dependencies/" + strings.Repeat("x", 4000), 404, "unknown-dependency"},
		{"GET", "/v1/events?after=here&wait=1h&most=0", 400, `"path":"most"`},
	} {
		resp, body := raw(t, r.server, c.method, c.path, "", nil)
		if resp.StatusCode != c.status || !strings.Contains(body, c.says) || resp.Header.Get("Content-Type") != "application/json" || len(body) > 1000 {
			t.Errorf("%s %.40s: %s %s", c.method, c.path, resp.Status, body)
		}
	}
}

func TestEverythingWrongWithOptionsIsTold(t *testing.T) {
	_, err := Serve(t.Context(), Options{Listen: "7979", Token: "short", TLS: &tls.Config{MinVersion: tls.VersionTLS13}})
	ps, _ := err.(fuseboard.Problems) //nolint:errorlint // as it is documented
	var paths []string
	for _, p := range ps {
		paths = append(paths, p.Path)
	}
	if want := []string{"node", "system", "listen", "tls", "token"}; !slices.Equal(paths, want) {
		t.Errorf("got %v: %v", paths, err)
	}
	if strings.Contains(err.Error(), "short\"") || strings.Contains(err.Error(), "= short") {
		t.Errorf("the token is shown: %v", err)
	}
	for _, o := range []Options{{}, {Token: testToken, TokenFile: "token"}} {
		if !slices.ContainsFunc(o.Validate(), func(p fuseboard.Problem) bool { return p.Path == "token" }) {
			t.Errorf("%+v has a token", o)
		}
	}
}

func FuzzHosts(f *testing.F) {
	for _, host := range []string{"localhost", "127.0.0.1:1", "[::1]:1", "a.example", "", "::1", "127.1", "[127.0.0.1", "localhost."} {
		f.Add(host)
	}
	s := &Server{hosts: map[string]bool{}}
	f.Fuzz(func(t *testing.T, host string) {
		if s.calledRightly(host) && !strings.Contains(strings.ToLower(host), "localhost") && !strings.Contains(host, "127.") && !strings.Contains(host, ":") {
			t.Errorf("%q is taken for this machine", host)
		}
	})
}
