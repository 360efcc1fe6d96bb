// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// zone is a DNS server in this process.
type zone struct {
	mu    sync.Mutex
	a     map[string][]string // addresses of names
	srv   map[string][]dnsmessage.SRVResource
	fails bool
	work  sync.WaitGroup
}

// resolver asks the zone, and nobody else.
func (z *zone) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe() // a stream: messages have their length before them
		z.work.Go(func() {
			defer func() { _ = there.Close() }()
			for z.answer(there) == nil {
			}
		})
		return here, nil
	}}
}

func (z *zone) answer(c net.Conn) error {
	var length [2]byte
	if _, err := io.ReadFull(c, length[:]); err != nil {
		return err
	}
	b := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(c, b); err != nil {
		return err
	}
	var m dnsmessage.Message
	if err := m.Unpack(b); err != nil {
		return err
	}
	z.fill(&m)
	b, err := m.AppendPack(make([]byte, 2))
	if err != nil {
		return err
	}
	binary.BigEndian.PutUint16(b, uint16(len(b)-2))
	_, err = c.Write(b)
	return err
}

func (z *zone) fill(m *dnsmessage.Message) {
	z.mu.Lock()
	defer z.mu.Unlock()
	q := m.Questions[0]
	m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
	if z.fails {
		m.RCode = dnsmessage.RCodeServerFailure
		return
	}
	name := strings.TrimSuffix(q.Name.String(), ".")
	head := func(t dnsmessage.Type) dnsmessage.ResourceHeader {
		return dnsmessage.ResourceHeader{Name: q.Name, Type: t, Class: dnsmessage.ClassINET, TTL: 1}
	}
	for _, address := range z.a[name] {
		ip := net.ParseIP(address)
		switch four := ip.To4(); {
		case four != nil && q.Type == dnsmessage.TypeA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head(q.Type), Body: &dnsmessage.AResource{A: [4]byte(four)}})
		case four == nil && q.Type == dnsmessage.TypeAAAA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head(q.Type), Body: &dnsmessage.AAAAResource{AAAA: [16]byte(ip)}})
		}
	}
	for _, s := range z.srv[name] {
		if q.Type == dnsmessage.TypeSRV {
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: head(q.Type), Body: &s})
		}
	}
	if z.a[name] == nil && z.srv[name] == nil {
		m.RCode = dnsmessage.RCodeNameError
	}
}

func (z *zone) change(do func()) {
	z.mu.Lock()
	defer z.mu.Unlock()
	do()
}

func target(name string, port uint16) dnsmessage.SRVResource {
	return dnsmessage.SRVResource{Priority: 1, Weight: 1, Port: port, Target: dnsmessage.MustNewName(name)}
}

func TestSeedsOfDNSAreThoseThatItHasNow(t *testing.T) {
	const service = "_gossip._udp.shop.internal"
	z := &zone{
		a: map[string][]string{"shop.internal": {"10.0.0.1", "10.0.0.2", "fd00::1"}, "shop-3.internal": {"10.0.0.3"}, "shop-4.internal": {"10.0.0.4"}},
		srv: map[string][]dnsmessage.SRVResource{
			service:                   {target("shop-3.internal.", 7001), target("shop-4.internal.", 7002)},
			"_gossip._udp.none.local": {target(".", 0)},
		},
	}
	defer z.work.Wait()
	r := z.resolver()
	ask := func(seeds ...Seeds) ([]string, error) {
		found, err := find(t.Context(), seeds, r.LookupHost)
		slices.Sort(found)
		return found, err
	}
	byName, bySRV := dns{"shop.internal", r}, dns{service, r}
	if found, err := ask(byName, bySRV); err != nil || !slices.Equal(found, []string{"10.0.0.1:7946", "10.0.0.2:7946", "10.0.0.3:7001", "10.0.0.4:7002", "[fd00::1]:7946"}) {
		t.Errorf("%q, %v", found, err)
	}
	if found, err := ask(dns{"_gossip._udp.none.local", r}); err != nil || len(found) > 0 {
		t.Errorf("of a service that says that there is none: %q, %v", found, err)
	}
	z.change(func() {
		z.a["shop.internal"] = []string{"10.0.0.9"}
		z.srv[service] = []dnsmessage.SRVResource{target("gone.internal.", 7001), target("shop-4.internal.", 7003)}
	})
	found, err := ask(byName, bySRV)
	if !slices.Equal(found, []string{"10.0.0.4:7003", "10.0.0.9:7946"}) || err == nil || !strings.Contains(err.Error(), "gone.internal:7001") {
		t.Errorf("changed: %q, %v", found, err)
	}
	z.change(func() { z.fails = true })
	if found, err := ask(byName, bySRV); len(found) > 0 || err == nil || strings.Count(err.Error(), "gossip: seed") != 2 {
		t.Errorf("not both failures are told: %q, %v", found, err)
	}
}

// While DNS fails a node goes on with what it knew, and says that it fails.
func TestANodeKeepsItsSeedsWhileDNSFails(t *testing.T) {
	z := &zone{a: map[string][]string{"shop.internal": {"10.0.0.1", "10.0.0.2"}}}
	defer z.work.Wait()
	r := z.resolver()
	n := still(t, func(o *Options) { o.Seeds = []Seeds{dns{"shop.internal:7000", r}} })
	n.look = r.LookupHost
	s := seeker{n: n}
	for _, c := range []struct {
		what   string
		change func()
		want   []string
		fails  bool
	}{
		{"at first", func() {}, []string{"10.0.0.1:7000", "10.0.0.2:7000"}, false},
		{"while it fails", func() { z.fails = true }, []string{"10.0.0.1:7000", "10.0.0.2:7000"}, true},
		{"when it is back", func() { z.fails, z.a["shop.internal"] = false, []string{"10.0.0.3"} }, []string{"10.0.0.3:7000"}, false},
		{"when the name is gone", func() { delete(z.a, "shop.internal") }, []string{"10.0.0.3:7000"}, true},
	} {
		z.change(c.change)
		s.known = false // as after some seconds
		s.askSeeds(t.Context())
		slices.Sort(s.seeds)
		all, err := n.Seeds()
		if !slices.Equal(s.seeds, c.want) || len(all) != len(c.want) || (err != nil) != c.fails {
			t.Errorf("%s: %q, %+v, %v", c.what, s.seeds, all, err)
		}
	}
}
