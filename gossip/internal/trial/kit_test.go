// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/gossip/record"
	"github.com/fuseboard/fuseboard/simulations/network"
)

// thorough says that all sizes and seeds are to run, which takes minutes.
func thorough() bool { return os.Getenv("FUSEBOARD_FLEET") == "all" }

// large is a large fleet: 50 nodes, where that is not too slow.
func large() int {
	if testing.Short() {
		return 20
	}
	return 50
}

// key is of a fleet, and wrong of another.
var (
	key   = []byte("0123456789abcdef0123456789abcdef")
	wrong = []byte("fedcba9876543210fedcba9876543210")
)

// fleet is nodes on a network, in a bubble.
type fleet struct {
	t     *testing.T
	n     *network.Network
	nodes map[string]*gossip.Node
	addrs map[string]string
	all   []string
	dying sync.WaitGroup
	opts  func(*gossip.Options) // what is not as usual
}

// bubble runs f with no nodes yet, and closes what it leaves.
func bubble(t *testing.T, opts network.Options, f func(f *fleet)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n, err := network.New(opts)
		if err != nil {
			t.Fatal(err)
		}
		fl := &fleet{t: t, n: n, nodes: map[string]*gossip.Node{}, addrs: map[string]string{}}
		defer fl.end()
		f(fl)
	})
}

// aFleet runs story with count nodes that see each other.
func aFleet(t *testing.T, count int, opts network.Options, story func(f *fleet)) {
	t.Helper()
	bubble(t, opts, func(f *fleet) {
		f.grow(count)
		f.settles("all have joined", 5*time.Second, f.all, count)
		time.Sleep(2 * time.Second)
		story(f)
	})
}

func (f *fleet) grow(count int) {
	f.t.Helper()
	for i := range count {
		f.start(fmt.Sprintf("n%02d", i))
	}
}

func (f *fleet) end() {
	var all sync.WaitGroup
	for _, n := range f.nodes {
		all.Go(func() {
			if err := n.Close(); err != nil {
				f.t.Error(err)
			}
		})
	}
	all.Wait()
	f.dying.Wait()
	ok(f.t, f.n.Close())
	synctest.Wait()
}

// options are what each node has: two of the others as seeds.
func (f *fleet) options(name string) gossip.Options {
	o := gossip.Options{
		Name: name, Label: "shop/test", Keys: [][]byte{key}, Seed: 1,
		Seeds: []gossip.Seeds{gossip.Static("10.0.0.1:7946", "10.0.0.2:7946")},
		Carrier: func(string) (memberlist.NodeAwareTransport, error) {
			tr, err := f.n.Node(name)
			if err != nil {
				return nil, err
			}
			f.addrs[name] = tr.Addr()
			return tr, nil
		},
	}
	if f.opts != nil {
		f.opts(&o)
	}
	return o
}

func (f *fleet) start(name string) *gossip.Node {
	f.t.Helper()
	return f.startWith(f.options(name))
}

func (f *fleet) startWith(o gossip.Options) *gossip.Node {
	f.t.Helper()
	n, err := gossip.Start(context.Background(), o)
	ok(f.t, err)
	f.nodes[o.Name] = n
	if !slices.Contains(f.all, o.Name) {
		f.all = append(f.all, o.Name)
	}
	return n
}

// kill ends a node without a word.
func (f *fleet) kill(name string) {
	f.t.Helper()
	ok(f.t, f.n.Kill(name))
	n := f.nodes[name]
	delete(f.nodes, name)
	f.all = slices.DeleteFunc(f.all, func(s string) bool { return s == name })
	f.dying.Go(func() { _ = n.Close() })
}

// sees is how many names a node sees, itself included.
func (f *fleet) sees(name string) int { return f.nodes[name].Stats().Members }

// settles waits until all of some see so many, and returns how long that took.
func (f *fleet) settles(what string, within time.Duration, some []string, sees int) time.Duration {
	f.t.Helper()
	return f.until(what, within, 50*time.Millisecond, func() bool {
		return !slices.ContainsFunc(some, func(name string) bool { return f.sees(name) != sees })
	}, func() {
		for _, name := range some {
			if k := f.sees(name); k != sees {
				f.t.Logf("%s sees %d", name, k)
			}
		}
	})
}

// until waits until is.
func (f *fleet) until(what string, within, step time.Duration, is func() bool, why func()) time.Duration {
	f.t.Helper()
	before := time.Now()
	for !is() {
		if time.Since(before) > within {
			why()
			f.t.Fatalf("%s: not within %v", what, within)
		}
		time.Sleep(step)
	}
	f.t.Logf("%s after %v", what, time.Since(before))
	return time.Since(before)
}

// has reports whether a node has a record with a body.
func (f *fleet) has(name, owner, key, body string) bool {
	r, found := f.nodes[name].Record(owner, key)
	return found && string(r.Body) == body
}

// reach waits until all have a record.
func (f *fleet) reach(owner, key, body string, within time.Duration) time.Duration {
	f.t.Helper()
	return f.until("all have it", within, 5*time.Millisecond, func() bool {
		return !slices.ContainsFunc(f.all, func(name string) bool { return !f.has(name, owner, key, body) })
	}, func() {})
}

// equal waits until all of some have the same records.
func (f *fleet) equal(what string, within time.Duration, some []string) time.Duration {
	f.t.Helper()
	return f.until(what, within, 100*time.Millisecond, func() bool {
		first := f.records(some[0])
		return !slices.ContainsFunc(some[1:], func(name string) bool { return f.records(name) != first })
	}, func() {
		for _, name := range some {
			f.t.Logf("%s has %d records", name, f.nodes[name].Stats().Records.Records)
		}
	})
}

func (f *fleet) records(name string) string {
	var b []byte
	for r := range f.nodes[name].Records() {
		b = fmt.Appendf(b, "%s/%s %v %x\n", r.Owner, r.Key, r.Version, r.Body)
	}
	return string(b)
}

func (f *fleet) put(name, key, body string) {
	f.t.Helper()
	ok(f.t, f.nodes[name].Put(record.Transition, key, []byte(body)))
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// quantile of durations, 0 to 1.
func quantile(all []time.Duration, q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[int(q*float64(len(sorted)-1))]
}
