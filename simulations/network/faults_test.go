// SPDX-License-Identifier: Apache-2.0

package network

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

func TestACutIsOneWay(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, n *Network) {
		a, b := node(t, n, "a"), node(t, n, "b")
		send(t, a, b, "under way")
		ok(t, n.Cut("a", "b"))
		send(t, a, b, "cut")
		send(t, b, a, "open")
		time.Sleep(time.Second)
		wants(t, "at b", got(b), "")
		wants(t, "at a", got(a), "open")
		if c := n.Stats().Links[Way{"a", "b"}]; c.Cut != 2 {
			t.Errorf("%+v", c)
		}
		n.Heal()
		send(t, a, b, "healed")
		time.Sleep(time.Second)
		wants(t, "at b", got(b), "healed")
	})
}

func TestACutStallsStreamsUntilItHeals(t *testing.T) {
	bubble(t, Options{Link: Link{Latency: time.Millisecond}}, func(t *testing.T, n *Network) {
		a, b := node(t, n, "a"), node(t, n, "b")
		c, s := connect(t, a, b)
		write(t, c, "under way ")
		ok(t, n.Cut("a", "b"))
		write(t, c, "stalled")
		write(t, s, "open")
		wants(t, "the other way", read(c), "open")
		ok(t, s.SetDeadline(time.Now().Add(time.Second)))
		if _, err := s.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a read over a cut: %v", err)
		}
		ok(t, s.SetDeadline(time.Time{}))
		time.AfterFunc(time.Hour, n.Heal)
		wants(t, "until it heals", took(func() { wants(t, "read", read(s), "under way stalled") }).String(), "1h0m0.001s")
		time.AfterFunc(time.Hour, n.Heal)
		ok(t, n.Cut("b", "a"))
		wants(t, "a dial over a cut", took(func() {
			_, err := a.DialTimeout(b.Addr(), 2*time.Hour)
			ok(t, err)
		}).String(), "1h0m0.001s")
	})
}

func TestStreamsThatEndOverACutLeaveNothing(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, n *Network) {
		a, b := node(t, n, "a"), node(t, n, "b")
		c, s := connect(t, a, b)
		ok(t, n.Part([]string{"a"}))
		write(t, c, "never")
		write(t, s, "never")
		ok(t, c.Close())
		ok(t, s.Close())
		_, err := a.DialTimeout(b.Addr(), time.Second)
		for w := range n.Stats().Links {
			if l := n.hosts[w.From].links[n.hosts[w.To]]; len(l.stalled) > 0 || len(a.conns)+len(b.conns) > 0 {
				t.Errorf("%d segments stall from %s to %s for streams that are no more (%v)", len(l.stalled), w.From, w.To, err)
			}
		}
	})
}

func TestPartsAreDividedUntilTheyHeal(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, n *Network) {
		all := []*Transport{node(t, n, "a"), node(t, n, "b"), node(t, n, "c"), node(t, n, "d"), node(t, n, "e")}
		heard := func(what string, want ...string) {
			t.Helper()
			for _, from := range all {
				for _, to := range all {
					send(t, from, to, from.Name())
				}
			}
			time.Sleep(time.Second)
			for i, tr := range all {
				wants(t, what+", at "+tr.Name(), got(tr), want[i])
			}
		}
		ok(t, n.Part([]string{"a", "b"}, []string{"c"}))
		heard("three parts", "a b", "a b", "c", "d e", "d e")
		ok(t, n.Part([]string{"c", "d"}))
		heard("two parts", "a b e", "a b e", "c d", "c d", "a b e")
		all = append(all, node(t, n, "f"))
		heard("one more", "a b e f", "a b e f", "c d", "c d", "a b e f", "a b e f")
		n.Heal()
		heard("healed", "a b c d e f", "a b c d e f", "a b c d e f", "a b c d e f", "a b c d e f", "a b c d e f")
	})
}

func TestNothingPassesAPausedNode(t *testing.T) {
	bubble(t, Options{Buffer: 4, Link: Link{Latency: time.Millisecond}}, func(t *testing.T, n *Network) {
		a, b := node(t, n, "a"), node(t, n, "b")
		ab, ba := connect(t, a, b)
		send(t, a, b, "1")
		time.Sleep(time.Second)
		ok(t, n.Pause("b"))
		ok(t, n.Pause("b"))
		for _, text := range []string{"2", "3", "4", "5"} {
			send(t, a, b, text)
		}
		write(t, ab, "hello")
		_, err := a.DialTimeout(b.Addr(), time.Second) // the kernel of a stopped process answers
		ok(t, err)
		time.Sleep(time.Second)
		wants(t, "in a pause", got(b), "")
		if len(b.streams) > 0 {
			t.Error("a paused node accepts")
		}
		time.AfterFunc(time.Minute, func() { ok(t, n.Resume("b")) })
		var waits crowd
		for what, f := range map[string]func(){
			"a packet": func() { send(t, b, a, "mine") },
			"a dial":   func() { _, err := b.DialTimeout(a.Addr(), time.Hour); ok(t, err) },
			"a read":   func() { wants(t, "read", read(ba), "hello") },
			"a write":  func() { write(t, ba, "bye") },
		} {
			waits.Go(func() {
				if d := took(f).Truncate(time.Second); d != time.Minute {
					t.Errorf("%s of a paused node took %v, and the pause a minute", what, d)
				}
			})
		}
		waits.Wait()
		wants(t, "after it", got(b), "1 2 3 4")
		<-b.StreamCh()
		time.Sleep(time.Second)
		wants(t, "from it", got(a)+" "+read(ab), "mine bye")
		if c := n.Stats().Total; c.Overflowed != 1 {
			t.Errorf("%+v", c)
		}
	})
}

