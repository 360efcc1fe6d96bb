// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"unicode"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

const (
	mostSeedBytes = 64 << 10 // of a file
	mostAddresses = 256      // of all seeds
)

// DefaultPort is the port of a seed that names none: memberlist's.
const DefaultPort = "7946"

// Seeds are addresses where members of the fleet may be found. It is asked again and again; any goroutine
// may call it at any time.
type Seeds interface {
	// Addresses returns host:port, each an IP address or a name that is looked up; without a port it is [DefaultPort]. It ends with ctx.
	Addresses(ctx context.Context) ([]string, error)
}

// judged are seeds that can be wrong before anybody is asked.
type judged interface {
	judge(c *plain.Check, path string)
}

type static []string

// Static are seeds that are known: "10.0.0.1:7946", or a name that is looked up each time: "shop-1.internal:7946". The port
// may be left out: [DefaultPort].
func Static(addresses ...string) Seeds { return static(append([]string(nil), addresses...)) }

func (s static) Addresses(context.Context) ([]string, error) { return s, nil }

func (s static) judge(c *plain.Check, path string) {
	for i, a := range s {
		judgeAddress(c, plain.At(path+".addresses", i), a)
	}
}

type dns struct {
	name     string
	resolver *net.Resolver
}

// DNS are all addresses of a name, looked up each time: "shop.internal:7946" by A and AAAA, where the port may be left out
// ([DefaultPort]); a name that begins with an underscore, "_gossip._udp.shop.internal", by SRV, which has the ports.
func DNS(name string) Seeds { return dns{name, net.DefaultResolver} }

func (d dns) bySRV() bool { return strings.HasPrefix(d.name, "_") }

func (d dns) Addresses(ctx context.Context) ([]string, error) {
	if !d.bySRV() {
		return []string{d.name}, nil // the node looks names up
	}
	_, records, err := d.resolver.LookupSRV(ctx, "", "", d.name)
	if err != nil {
		return nil, fmt.Errorf("gossip: seeds of DNS %q: %w", d.name, err)
	}
	var out []string
	for _, r := range records {
		if host := strings.TrimSuffix(r.Target, "."); host != "" { // a dot alone says that there is none
			out = append(out, net.JoinHostPort(host, strconv.Itoa(int(r.Port))))
		}
	}
	return out, nil
}

func (d dns) judge(c *plain.Check, path string) {
	if d.bySRV() && strings.Contains(d.name, ":") {
		c.Add(fuseboard.Problem{
			Path: path + ".name", Code: "bad-address", Value: shown(d.name), Message: "has a port, and SRV records have ports of their own",
			Accepted: `"_gossip._udp.shop.internal", or "shop.internal:7946"`, Fix: "leave the port out",
		})
		return
	}
	if !d.bySRV() {
		judgeAddress(c, path+".name", d.name)
	}
}

// judgeAddress tells of an address that cannot be one.
func judgeAddress(c *plain.Check, path, address string) {
	if _, _, err := splitSeed(address); err != nil {
		c.Add(fuseboard.Problem{
			Path: path, Code: "bad-address", Value: strconv.Quote(plain.Shorten(address)), Message: err.Error(),
			Accepted: seedForm, Fix: "correct it, or take it out",
		})
	}
}

type file string

// File are the addresses in a file, one a line, with or without a port ([DefaultPort]); empty lines and those that begin with # are
// not looked at. It is read each time, up to 64 KiB.
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
	return f.lines(b)
}

// lines returns the addresses, and everything that is none, with its line.
func (f file) lines(b []byte) (out []string, err error) {
	var errs []error
	for i, line := range strings.Split(string(b), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if _, _, err := splitSeed(line); err != nil {
			errs = append(errs, fmt.Errorf("gossip: seeds: %s:%d: %s %w (accepted: %s)", string(f), i+1, strconv.Quote(plain.Shorten(line)), err, seedForm))
			continue
		}
		out = append(out, line)
	}
	return out, errors.Join(errs...)
}

func (f file) judge(c *plain.Check, path string) {
	if f == "" {
		c.Add(fuseboard.Problem{Path: path + ".path", Code: "missing", Message: "is empty", Accepted: "the path of a file", Fix: "name the file, or take it out"})
	}
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

const (
	seedForm     = `an address or a name, with or without a port: "10.0.0.1:7946", "shop.internal", "[::1]:7946"`
	mostHostName = 253
)

// splitSeed reads host and port of a seed.
func splitSeed(address string) (host, port string, err error) {
	if a, err := netip.ParseAddr(strings.Trim(address, "[]")); err == nil {
		return a.String(), DefaultPort, nil
	}
	host, port = address, DefaultPort
	if strings.Contains(address, ":") {
		if host, port, err = net.SplitHostPort(address); err != nil {
			return "", "", errors.New("is no host and port")
		}
	}
	if k, err := strconv.ParseUint(port, 10, 16); err != nil || k == 0 {
		return "", "", errors.New("has a port that is no number from 1 to 65535")
	}
	if _, err := netip.ParseAddr(host); err != nil && !soundHost(host) {
		return "", "", errors.New("has no host that could be looked up")
	}
	return host, port, nil
}

// soundHost reports whether a name could be one of DNS.
func soundHost(host string) bool {
	return host != "" && len(host) <= mostHostName && !strings.ContainsFunc(host, func(r rune) bool {
		return r != '.' && r != '_' && r != '-' && (r > unicode.MaxASCII || !wordByte(byte(r)))
	})
}

func resolve(ctx context.Context, address string, look lookup) ([]string, error) {
	if a, err := netip.ParseAddrPort(address); err == nil {
		return []string{a.String()}, nil
	}
	host, port, err := splitSeed(address)
	if err != nil {
		return nil, fmt.Errorf("gossip: seed %q %w (accepted: %s)", plain.Shorten(address), err, seedForm)
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return []string{net.JoinHostPort(host, port)}, nil
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
