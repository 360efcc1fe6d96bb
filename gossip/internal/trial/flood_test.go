// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"bytes"
	"context"
	"net"
	"testing"
	"time"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/gossip/limits"
	"github.com/fuseboard/fuseboard/gossip/mtls"
	"github.com/fuseboard/fuseboard/gossip/record"
	"github.com/fuseboard/fuseboard/internal/servers/certs"
)

// certified is the carrier of a node with a certificate of its own, on a real socket.
func certified(t *testing.T, ca *certs.Authority, name string) *mtls.Transport {
	t.Helper()
	id := mtls.Identity{TrustDomain: "example.org", Service: "shop", Name: name}
	pair, err := ca.Issue(certs.Options{URIs: []string{id.String()}})
	ok(t, err)
	carrier, err := mtls.New(mtls.Options{Identity: id, Credentials: mtls.Static(mtls.Credentials{Certificate: pair.TLS, Roots: ca.Pool()}), Bind: "127.0.0.1:0"})
	ok(t, err)
	return carrier
}

// certifiedNode starts a node over TLS, behind narrow limits.
func certifiedNode(t *testing.T, ca *certs.Authority, name string, seeds ...string) (*gossip.Node, *limits.Transport) {
	t.Helper()
	limited, err := limits.Wrap(certified(t, ca, name), limits.Options{Packets: 200, PacketBurst: 300, Streams: 3})
	ok(t, err)
	n, err := gossip.Start(t.Context(), gossip.Options{
		Name: name, Label: "shop/test", Plaintext: true, Seeds: []gossip.Seeds{gossip.Static(seeds...)},
		Carrier: func(string) (memberlist.NodeAwareTransport, error) { return limited, nil },
	})
	ok(t, err)
	t.Cleanup(func() { ok(t, n.Close()) })
	return n, limited
}

// A source is who the certificate says: limits hold for the one that floods, also where all come from one host, and the others are
// heard as before.
func TestWhoFloodsOverTLSIsLimitedAndCountedAndTheOthersAreHeard(t *testing.T) {
	ca, err := certs.NewAuthority()
	ok(t, err)
	a, limited := certifiedNode(t, ca, "a")
	b, _ := certifiedNode(t, ca, "b", a.Self().Address)
	mallory := certified(t, ca, "mallory") // has a certificate, and is no member
	t.Cleanup(func() { ok(t, mallory.Shutdown()) })
	at := memberlist.Address{Addr: a.Self().Address, Name: "a"}
	stop := flooding(t, mallory, at)
	defer stop()

	within(t, "the flood is stopped", func() bool { return limited.Stats().DroppedByRate > 500 })
	ok(t, b.Put(record.Transition, "payments", []byte("open")))
	within(t, "the quiet one is heard", func() bool {
		r, found := a.Record("b", "payments")
		return found && string(r.Body) == "open"
	})
	var open []net.Conn
	defer func() {
		for _, c := range open {
			_ = c.Close()
		}
	}()
	within(t, "streams are refused", func() bool {
		if c, err := mallory.DialAddressTimeout(at, time.Second); err == nil {
			open = append(open, c)
		}
		return limited.Stats().RefusedBySource > 0
	})
	if len(a.Members()) != 2 || a.Isolated() {
		t.Errorf("the fleet is %v", a.Members())
	}
	if s := limited.Stats(); s.Sources != 2 {
		t.Errorf("sources of one host are not told apart by their certificates: %+v", s)
	}
}

// flooding lets a carrier send as fast as it can, until stop is called.
func flooding(t *testing.T, from *mtls.Transport, to memberlist.Address) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		junk := bytes.Repeat([]byte{0xff}, 200)
		pace := time.NewTicker(time.Millisecond) // some thousand packets a second: more would only take the processor from the others
		defer pace.Stop()
		for ctx.Err() == nil {
			for range 10 {
				_, _ = from.WriteToAddress(junk, to)
			}
			<-pace.C
		}
	}()
	return func() { cancel(); <-ended }
}

// within waits on the wall clock: TLS runs on real sockets.
func within(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick, end := time.NewTicker(5*time.Millisecond), time.NewTimer(30*time.Second)
	defer tick.Stop()
	defer end.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-end.C:
			t.Fatalf("%s: not within 30s", what)
		}
	}
}
