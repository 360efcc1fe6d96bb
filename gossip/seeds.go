// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

const (
	mostSeedBytes = 64 << 10 // of a file
	mostAddresses = 256      // of all seeds
)

// Seeds are addresses where members of the fleet may be found. It is asked again and again; any goroutine
// may call it at any time.
type Seeds interface {
	// Addresses returns host:port, each an IP address or a name that is looked up. It ends with ctx.
	Addresses(ctx context.Context) ([]string, error)
}

type static []string

// Static are seeds that are known: "10.0.0.1:7946", or a name that is looked up each time: "shop-1.internal:7946".
func Static(addresses ...string) Seeds { return static(append([]string(nil), addresses...)) }

func (s static) Addresses(context.Context) ([]string, error) { return s, nil }

type dns string

// DNS are all addresses of a name, looked up each time: "shop.internal:7946" by A and AAAA; without a
// port, "_gossip._udp.shop.internal", by SRV.
func DNS(name string) Seeds { return dns(name) }

func (d dns) Addresses(ctx context.Context) ([]string, error) {
	if strings.Contains(string(d), ":") {
		return []string{string(d)}, nil // the node looks names up
	}
	_, records, err := net.DefaultResolver.LookupSRV(ctx, "", "", string(d))
	if err != nil {
		return nil, fmt.Errorf("gossip: seeds of DNS %q: %w", string(d), err)
	}
	var out []string
	for _, r := range records {
		out = append(out, net.JoinHostPort(strings.TrimSuffix(r.Target, "."), strconv.Itoa(int(r.Port))))
	}
	return out, nil
}

type file string

// File are the addresses in a file, one a line; empty lines and those that begin with # are not looked at. It is
// read each time, up to 64 KiB.
func File(path string) Seeds { return file(path) }

func (f file) Addresses(context.Context) ([]string, error) {
	from, err := os.Open(string(f))
	if err != nil {
		return nil, fmt.Errorf("gossip: seeds: %w", err)
	}
	defer func() { _ = from.Close() }() // it was only read
	b, err := io.ReadAll(io.LimitReader(from, mostSeedBytes+1))
	if err != nil {
		return nil, fmt.Errorf("gossip: seeds: %w", err)
	}
	if len(b) > mostSeedBytes {
		return nil, fmt.Errorf("gossip: seeds of %q: the file is too long (accepted: up to 64 KiB); name some members: one that answers is enough", string(f))
	}
	return seedLines(b), nil
}

func seedLines(b []byte) (out []string) {
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		if line := strings.TrimSpace(lines.Text()); line != "" && line[0] != '#' {
			out = append(out, line)
		}
	}
	return out
}

// lookup turns a name into addresses; net.Resolver's LookupHost.
type lookup func(ctx context.Context, host string) ([]string, error)

// find asks all seeds, and returns IP addresses with ports, and everything that went wrong.
func find(ctx context.Context, seeds []Seeds, look lookup) ([]string, error) {
	var out []string
	var errs []error
	for _, s := range seeds {
		addresses, err := s.Addresses(ctx)
		errs = append(errs, err)
		for _, a := range addresses {
			found, err := resolve(ctx, a, look)
			errs = append(errs, err)
			if out = append(out, found...); len(out) >= mostAddresses {
				return out[:mostAddresses], errors.Join(errs...)
			}
		}
	}
	return out, errors.Join(errs...)
}

func resolve(ctx context.Context, address string, look lookup) ([]string, error) {
	if a, err := netip.ParseAddrPort(address); err == nil {
		return []string{a.String()}, nil
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("gossip: seed %q: %w (accepted: host:port)", address, err)
	}
	if k, err := strconv.ParseUint(port, 10, 16); err != nil || k == 0 {
		return nil, fmt.Errorf("gossip: seed %q: the port is no number from 1 to 65535", address)
	}
	ips, err := look(ctx, host)
	if err != nil {
		return nil, fmt.Errorf("gossip: seed %q: %w", address, err)
	}
	var out []string
	for _, ip := range ips {
		out = append(out, net.JoinHostPort(ip, port))
	}
	return out, nil
}
