// SPDX-License-Identifier: Apache-2.0

package nginx

import (
	"crypto/tls"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/internal/servers"
	"github.com/fuseboard/fuseboard/internal/servers/certs"
)

// Config says what nginx does.
type Config struct {
	// Upstream is where requests go, in HTTP/1.1: "127.0.0.1:8080". It may be down. Required.
	Upstream string
	// ReadTimeout is how long the upstream may be silent before nginx answers 504, to the
	// millisecond. Default: 60 s, as nginx has it.
	ReadTimeout time.Duration
	// PerMinute is how many requests nginx lets through in a minute, evenly: with 1 the
	// second is refused. Default: no limit.
	PerMinute int
	// Burst is how many more may come at once; they are not delayed. Default: 0.
	Burst int
	// LimitStatus answers who is over the limit. Default: 503, as nginx has it.
	LimitStatus int
	// Gzip compresses text for clients that take it, 20 bytes and more.
	Gzip bool
	// Buffer has nginx read answers ahead of its client, as it does by default; without
	// it every byte is handed on as it comes.
	Buffer bool
	// HTTP2 serves HTTP/2 and HTTP/1.1 over TLS. Default: HTTP/1.1 in the clear.
	HTTP2 bool
}

// Proxy is a running nginx.
type Proxy struct {
	// Server is the process.
	*servers.Server

	pair  certs.Pair
	http2 bool
}

// Start runs nginx until the test ends. It skips the test where nginx is not installed,
// and fails it where nginx does not take the configuration.
func Start(t testing.TB, c Config) *Proxy {
	t.Helper()
	pair, err := certs.New(certs.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	srv := servers.Start(t, servers.Spec{
		Program: servers.Program{Name: "nginx"},
		Args: func(addrs []string) []string {
			for name, text := range map[string][]byte{
				"nginx.conf": c.text(dir, addrs[0]), "cert.pem": pair.CertPEM, "key.pem": pair.KeyPEM,
			} {
				if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			return []string{"-p", dir, "-c", filepath.Join(dir, "nginx.conf"), "-e", "stderr"}
		},
	})
	return &Proxy{Server: srv, pair: pair, http2: c.HTTP2}
}

// URL returns nginx's address as a URL without a path.
func (p *Proxy) URL() string {
	if p.http2 {
		return "https://" + p.Addrs[0]
	}
	return "http://" + p.Addrs[0]
}

// Transport returns a new transport that trusts p and speaks HTTP/2 with it where p
// does. Whoever asks closes its idle connections.
func (p *Proxy) Transport() *http.Transport {
	return &http.Transport{
		ForceAttemptHTTP2: p.http2,
		TLSClientConfig:   &tls.Config{RootCAs: p.pair.Pool(), MinVersion: tls.VersionTLS12},
	}
}
