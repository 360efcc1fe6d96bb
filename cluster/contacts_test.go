// SPDX-License-Identifier: Apache-2.0

package cluster_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/gossip/mtls"
	"github.com/fuseboard/fuseboard/internal/servers/certs"
)

// joined is a node on real sockets.
func joined(t *testing.T, o cluster.Options) *cluster.Node {
	t.Helper()
	_, n := started(t, o)
	return n
}

// started is a System and its node, which end with the test.
func started(t *testing.T, o cluster.Options) (*actors.System, *cluster.Node) {
	t.Helper()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sys.Shutdown(context.Background()) })
	n, err := cluster.Join(t.Context(), sys, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.Close() })
	return sys, n
}

// says waits until the status of a node says something of whom it refused or has not met.
func says(t *testing.T, n *cluster.Node, is func(cluster.Contacts) bool) cluster.Contacts {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for until := time.After(20 * time.Second); ; {
		s, err := n.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if is(s.Contacts) {
			return s.Contacts
		}
		select {
		case <-until:
			t.Fatalf("%+v", s.Contacts)
		case <-tick.C:
		}
	}
}

func TestAReplicaWithAnotherKeyIsShownOnBothSides(t *testing.T) {
	o := cluster.Options{Service: "shop", Name: "a", Keys: [][]byte{[]byte("0123456789abcdef")}}
	a := joined(t, o)
	o.Name, o.Keys = "b", [][]byte{[]byte("fedcba9876543210")}
	o.Seeds = []gossip.Seeds{gossip.Static(a.Gossip().Self().Address)}
	b := joined(t, o)

	here := says(t, a, func(c cluster.Contacts) bool { return len(c.Refused) > 0 })
	if r := here.Refused[0]; r.Reason != "key" || !strings.HasPrefix(r.From, "127.0.0.1:") || !strings.Contains(r.Text, "compare Keys of both nodes") {
		t.Errorf("%+v", r)
	}
	there := says(t, b, func(c cluster.Contacts) bool { return len(c.Seeds) == 1 && c.Seeds[0].Tries > 0 })
	if s := there.Seeds[0]; s.Met || !strings.Contains(s.Trouble, "another key") {
		t.Errorf("%+v", s)
	}
	if n := a.Numbers(); n.Refused["key"] == 0 || n.Members != 1 || len(n.Refused) != len(gossip.Reasons()) {
		t.Errorf("%+v", n)
	}
	if n := b.Numbers(); n.Seeds != 1 || n.SeedsMet != 0 {
		t.Errorf("%+v", n)
	}
}

func TestWhomCertificatesRefuseIsShown(t *testing.T) {
	authority, err := certs.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := certs.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	o := cluster.Options{Service: "shop", Name: "a", TLS: &mtls.Options{
		Identity: mtls.Identity{TrustDomain: "example.org"}, Credentials: credentials(t, authority, "a"), Bind: "127.0.0.1:0",
	}}
	a := joined(t, o)
	o.Name, o.Seeds = "b", []gossip.Seeds{gossip.Static(a.Gossip().Self().Address)}
	o.TLS = &mtls.Options{Identity: mtls.Identity{TrustDomain: "example.org"}, Credentials: credentials(t, stranger, "b"), Bind: "127.0.0.1:0"}
	joined(t, o)
	c := says(t, a, func(c cluster.Contacts) bool { return len(c.Refused) > 0 })
	if r := c.Refused[0]; !strings.HasPrefix(r.Reason, "mtls-") || !strings.Contains(r.Text, "refused: ") {
		t.Errorf("%+v", r)
	}
	if c.Certificate == nil || time.Until(c.Certificate.Ends) < time.Minute || c.Certificate.ReloadsFailed > 0 {
		t.Errorf("%+v", c.Certificate)
	}
	n := a.Numbers()
	if got := n.Refused[c.Refused[0].Reason]; got == 0 || len(n.Refused) != len(gossip.Reasons())+len(mtls.Reasons()) {
		t.Errorf("%d, %v", got, n.Refused)
	}
	if !n.Certified || n.CertificateLeft <= 0 {
		t.Errorf("%+v", n)
	}
}
