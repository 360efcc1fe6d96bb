// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/memberlist"
	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/cluster"
	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/simulations/network"
)

// A guard that nobody's fleet can reach is a guard without a fleet: one history of calls is played to guards without the
// section, with one and alone, and with one and cut off from a fleet in an outage. All that callers and listeners see is the same.

// attempt is one call of a history: after a pause, how long it takes, and whether it fails.
type attempt struct {
	pause, takes time.Duration
	fails        bool
}

func drawAttempts(t *rapid.T) (all []attempt) {
	share := rapid.SampledFrom([]float64{0, 0.3, 0.6, 1}).Draw(t, "share")
	for i := range rapid.IntRange(20, 150).Draw(t, "calls") {
		if i%50 == 49 {
			share = rapid.SampledFrom([]float64{0, 0.3, 0.6, 1}).Draw(t, "share")
		}
		all = append(all, attempt{
			pause: time.Duration(rapid.IntRange(1, 400).Draw(t, "pause")) * time.Millisecond,
			takes: time.Duration(rapid.SampledFrom([]int{0, 3, 80}).Draw(t, "takes")) * time.Millisecond,
			fails: rapid.Float64Range(0, 1).Draw(t, "draw") < share,
		})
	}
	return all
}

func drawBreaker(t *rapid.T) actors.Policy {
	return actors.Policy{
		Breaker: actors.Breaker{
			FailureRate: 0.5,
			MinCalls:    rapid.SampledFrom([]int{5, 20}).Draw(t, "min calls"),
			OpenFor:     rapid.SampledFrom([]time.Duration{0, time.Second, 5 * time.Second}).Draw(t, "open for"),
			Consecutive: rapid.SampledFrom([]int{0, 4}).Draw(t, "in a row"),
		},
		Bulkhead: actors.Bulkhead{Concurrency: rapid.SampledFrom([]int{0, 2}).Draw(t, "bulkhead")},
	}
}

// seen is what a history looks like from outside.
func seen(sys *actors.System, p actors.Policy, history []attempt) (lines []string, err error) {
	g, err := actors.Protect(sys, "payments", p)
	if err != nil {
		return nil, err
	}
	ref, err := actors.Bind(g, "charge", func(_ context.Context, a attempt) (int, error) {
		time.Sleep(a.takes)
		if a.fails {
			return 0, errDown
		}
		return 1, nil
	})
	if err != nil {
		return nil, err
	}
	synctest.Wait()
	events := sys.Subscribe(4096)
	defer events.Close()
	base := sys.Now()
	for _, a := range history {
		time.Sleep(a.pause)
		v, err := ref.Call(context.Background(), a)
		lines = append(lines, fmt.Sprintf("%v: %d, %v", sys.Now().Sub(base), v, err))
	}
	time.Sleep(time.Second)
	synctest.Wait()
	for {
		select {
		case e := <-events.C():
			if t := e.Transition; e.Kind == actors.EventTransition {
				t.At -= base
				if t.Until != fuseboard.Never {
					t.Until -= base
				}
				type all actors.Transition // every field, and not its sentence
				lines = append(lines, fmt.Sprintf("%+v", all(t)))
			}
			continue
		default:
		}
		return lines, nil
	}
}

// company is what stands around a guard.
type company func(t *rapid.T, sys *actors.System, net *network.Network) (end func())

func nobody(*rapid.T, *actors.System, *network.Network) func() { return func() {} }

func join(t *rapid.T, sys *actors.System, net *network.Network, name string) *cluster.Node {
	n, err := cluster.Join(context.Background(), sys, cluster.Options{
		Service: "shop", Name: name, Keys: [][]byte{key}, Trust: cluster.TrustGossipKey, Seed: 1,
		Seeds:   []gossip.Seeds{gossip.Static("10.0.0.1:7946")},
		Carrier: func(string) (memberlist.NodeAwareTransport, error) { return net.Node(name) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func alone(t *rapid.T, sys *actors.System, net *network.Network) func() {
	n := join(t, sys, net, "n0")
	return func() { _ = n.Close() }
}

// cutOff is a member of a fleet of five that hears nothing any more, where the other four hold.
func cutOff(t *rapid.T, sys *actors.System, net *network.Network) func() {
	own := join(t, sys, net, "n0")
	ends := []func(){func() { _ = own.Close() }}
	for i := range 4 {
		other, err := actors.Start(actors.Options{})
		if err != nil {
			t.Fatal(err)
		}
		r := &replica{name: fmt.Sprintf("n%d", i+1)}
		g, err := actors.Protect(other, "payments", following())
		if err != nil {
			t.Fatal(err)
		}
		r.ref, err = actors.Bind(g, "charge", func(context.Context, int) (int, error) { return 0, errDown })
		if err != nil {
			t.Fatal(err)
		}
		n := join(t, other, net, r.name)
		ctx, cancel := context.WithCancel(context.Background())
		go r.call(ctx)
		ends = append(ends, func() {
			cancel()
			_ = n.Close()
			_ = other.Shutdown(context.Background())
		})
	}
	time.Sleep(15 * time.Second)
	if err := net.Part([]string{"n0"}); err != nil {
		t.Fatal(err)
	}
	time.Sleep(10 * time.Second)
	if !own.Gossip().Isolated() {
		t.Fatal("it does not know that it is cut off")
	}
	return func() {
		for _, end := range ends {
			end()
		}
	}
}

// played is what a history looks like with some company.
func played(t *testing.T, rt *rapid.T, p actors.Policy, with company, history []attempt) (lines []string) {
	synctest.Test(t, func(*testing.T) {
		begins := time.Now().Add(time.Minute)
		sys, err := actors.Start(actors.Options{Seed: 7})
		if err != nil {
			rt.Fatal(err)
		}
		net, err := network.New(network.Options{Seed: 1})
		if err != nil {
			rt.Fatal(err)
		}
		end := with(rt, sys, net)
		time.Sleep(time.Until(begins)) // at the same instant whatever the company: a circuit's window is kept in slots of the System's time
		lines, err = seen(sys, p, history)
		if err != nil {
			rt.Error(err)
		}
		end()
		_ = sys.Shutdown(context.Background())
		_ = net.Close()
		synctest.Wait()
	})
	return lines
}

func TestProperty_AGuardWithoutAFleetInReachIsAGuardWithoutAFleet(t *testing.T) {
	moved := 0
	rapid.Check(t, func(rt *rapid.T) {
		p, history := drawBreaker(rt), drawAttempts(rt)
		off := played(t, rt, p, nobody, history)
		p.Fleet.Mode = actors.FleetFollow
		companies := map[string]company{"without a cluster": nobody, "alone": alone}
		if thorough() || rapid.IntRange(0, 9).Draw(rt, "a fleet") == 0 { // which takes ten times as long to play
			companies["cut off"] = cutOff
		}
		for _, name := range slices.Sorted(maps.Keys(companies)) {
			got := played(t, rt, p, companies[name], history)
			for i := range max(len(got), len(off)) {
				if i >= len(got) || i >= len(off) || got[i] != off[i] {
					rt.Fatalf("%s, line %d:\n%q, without the section\n%q", name, i, got[min(i, len(got)):], off[min(i, len(off)):])
				}
			}
		}
		if slices.ContainsFunc(off, func(l string) bool { return l[0] == '{' }) {
			moved++
		}
	})
	if !testing.Short() && moved < 10 {
		t.Errorf("only %d histories moved a circuit", moved)
	}
}
