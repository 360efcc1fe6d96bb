// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/gossip/mtls"
	"github.com/fuseboard/fuseboard/internal/servers/certs"
	"github.com/fuseboard/fuseboard/simulations/network"
	"github.com/fuseboard/fuseboard/supervision"
)

// secure lets a scene's nodes talk TLS alone, over the simulated network's streams.
func (w *world) secure(name string, o *cluster.Options) {
	w.t.Helper()
	if w.authority == nil {
		var err error
		w.authority, err = certs.NewAuthority() // in the bubble, whose clock is another
		w.ok(err)
	}
	id := mtls.Identity{TrustDomain: "example.org", Service: "shop", Name: name}
	pair, err := w.authority.Issue(certs.Options{URIs: []string{id.String()}})
	w.ok(err)
	var at *network.Transport
	o.Carrier, o.Keys, o.Trust = nil, nil, cluster.TrustMTLS
	o.TLS = &mtls.Options{
		Identity: id, Credentials: mtls.Static(mtls.Credentials{Certificate: pair.TLS, Roots: w.authority.Pool()}),
		Listen: func(context.Context, string) (net.Listener, error) {
			var err error
			at, err = w.net.Node(name)
			return &door{at: at, shut: make(chan struct{})}, err
		},
		Dial: func(ctx context.Context, address string) (net.Conn, error) {
			deadline, _ := ctx.Deadline()
			return at.DialTimeout(address, time.Until(deadline))
		},
	}
}

// door is a node of the network as a listener.
type door struct {
	at   *network.Transport
	once sync.Once
	shut chan struct{}
}

func (d *door) Accept() (net.Conn, error) {
	select {
	case c := <-d.at.StreamCh():
		return c, nil
	case <-d.shut:
		return nil, net.ErrClosed
	}
}

func (d *door) Close() error {
	d.once.Do(func() { close(d.shut) })
	return d.at.Shutdown()
}

func (d *door) Addr() net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(d.at.Addr())) }

func TestAnOutageOverMutualTLSIsOneHoldAndOneRelease(t *testing.T) {
	quietly(t)
	for _, loss := range []float64{0, 0.1} {
		play(t, scene{nodes: 5, seed: 1, link: network.Link{Jitter: time.Millisecond, Loss: loss}, tls: true}, func(w *world) {
			w.begins()
			w.restart(1)
			fail(w.all, 0, 1)
			time.Sleep(time.Second) // or it may not know its guard yet
			took := w.until("all hold again", againWithin, 100*time.Millisecond, w.allHold)
			w.goesOn(10 * time.Second)
			t.Logf("loss %v: all held %v after a restart, all clear %v after the outage", loss, took, w.endsClear())
			time.Sleep(5 * time.Second)
			for _, n := range w.all {
				turns := n.turns(0)
				if len(turns) != 3 || count(turns, supervision.FleetHold) != 1 || count(turns, supervision.FleetRamp) != 1 {
					t.Errorf("%s: %v", n.name, turns)
				}
				st, err := n.node.Status(context.Background())
				if err != nil || st.Trust != "mtls" || st.Dependencies[0].Effective != "follow" {
					t.Errorf("%s: %+v, %v", n.name, st, err)
				}
			}
			if sent := w.net.Stats().Total; sent.Sent > 0 || sent.StreamBytes == 0 {
				t.Errorf("packets beside TLS: %+v", sent)
			}
		})
	}
}
