// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"context"
	"net"
	"net/netip"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// The defaults of [Options].
const (
	DefaultBind       = "127.0.0.1:7946"
	DefaultReload     = 5 * time.Second
	DefaultHandshake  = 5 * time.Second
	DefaultIdle       = time.Minute
	DefaultSilence    = 3 * time.Second
	DefaultPool       = 256
	DefaultQueue      = 128
	DefaultInbound    = 1024
	DefaultHandshakes = 64
	DefaultPerHost    = 16
)

// MaxFrame is the longest packet, in bytes.
const MaxFrame = 64 << 10

const (
	mostCount = 1 << 16
	leastTime = 10 * time.Millisecond
	mostTime  = time.Hour
)

// Options says who a node is and where it listens. Identity and Credentials must be given; the rest has defaults.
type Options struct {
	// Identity is who this node is. Its certificate must say the same, also after a reload.
	Identity Identity
	// Credentials are the node's certificate and the CAs that it trusts: [Files], or [Static], or a function.
	Credentials Source
	// Bind is the IP address and port to listen at. Port 0 is a free one. Default 127.0.0.1:7946: reachable
	// from this host only, until somebody says otherwise.
	Bind string
	// Advertise is the IP address and port that others reach this node at. Default: where it listens; needed where Bind is
	// every address of the host ("0.0.0.0:7946").
	Advertise string
	// Admit may refuse a peer that is verified, for instance one whose key is known to be lost. Its error is told to this node's
	// operator, and not to the peer. It must not block. Default: all are admitted.
	Admit func(Identity) error
	// Reload is how often credentials are asked for again. Default 5s, accepted 10ms to 1h.
	Reload time.Duration
	// Handshake is how long a connection may take until it is verified and says what it is for. A dial of a stream takes
	// no longer than memberlist allows either. Default 5s, accepted 10ms to 1h.
	Handshake time.Duration
	// Idle is how long a connection without packets is kept. Default 1m, accepted 10ms to 1h.
	Idle time.Duration
	// Silence is how long a peer may not answer whether it reads its packets, which it is asked a few times in
	// that; then they go over a new connection. It ends the wait for TCP after a cut. Default 3s, accepted 10ms to 1h.
	Silence time.Duration
	// Pool is to how many peers there are connections for packets; the one unused the longest makes room.
	// Default 256, accepted 1 to 65536.
	Pool int
	// Queue is how many packets wait for one peer; more are dropped and counted. Default 128, accepted 1 to 65536.
	Queue int
	// Inbound is how many connections others may have to this node, those in a handshake included.
	// Each may hold one packet: 64 MiB in all by default. Default 1024, accepted 1 to 65536.
	Inbound int
	// Handshakes is how many of them may be in a handshake. Default 64, accepted 1 to 65536.
	Handshakes int
	// PerHost is how many of one host may be in a handshake. Default 16, accepted 1 to 65536.
	PerHost int
	// Listen makes the listener beneath TLS, for an address as Bind has it, where connections are not to be plain TCP: in
	// a tunnel, say. Its Addr must be an IP address and a port. It is called once; ctx ends with the transport. Default: TCP.
	Listen func(ctx context.Context, address string) (net.Listener, error)
	// Dial opens a connection beneath TLS to an address that a node advertises. It must end with ctx, and may be called by several
	// goroutines at once. Default: TCP. Listen and Dial are given together, or neither is.
	Dial func(ctx context.Context, address string) (net.Conn, error)
}

func (o Options) withDefaults() Options {
	o.Bind = or(o.Bind, DefaultBind)
	o.Reload = or(o.Reload, DefaultReload)
	o.Handshake = or(o.Handshake, DefaultHandshake)
	o.Idle = or(o.Idle, DefaultIdle)
	o.Silence = or(o.Silence, DefaultSilence)
	o.Pool = or(o.Pool, DefaultPool)
	o.Queue = or(o.Queue, DefaultQueue)
	o.Inbound = or(o.Inbound, DefaultInbound)
	o.Handshakes = or(o.Handshakes, DefaultHandshakes)
	o.PerHost = or(o.PerHost, DefaultPerHost)
	if o.Admit == nil {
		o.Admit = func(Identity) error { return nil }
	}
	if o.Listen == nil {
		o.Listen, o.Dial = listenTCP, dialTCP
	}
	return o
}