func TestAKillEndsAPause(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, n *Network) {
		a, b := node(t, n, "a"), node(t, n, "b")
		c, _ := connect(t, b, a)
		ok(t, n.Pause("b"))
		time.AfterFunc(time.Second, func() { ok(t, n.Kill("b")) })
		var waits crowd
		for what, f := range map[string]func() error{
			"a packet": func() error { _, err := b.WriteTo(nil, a.Addr()); return err },
			"a dial":   func() error { _, err := b.DialTimeout(a.Addr(), 0); return err },
			"a read":   func() error { _, err := c.Read(make([]byte, 1)); return err },
		} {
			waits.Go(func() {
				if err := f(); !errors.Is(err, net.ErrClosed) {
					t.Errorf("%s of a node that is killed: %v", what, err)
				}
			})
		}
		waits.Wait()
	})
}

func TestCloseEndsWhatWaits(t *testing.T) {
	bubble(t, Options{Seed: 3}, func(t *testing.T, n *Network) {
		a, b := node(t, n, "a"), node(t, n, "b")
		c, _ := connect(t, a, b)
		send(t, a, b, "on its way")
		ok(t, n.Cut("a", "b"))
		write(t, c, "stalled")
		var waits crowd
		waits.Go(func() {
			if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
				t.Errorf("a read: %v", err)
			}
		})
		waits.Go(func() {
			if _, err := a.DialTimeout(b.Addr(), 0); !errors.Is(err, net.ErrClosed) {
				t.Errorf("a dial: %v", err)
			}
		})
		time.Sleep(100 * time.Microsecond)
		ok(t, n.Close())
		ok(t, n.Close())
		waits.Wait()
		if _, err := n.Node("c"); !errors.Is(err, ErrClosed) {
			t.Errorf("a node of a closed network: %v", err)
		}
	})
}

func TestWhatIsWrongIsToldAtOnce(t *testing.T) {
	_, err := New(Options{Buffer: -1, Window: 5, Link: Link{Latency: time.Hour, Loss: 10}})
	wants(t, "options", err.Error(), "network: link.latency = 1h: is out of range (accepted: 1µs to 1m); leave it out for 500us [out-of-range]\n"+
		"link.loss = 1000%: is out of range (accepted: 0% to 100%); write 10% if that is meant [out-of-range]\n"+
		"buffer = -1: must not be negative (accepted: 1 to 1048576); leave it out for 1024 [negative]\n"+
		"window = 5: is out of range (accepted: 1460 to 1073741824); leave it out for 65536 [out-of-range]")
	bubble(t, Options{}, func(t *testing.T, n *Network) {
		node(t, n, "a")
		node(t, n, "b")
		ok(t, n.Kill("b"))
		said := func(err error) string {
			if err == nil {
				return "nothing"
			}
			return err.Error()
		}
		_, unnamed := n.Node("")
		_, twice := n.Node("a")
		for _, c := range []struct {
			err  error
			want string
		}{
			{unnamed, "network: a node needs a name"},
			{twice, `network: node "a" lives already; Kill it first, or choose another name`},
			{n.Cut("x", "y"), "network: cut from \"x\" to \"y\": there is no node \"x\"; Node makes one\nthere is no node \"y\"; Node makes one"},
			{n.Cut("a", "a"), `network: cut from "a" to "a": a node cannot be cut off from itself`},
			{n.SetLink("a", "z", Link{Jitter: -1}), "network: link from \"a\" to \"z\": there is no node \"z\"; Node makes one\n" +
				"jitter = -1ns: must not be negative (accepted: 0s to 1m) [negative]"},
			{n.Part([]string{"a", "q"}, []string{"a"}), "network: part: there is no node \"q\"; Node makes one\nnode \"a\" is in group 1 and in group 2"},
			{n.Pause("b"), `network: pause: node "b" is dead; Node brings it back`},
			{n.Resume("b"), `network: resume: node "b" is dead; Node brings it back`},
			{n.Kill("c"), `network: kill: there is no node "c"; Node makes one`},
		} {
			wants(t, "error", said(c.err), c.want)
		}
	})
}

func TestAddressesGoOnBeyondOneNet(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, n *Network) {
		var last *Transport
		for _, name := range names(252) {
			last = node(t, n, name)
		}
		wants(t, "the 252nd", last.Addr(), "10.0.1.2:7946")
		ip, port, err := last.FinalAdvertiseAddr("", 0)
		ok(t, err)
		wants(t, "advertised", net.JoinHostPort(ip.String(), "7946"), last.Addr())
		if port != Port {
			t.Error(port)
		}
	})
}
