// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"context"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestOptionsNameEverythingWrongAtOnce(t *testing.T) {
	_, err := New(Options{
		Identity: Identity{TrustDomain: "Example.org", Service: "check out", Name: "a#1"},
		Bind:     "localhost:7946", Advertise: "0.0.0.0:1", Reload: -1, Handshake: time.Nanosecond, Idle: 2 * time.Hour, Silence: -1,
		Pool: -1, Queue: 1 << 20, Inbound: -1, Handshakes: -1, PerHost: -1, Dial: dialTCP,
	})
	if err == nil {
		t.Fatal("it starts")
	}
	for _, path := range []string{
		"identity.trust_domain", "identity.service", "identity.name", "credentials", "bind", "advertise", "reload", "handshake", "idle", "silence",
		"pool", "queue", "inbound", "handshakes", "per_host", "listen",
	} {
		if !strings.Contains(err.Error(), path+" = ") && !strings.Contains(err.Error(), path+":") {
			t.Errorf("nothing is said of %s", path)
		}
	}
	if lines := strings.Count(err.Error(), "\n") + 1; lines != 16 {
		t.Errorf("16 are wrong, and %d are named:\n%v", lines, err)
	}
}

func TestTheDefaultIsReachableFromThisHostOnly(t *testing.T) {
	if got := (Options{}).withDefaults().Bind; got != "127.0.0.1:7946" {
		t.Errorf("it binds %s", got)
	}
	o := optionsOf(t, authority(t), "a")
	o.Bind = "0.0.0.0:0"
	if err := o.Validate().Err(); err == nil || !strings.Contains(err.Error(), "advertise: is needed") {
		t.Errorf("every address is bound, and none told: %v", err)
	}
	o.Advertise = "10.1.2.3:7946"
	if err := o.Validate().Err(); err != nil {
		t.Error(err)
	}
}

func TestConnectionsAreMadeByListenAndDialWhereTheyAreGiven(t *testing.T) {
	ca := authority(t)
	var listened, dialled atomic.Int64
	own := func(o *Options) {
		o.Listen = func(ctx context.Context, address string) (net.Listener, error) {
			listened.Add(1)
			return listenTCP(ctx, address)
		}
		o.Dial = func(ctx context.Context, address string) (net.Conn, error) {
			dialled.Add(1)
			return dialTCP(ctx, address)
		}
	}
	a, b := start(t, ca, "a", own), start(t, ca, "b", own)
	say(t, a, to(b, "b"), "hello")
	hears(t, b, "hello")
	_ = dial(t, b, to(a, "a"))
	if listened.Load() != 2 || dialled.Load() != 2 {
		t.Errorf("%d listened, %d dialled", listened.Load(), dialled.Load())
	}
}

func TestAnAddressThatIsTakenIsNamed(t *testing.T) {
	ca := authority(t)
	n := start(t, ca, "a")
	o := optionsOf(t, ca, "b")
	o.Bind = n.Addr()
	if _, err := New(o); err == nil || !strings.Contains(err.Error(), n.Addr()) || !strings.Contains(err.Error(), "give another address") {
		t.Errorf("got %v", err)
	}
}

func TestOthersAreToldTheAddressThatIsAskedForFirst(t *testing.T) {
	ca := authority(t)
	plain, told := start(t, ca, "a"), start(t, ca, "b", func(o *Options) { o.Advertise = "10.1.2.3:99" })
	for _, c := range []struct {
		n    *Transport
		ip   string
		port int
		want string
	}{
		{plain, "", 0, plain.Addr()},
		{told, "", 0, "10.1.2.3:99"},
		{told, "10.9.9.9", 7, "10.9.9.9:7"},
		{told, "", 0, "10.9.9.9:7"}, // and so do packets from now on
		{told, "fd00::1", 8, "[fd00::1]:8"},
	} {
		ip, port, err := c.n.FinalAdvertiseAddr(c.ip, c.port)
		ok(t, err)
		if got := c.n.told.Load().String(); got != c.want || ip.String() != c.n.told.Load().Addr().String() || port != int(c.n.told.Load().Port()) {
			t.Errorf("%+v: told %s, %v, %d", c, got, ip, port)
		}
	}
	if _, port, err := plain.FinalAdvertiseAddr("10.9.9.9", 0); err != nil || port != int(plain.bound.Port()) {
		t.Errorf("port %d, %v", port, err)
	}
	for _, ip := range []string{"localhost", "x"} {
		if _, _, err := plain.FinalAdvertiseAddr(ip, 0); err == nil {
			t.Errorf("%q was taken", ip)
		}
	}
}
