// SPDX-License-Identifier: Apache-2.0

package cluster_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/gossip/mtls"
	"github.com/fuseboard/fuseboard/internal/servers/certs"
)

// TestNodesWithCertificatesAreAFleetThatMayBeFollowed runs on real sockets: three nodes that talk TLS alone.
func TestNodesWithCertificatesAreAFleetThatMayBeFollowed(t *testing.T) {
	authority, err := certs.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	var nodes []*cluster.Node
	for _, name := range []string{"a", "b", "c"} {
		sys, err := actors.Start(actors.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = sys.Shutdown(context.Background()) }()
		if _, err := actors.Protect(sys, "payments", actors.Policy{Fleet: actors.Fleet{Mode: actors.FleetFollow}, Breaker: actors.Breaker{FailureRate: 0.5}}); err != nil {
			t.Fatal(err)
		}
		o := cluster.Options{Service: "shop", Name: name, TLS: &mtls.Options{
			Identity: mtls.Identity{TrustDomain: "example.org"}, Credentials: credentials(t, authority, name), Bind: "127.0.0.1:0",
		}}
		if len(nodes) > 0 {
			o.Seeds = []gossip.Seeds{gossip.Static(nodes[0].Gossip().Self().Address)}
		}
		n, err := cluster.Join(t.Context(), sys, o)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = n.Close() }()
		nodes = append(nodes, n)
	}
	for until := time.After(20 * time.Second); ; {
		s, err := nodes[2].Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if s.Alive == 3 && s.Trust == "mtls" && len(s.Dependencies) == 1 && s.Dependencies[0].Effective == "follow" {
			return
		}
		select {
		case <-until:
			t.Fatalf("%+v", s)
		case <-time.Tick(50 * time.Millisecond):
		}
	}
}

// credentials writes a certificate for a node into files, and returns the source that reads them.
func credentials(t *testing.T, a *certs.Authority, name string) mtls.Source {
	t.Helper()
	id := mtls.Identity{TrustDomain: "example.org", Service: "shop", Name: name}
	pair, err := a.Issue(certs.Options{URIs: []string{id.String()}})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for file, data := range map[string][]byte{"tls.crt": pair.CertPEM, "tls.key": pair.KeyPEM, "ca.crt": a.CertPEM} {
		if err := os.WriteFile(filepath.Join(dir, file), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return mtls.Files(filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key"), filepath.Join(dir, "ca.crt"))
}
