// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"fmt"
	"log"
	"net/netip"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard/gossip/limits"
)

// tries is how often a free port is looked for: memberlist takes a free one of TCP, which may not be free of UDP.
const tries = 10

// limited is what carries this node's packets and streams, behind limits for each source: memberlist has none.
func (n *Node) limited(logger *log.Logger) (*limits.Transport, error) {
	t, err := n.carrier(logger)
	if err != nil {
		return nil, err
	}
	if limited, has := t.(*limits.Transport); has {
		return limited, nil // the options wrapped it, with limits of their own
	}
	return limits.Wrap(t, limits.Options{})
}

// carrier is what the options say, or memberlist's own.
func (n *Node) carrier(logger *log.Logger) (memberlist.NodeAwareTransport, error) {
	if n.opts.Carrier != nil {
		c, err := n.opts.Carrier(n.full)
		if err == nil && c == nil {
			err = fmt.Errorf("carrier: it gave neither a transport nor an error")
		}
		return c, err
	}
	at, err := netip.ParseAddrPort(n.opts.Bind)
	if err != nil {
		return nil, fmt.Errorf("bind: %w", err)
	}
	config := &memberlist.NetTransportConfig{BindAddrs: []string{at.Addr().String()}, BindPort: int(at.Port()), Logger: logger}
	left := 1
	if at.Port() == 0 {
		left = tries
	}
	for {
		t, err := memberlist.NewNetTransport(config)
		if err == nil {
			return t, nil
		}
		if left--; left == 0 {
			return nil, fmt.Errorf("bind %s: %w; is another node running here, or the address of another machine?", n.opts.Bind, err)
		}
	}
}

// advertise sets what others are told, if the options say.
func (n *Node) advertise(c *memberlist.Config) error {
	c.AdvertisePort = 0
	if n.opts.Advertise == "" {
		return nil
	}
	at, err := netip.ParseAddrPort(n.opts.Advertise)
	if err != nil {
		return fmt.Errorf("advertise: %w", err)
	}
	c.AdvertiseAddr, c.AdvertisePort = at.Addr().String(), int(at.Port())
	return nil
}
