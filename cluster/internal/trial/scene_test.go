// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/internal/servers/certs"
	"github.com/fuseboard/fuseboard/simulations/network"
)

// scene is what a fleet is like: who calls what, how often, over which network.
type scene struct {
	nodes  int
	seed   uint64
	link   network.Link
	deps   []string       // default payments
	every  time.Duration  // between two calls of one node to one dependency; default 100ms
	policy *actors.Policy // default following
	tls    bool           // nodes talk mutual TLS, and nothing else
	with   func(i int, o *cluster.Options)
}

// world is a scene that is played, in a bubble.
type world struct {
	t     *testing.T
	scene scene
	net   *network.Network
	all   []*site
	dying sync.WaitGroup
	ends  []func() // of what else was started

	authority *certs.Authority // of a scene with TLS; else nil
}

// site is one node of it.
type site struct {
	name   string
	sys    *actors.System
	node   *cluster.Node
	refs   []*actors.Ref[int, int]
	fails  []atomic.Uint64 // by dependency: the share of attempts that fail, in ppm
	tries  []atomic.Int64
	end    context.CancelFunc
	calls  sync.WaitGroup
	mu     sync.Mutex
	phases [][]turn // by dependency: what the circuit was told, when it changed
}

// play runs story with the nodes of s once they all see each other.
func play(t *testing.T, s scene, story func(w *world)) {
	t.Helper()
	if len(s.deps) == 0 {
		s.deps = []string{"payments"}
	}
	if s.every == 0 {
		s.every = 100 * time.Millisecond
	}
	if s.policy == nil {
		p := following()
		s.policy = &p
	}
	synctest.Test(t, func(t *testing.T) {
		net, err := network.New(network.Options{Seed: s.seed, Link: s.link})
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, scene: s, net: net}
		defer w.close()
		for i := range s.nodes {
			w.start(i)
		}
		w.settles("all have joined", 10*time.Second, w.all, s.nodes)
		story(w)
	})
}

// start begins node i, which knows the first two.
func (w *world) start(i int) *site {
	w.t.Helper()
	s := &site{name: fmt.Sprintf("n%02d", i)}
	sys, err := actors.Start(actors.Options{})
	w.ok(err)
	s.sys = sys
	s.fails, s.tries = make([]atomic.Uint64, len(w.scene.deps)), make([]atomic.Int64, len(w.scene.deps))
	s.phases = make([][]turn, len(w.scene.deps))
	draw := rand.New(rand.NewPCG(w.scene.seed, uint64(i)))
	for d, name := range w.scene.deps {
		g, err := actors.Protect(sys, name, *w.scene.policy)
		w.ok(err)
		ref, err := actors.Bind(g, "call", func(context.Context, int) (int, error) {
			s.tries[d].Add(1)
			if draw.Uint64N(1e6) < s.fails[d].Load() { // one goroutine calls
				return 0, errDown
			}
			return 1, nil
		})
		w.ok(err)
		s.refs = append(s.refs, ref)
	}
	o := cluster.Options{
		Service: "shop", Name: s.name, Keys: [][]byte{key}, Trust: cluster.TrustGossipKey, Seed: w.scene.seed<<16 + uint64(i) + 1,
		Seeds:   []gossip.Seeds{gossip.Static("10.0.0.1:7946", "10.0.0.2:7946")},
		Carrier: func(string) (memberlist.NodeAwareTransport, error) { return w.net.Node(s.name) },
	}
	if w.scene.tls {
		w.secure(s.name, &o)
	}
	if w.scene.with != nil {
		w.scene.with(i, &o)
	}
	s.node, err = cluster.Join(context.Background(), sys, o)
	w.ok(err)
	ctx, cancel := context.WithCancel(context.Background())
	s.end = cancel
	s.calls.Go(func() { s.call(ctx, w.scene.every, time.Duration(i)*w.scene.every/time.Duration(w.scene.nodes)) })
	s.calls.Go(func() { s.watch(ctx) })
	w.all = append(w.all, s)
	return s
}

// call calls each dependency in turn until ctx ends.
func (s *site) call(ctx context.Context, every, first time.Duration) {
	<-time.After(first)
	each := every / time.Duration(len(s.refs))
	for d := 0; ctx.Err() == nil; d = (d + 1) % len(s.refs) {
		_, _ = s.refs[d].Call(ctx, 1)
		<-time.After(each)
	}
}

// fail lets a share of the attempts of some at a dependency fail.
func fail(some []*site, d int, share float64) {
	for _, s := range some {
		s.fails[d].Store(uint64(share * 1e6))
	}
}

// kill ends a node as SIGKILL does.
func (w *world) kill(s *site) {
	w.t.Helper()
	w.ok(w.net.Kill(s.name))
	w.all = slices.DeleteFunc(w.all, func(o *site) bool { return o == s })
	w.dying.Go(func() { s.stop() })
}

func (s *site) stop() {
	s.end()
	s.calls.Wait()
	_ = s.node.Close()
	_ = s.sys.Shutdown(context.Background())
}

func (w *world) close() {
	for _, end := range w.ends {
		end()
	}
	for _, s := range w.all {
		w.dying.Go(func() { s.stop() })
	}
	w.dying.Wait()
	_ = w.net.Close()
	synctest.Wait()
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// names are those of some.
func names(some []*site) (all []string) {
	for _, s := range some {
		all = append(all, s.name)
	}
	return all
}

// lose gives the links between two groups a share of loss, one way.
func (w *world) lose(from, to []*site, share float64) {
	w.t.Helper()
	l := w.scene.link
	l.Loss = share
	for _, a := range from {
		for _, b := range to {
			if a != b {
				w.ok(w.net.SetLink(a.name, b.name, l))
			}
		}
	}
}

// settles waits until all of some see so many, and returns how long that took.
func (w *world) settles(what string, within time.Duration, some []*site, sees int) time.Duration {
	w.t.Helper()
	return w.until(what, within, 50*time.Millisecond, func() bool {
		return !slices.ContainsFunc(some, func(s *site) bool { return s.node.Gossip().Stats().Members != sees })
	})
}

// until waits until is, and returns how long that took.
func (w *world) until(what string, within, step time.Duration, is func() bool) time.Duration {
	w.t.Helper()
	before := time.Now()
	for !is() {
		if time.Since(before) > within {
			w.t.Fatalf("%s: not within %v", what, within)
		}
		time.Sleep(step)
	}
	return time.Since(before)
}

// of is what a node says of a dependency.
func (w *world) of(s *site, d int) cluster.DependencyStatus {
	w.t.Helper()
	st, err := s.node.Status(context.Background())
	w.ok(err)
	for _, one := range st.Dependencies {
		if one.Name == w.scene.deps[d] {
			return one
		}
	}
	w.t.Fatalf("%s has no %s: %+v", s.name, w.scene.deps[d], st)
	return cluster.DependencyStatus{}
}
