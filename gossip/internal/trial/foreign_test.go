// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"fmt"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/gossip"
)

func TestStrangersAreRefusedAndCounted(t *testing.T) {
	for _, c := range []struct {
		what   string
		opts   func(*gossip.Options)
		counts func(gossip.Refused) uint64
	}{
		{"another key", func(o *gossip.Options) { o.Keys = [][]byte{wrong} }, func(r gossip.Refused) uint64 { return r.Key }},
		{"another label", func(o *gossip.Options) { o.Label = "shop/live" }, func(r gossip.Refused) uint64 { return r.Label }},
		{"no key", func(o *gossip.Options) { o.Keys, o.Plaintext = nil, true }, func(r gossip.Refused) uint64 { return r.Plaintext }},
	} {
		t.Run(c.what, func(t *testing.T) {
			aFleet(t, 5, lan(1), func(f *fleet) {
				o := f.options("stranger")
				c.opts(&o)
				members := append([]string(nil), f.all...)
				n := f.startWith(o)
				f.put("stranger", "payments", "open")
				time.Sleep(time.Minute)
				if k := f.sees("stranger"); k != 1 {
					t.Errorf("the stranger sees %d", k)
				}
				for _, name := range members {
					if f.sees(name) != 5 || f.has(name, "stranger", "payments", "open") {
						t.Errorf("%s has let it in", name)
					}
				}
				if s := f.nodes["n00"].Stats(); c.counts(s.Refused) == 0 || len(s.Lines) == 0 {
					t.Errorf("not counted: %+v", s)
				}
				if s := n.Stats(); s.JoinsFailed == 0 || s.LastJoin == "" {
					t.Errorf("the stranger was not told: %+v", s)
				}
				t.Log(n.Stats().LastJoin)
			})
		})
	}
}

func TestAKeyIsChangedWithoutLosingAnybody(t *testing.T) {
	aFleet(t, 20, lan(1), func(f *fleet) {
		step := func(do func(*gossip.Node) error) {
			for i, name := range f.all {
				ok(t, do(f.nodes[name]))
				f.put(name, "payments", fmt.Sprint(i))
				time.Sleep(500 * time.Millisecond)
				if k := f.sees(name); k != len(f.all) {
					t.Errorf("%s sees %d", name, k)
				}
			}
		}
		step(func(n *gossip.Node) error { return n.AddKey(wrong) })
		step(func(n *gossip.Node) error { return n.UseKey(wrong) })
		step(func(n *gossip.Node) error { return n.DropKey(key) })
		f.settles("all see all", time.Second, f.all, 20)
		f.equal("all have the same", 5*time.Second, f.all)
		for _, name := range f.all {
			if s := f.nodes[name].Stats(); s.Refused.Key+s.Refused.Plaintext > 0 {
				t.Errorf("%s has refused members: %+v", name, s.Refused)
			}
		}
		late := f.startWith(f.options("late")) // with the old key
		time.Sleep(10 * time.Second)
		if s := late.Stats(); s.Members != 1 || s.JoinsFailed == 0 {
			t.Errorf("%+v", s)
		}
	})
}

func TestAQuietFleetSendsLittle(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures, and takes two minutes of virtual time")
	}
	aFleet(t, 20, lan(1), func(f *fleet) {
		for _, name := range f.all {
			for i := range 20 {
				f.put(name, fmt.Sprint("dependency-", i), "0123456789012345678901234567890123456789")
			}
		}
		time.Sleep(time.Minute)
		before := f.n.Stats().Total
		const minutes = 1
		time.Sleep(minutes * time.Minute)
		after := f.n.Stats().Total
		per := func(a, b uint64) float64 { return float64(a-b) / 20 / minutes / 60 }
		packets, bytes, streams := per(after.Sent, before.Sent), per(after.Bytes, before.Bytes), per(after.StreamBytes, before.StreamBytes)
		t.Logf("each node sends %.1f packets, %.0f bytes in packets and %.0f bytes in streams a second", packets, bytes, streams)
		if packets > 8 || bytes+streams > 3000 {
			t.Error("that is too much")
		}
	})
}