func or[T comparable](given, otherwise T) T {
	var zero T
	if given == zero {
		return otherwise
	}
	return given
}

// Validate reports everything wrong with o at once, with the path of each field. It does not ask for credentials.
func (o Options) Validate() fuseboard.Problems {
	var c plain.Check
	c.Include("identity", o.Identity.Validate())
	if o.Credentials == nil {
		c.Add(fuseboard.Problem{
			Path: "credentials", Code: "missing", Message: "is needed: without a certificate nobody would talk to this node",
			Fix: `give mtls.Files("node.crt", "node.key", "ca.crt")`,
		})
	}
	if (o.Listen == nil) != (o.Dial == nil) {
		c.Add(fuseboard.Problem{
			Path: "listen", Code: "conflict", Message: "and dial are one network, and only one of them is given",
			Fix: "give both, or leave both out for TCP",
		})
	}
	o.addresses(&c)
	c.Duration("reload", o.Reload, leastTime, mostTime, "leave it out for 5s")
	c.Duration("handshake", o.Handshake, leastTime, mostTime, "leave it out for 5s")
	c.Duration("idle", o.Idle, leastTime, mostTime, "leave it out for 1m")
	c.Duration("silence", o.Silence, leastTime, mostTime, "leave it out for 3s")
	c.Int("pool", o.Pool, 1, mostCount, "leave it out for 256")
	c.Int("queue", o.Queue, 1, mostCount, "leave it out for 128")
	c.Int("inbound", o.Inbound, 1, mostCount, "leave it out for 1024")
	c.Int("handshakes", o.Handshakes, 1, mostCount, "leave it out for 64")
	c.Int("per_host", o.PerHost, 1, mostCount, "leave it out for 16")
	return c.Problems()
}

func (o Options) addresses(c *plain.Check) {
	bind, err := netip.ParseAddrPort(or(o.Bind, DefaultBind))
	if err != nil {
		c.Add(fuseboard.Problem{
			Path: "bind", Code: "malformed", Value: o.Bind, Message: "is not an IP address with a port",
			Fix: "write it as 10.1.2.3:7946 or [fd00::1]:7946; host names are not looked up here",
		})
	}
	switch at, wrong := netip.ParseAddrPort(o.Advertise); {
	case o.Advertise == "" && err == nil && bind.Addr().IsUnspecified():
		c.Add(fuseboard.Problem{
			Path: "advertise", Code: "missing", Message: "is needed where bind is every address of the host: others must be told one of them",
			Fix: "give the address that other nodes reach, as 10.1.2.3:7946",
		})
	case o.Advertise != "" && (wrong != nil || at.Port() == 0 || at.Addr().IsUnspecified()):
		c.Add(fuseboard.Problem{
			Path: "advertise", Code: "malformed", Value: o.Advertise, Message: "is not an IP address and port that others can dial",
			Fix: "write it as 10.1.2.3:7946 or [fd00::1]:7946",
		})
	}
}

// Validate reports everything wrong with i at once.
func (i Identity) Validate() fuseboard.Problems {
	var c plain.Check
	for _, f := range []struct {
		path, value, accepted string
		ok                    bool
	}{
		{"trust_domain", i.TrustDomain, "a-z, 0-9, '.', '-', '_', at most 255", domain(i.TrustDomain)},
		{"service", i.Service, "letters, digits, '.', '-', '_', at most 128", word(i.Service)},
		{"name", i.Name, "letters, digits, '.', '-', '_', at most 128", word(i.Name)},
	} {
		if !f.ok {
			c.Add(fuseboard.Problem{
				Path: f.path, Code: "malformed", Value: clip(f.value), Message: "is not a part of an identity",
				Accepted: f.accepted, Fix: "it is part of the URI in the node's certificate: " + form,
			})
		}
	}
	return c.Problems()
}
