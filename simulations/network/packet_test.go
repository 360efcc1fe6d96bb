// SPDX-License-Identifier: Apache-2.0

package network

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

func drawLink(r *rapid.T) Link {
	share := rapid.SampledFrom([]float64{0, 0, 0.05, 0.5, 1})
	return Link{
		Latency: time.Duration(rapid.IntRange(1, 50_000).Draw(r, "latency")) * time.Microsecond,
		Jitter:  time.Duration(rapid.IntRange(0, 50_000).Draw(r, "jitter")) * time.Microsecond,
		Loss:    share.Draw(r, "loss"), Duplicate: share.Draw(r, "duplicate"), Reorder: share.Draw(r, "reorder"),
	}.withDefaults()
}

// letter is one packet of a script: who sends it, to whom, how long after the one before.
type letter struct {
	from, to int
	gap      time.Duration
}

func drawLetters(r *rapid.T, nodes int) []letter {
	return rapid.SliceOfN(rapid.Custom(func(r *rapid.T) letter {
		return letter{
			from: rapid.IntRange(0, nodes-1).Draw(r, "from"), to: rapid.IntRange(0, nodes-1).Draw(r, "to"),
			gap: time.Duration(rapid.SampledFrom([]int{0, 1, 3, 40}).Draw(r, "gap")) * time.Millisecond,
		}
	}), 1, 80).Draw(r, "letters")
}

// post is a packet that arrived: which letter, where, and how long it took.
type post struct {
	letter, at int
	took       time.Duration
}

// deliver sends letters between nodes, and returns what arrived, in order for each node.
func deliver(n *Network, nodes int, letters []letter) (arrived [][]post, err error) {
	var trs []*Transport
	for _, name := range names(nodes) {
		tr, err := n.Node(name)
		if err != nil {
			return nil, err
		}
		trs = append(trs, tr)
	}
	arrived = make([][]post, nodes)
	sent := make([]time.Time, len(letters))
	var readers crowd
	done := make(chan struct{})
	for i, tr := range trs {
		readers.Go(func() {
			for {
				select {
				case p := <-tr.PacketCh():
					var k int
					if _, err := fmt.Sscanf(string(p.Buf), "letter %d from "+p.From.String(), &k); err != nil {
						k = -1
					}
					arrived[i] = append(arrived[i], post{letter: k, at: i, took: p.Timestamp.Sub(sent[k])})
				case <-done:
					return
				}
			}
		})
	}
	for k, l := range letters {
		time.Sleep(l.gap)
		sent[k] = time.Now()
		buf := fmt.Appendf(nil, "letter %d from %s", k, trs[l.from].Addr())
		if _, err := trs[l.from].WriteTo(buf, trs[l.to].Addr()); err != nil {
			return nil, err
		}
		clear(buf) // the network has its own copy
	}
	time.Sleep(time.Second)
	close(done)
	readers.Wait()
	return arrived, nil
}

func TestProperty_PacketsArriveOnceWhereTheyWereSentWithinTheirLatency(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		opts := Options{Seed: rapid.Uint64().Draw(r, "seed"), Link: drawLink(r)}
		nodes := rapid.IntRange(1, 4).Draw(r, "nodes")
		letters := drawLetters(r, nodes)
		var err error
		synctest.Test(t, func(*testing.T) {
			n, _ := New(opts)
			arrived, failed := deliver(n, nodes, letters)
			err = errors.Join(failed, n.settled(), judge(opts.Link, letters, arrived, n.Stats().Total), n.Close(), n.settled())
		})
		if err != nil {
			r.Fatal(err)
		}
	})
}

// judge compares what arrived with what links promise.
func judge(l Link, letters []letter, arrived [][]post, total Counts) error {
	copies := make([]int, len(letters))
	newest := map[Way]int{}
	most := l.Latency + l.Jitter
	if l.Reorder > 0 {
		most += l.ReorderBy
	}
	for at, posts := range arrived {
		for _, p := range posts {
			way := Way{From: fmt.Sprint(letters[p.letter].from), To: fmt.Sprint(at)}
			copies[p.letter]++
			switch {
			case letters[p.letter].to != at:
				return fmt.Errorf("letter %d was not for node %d", p.letter, at)
			case p.took < l.Latency || p.took > most:
				return fmt.Errorf("letter %d took %v, its link %v to %v", p.letter, p.took, l.Latency, most)
			case l.Reorder == 0 && l.Duplicate == 0 && p.letter < newest[way]:
				return fmt.Errorf("letter %d came behind letter %d", p.letter, newest[way])
			}
			newest[way] = max(newest[way], p.letter)
		}
	}
	lost := 0
	for k, c := range copies {
		switch {
		case c > 2, c > 1 && l.Duplicate == 0, c == 1 && l.Duplicate == 1:
			return fmt.Errorf("letter %d came %d times, and %v of all are duplicated", k, c, l.Duplicate)
		case c == 0:
			lost++
		}
	}
	if uint64(lost) != total.Lost || lost > 0 && l.Loss == 0 || lost < len(letters) && l.Loss == 1 {
		return fmt.Errorf("%d of %d letters did not come, counted as lost are %d, and %v of all should be", lost, len(letters), total.Lost, l.Loss)
	}
	if total.InFlight != 0 || total.Sent != uint64(len(letters)) {
		return fmt.Errorf("after a while there is %+v", total)
	}
	return nil
}

// TestTheFateOfAPacketIsItsSeedItsLinkAndItsNumber: other traffic, faults and other names in
// between change nothing.
func TestTheFateOfAPacketIsItsSeedItsLinkAndItsNumber(t *testing.T) {
	link := Link{Latency: time.Millisecond, Jitter: 5 * time.Millisecond, Loss: 0.3, Duplicate: 0.3, Reorder: 0.2}
	fates := func(seed uint64, noise bool) (all string) {
		bubble(t, Options{Seed: seed, Link: link}, func(t *testing.T, n *Network) {
			if noise {
				node(t, n, "noise")
			}
			a, b := node(t, n, "a"), node(t, n, "b")
			for i := range 100 {
				if noise {
					send(t, b, a, "back")
					c, err := b.DialTimeout(a.Addr(), time.Minute)
					ok(t, err)
					ok(t, c.Close())
					time.Sleep(time.Duration(i) * time.Millisecond)
				}
				before := time.Now()
				send(t, a, b, "x")
				time.Sleep(50 * time.Millisecond)
				synctest.Wait()
				for len(b.packets) > 0 {
					all += fmt.Sprint((<-b.packets).Timestamp.Sub(before), " ")
				}
				all += "\n"
			}
		})
		return all
	}
	quiet := fates(1, false)
	wants(t, "with other traffic", fates(1, true), quiet)
	if fates(2, false) == quiet {
		t.Error("another seed, and the same fates")
	}
	if k := strings.Count(quiet, "\n\n"); k < 10 || k > 40 {
		t.Errorf("%d losses behind another or at the end, of 100 packets and 30%% loss", k)
	}
}

func TestSharesOfFatesAreThoseOfTheLink(t *testing.T) {
	const packets = 20_000
	l := Link{Latency: time.Millisecond, Jitter: time.Millisecond, Loss: 0.1, Duplicate: 0.2, Reorder: 0.3, ReorderBy: time.Second}
	sources := map[source]bool{
		newSource(7, "a", "b"): true, newSource(7, "b", "a"): true, newSource(7, "a", "c"): true,
		newSource(7, "ab", "c"): true, newSource(7, "a", "bc"): true, newSource(8, "a", "b"): true,
	}
	if len(sources) != 6 {
		t.Error("two links, or two seeds, have the same fates")
	}
	var lost, twice, late, half int
	for _, names := range []string{"ab", "ba", "xy"} {
		s := newSource(7, names[:1], names[1:])
		for k := range uint64(packets) {
			f := s.packet(k, l)
			for _, c := range []struct {
				is    bool
				count *int
			}{{f.lost, &lost}, {f.duplicated, &twice}, {f.reordered, &late}, {f.latency%time.Second < 1500*time.Microsecond, &half}} {
				if c.is {
					*c.count++
				}
			}
		}
	}
	for _, c := range []struct {
		what  string
		count int
		share float64
	}{{"lost", lost, 0.1}, {"duplicated", twice, 0.2}, {"reordered", late, 0.3}, {"of little jitter", half, 0.5}} {
		if got := float64(c.count) / (3 * packets); got < c.share-0.01 || got > c.share+0.01 {
			t.Errorf("%s are %.3f, want %.3f", c.what, got, c.share)
		}
	}
}

func TestAFullBufferDropsAndCounts(t *testing.T) {
	bubble(t, Options{Buffer: 3}, func(t *testing.T, n *Network) {
		a, b := node(t, n, "a"), node(t, n, "b")
		for _, text := range []string{"1", "2", "3", "4"} { // three are on the way
			send(t, a, b, text)
		}
		time.Sleep(time.Millisecond)
		send(t, a, b, "5") // three wait to be read
		time.Sleep(time.Millisecond)
		wants(t, "arrived", got(b), "1 2 3")
		if c := n.Stats().Total; c.Overflowed != 2 || c.Delivered != 3 {
			t.Errorf("%+v", c)
		}
		send(t, a, b, "6")
		time.Sleep(time.Millisecond)
		wants(t, "arrived then", got(b), "6")
	})
}

func TestAPacketToNobodyIsLostOrRefused(t *testing.T) {
	bubble(t, Options{}, func(t *testing.T, n *Network) {
		a, b := node(t, n, "a"), node(t, n, "b")
		send(t, a, b, "on its way")
		ok(t, n.Kill("b"))
		send(t, a, b, "too late")
		time.Sleep(time.Second)
		if c := n.Stats().Links[Way{"a", "b"}]; c.Dead != 2 || c.Delivered != 0 {
			t.Errorf("%+v", c)
		}
		_, err := a.WriteTo(nil, "10.9.9.9:7946")
		wants(t, "an unknown address", err.Error(),
			"write udp 10.0.0.1:7946->10.9.9.9:7946: no node has, or had, this address: Network.Node gives addresses")
		_, err = a.WriteTo(make([]byte, mostPacket+1), b.Addr())
		wants(t, "a long packet", err.Error(),
			"write udp 10.0.0.1:7946->10.0.0.2:7946: a packet of 65508 bytes is too long (accepted: 0 to 65507)")
		if _, err = b.WriteTo(nil, a.Addr()); !errors.Is(err, net.ErrClosed) {
			t.Errorf("a dead node sends: %v", err)
		}
	})
}
