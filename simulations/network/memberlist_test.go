// SPDX-License-Identifier: Apache-2.0

package network

import (
	"fmt"
	"io"
	"log"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/memberlist"
)

// fleet is plain memberlist nodes on a network.
type fleet struct {
	t       *testing.T
	n       *Network
	members map[string]*memberlist.Memberlist
	leaves  atomic.Int64 // how often one took another for dead
}

func (f *fleet) NotifyJoin(*memberlist.Node)   {}
func (f *fleet) NotifyUpdate(*memberlist.Node) {}
func (f *fleet) NotifyLeave(*memberlist.Node)  { f.leaves.Add(1) }

// aFleet runs story with count nodes that have joined, and ends them.
func aFleet(t *testing.T, count int, opts Options, story func(f *fleet, all []string)) {
	t.Helper()
	bubble(t, opts, func(t *testing.T, n *Network) {
		f := &fleet{t: t, n: n, members: map[string]*memberlist.Memberlist{}}
		defer f.end()
		all := names(count)
		for _, name := range all {
			f.start(name)
		}
		for _, name := range all[1:] {
			f.join(name, all[0])
		}
		f.settles("all have joined", 5*time.Second, all, count)
		story(f, all)
	})
}

func (f *fleet) end() {
	for _, m := range f.members {
		if err := m.Shutdown(); err != nil {
			f.t.Error(err)
		}
	}
	time.Sleep(time.Minute) // memberlist's own timers and dials
}

func (f *fleet) start(name string) {
	f.t.Helper()
	c := memberlist.DefaultLANConfig()
	c.Name, c.Transport, c.Events = name, node(f.t, f.n, name), f
	c.Logger = log.New(io.Discard, "", 0)
	c.EnableCompression = false // or most of the time goes to LZW
	m, err := memberlist.Create(c)
	ok(f.t, err)
	f.members[name] = m
}

func (f *fleet) nobodyDied(when string) {
	f.t.Helper()
	if k := f.leaves.Load(); k > 0 {
		f.t.Errorf("%s %d times one took another for dead", when, k)
	}
}

func (f *fleet) join(name, to string) {
	f.t.Helper()
	_, err := f.members[name].Join([]string{f.n.hosts[to].addr})
	ok(f.t, err)
}

// kill ends a node without a word, and then what ran on it.
func (f *fleet) kill(name string) {
	f.t.Helper()
	ok(f.t, f.n.Kill(name))
	ok(f.t, f.members[name].Shutdown())
	delete(f.members, name)
}

// share is how many of some nodes see so many, themselves included.
func (f *fleet) share(some []string, sees int) float64 {
	right := 0
	for _, name := range some {
		if f.members[name].NumMembers() == sees {
			right++
		}
	}
	return float64(right) / float64(len(some))
}

// settles waits in virtual time until all of some nodes see so many: most of them soon. A message that gossip
// has not brought to one of them (memberlist sends each a few times, and then no more) waits for push/pull, every
// 30s of up to 32 nodes, every minute of 50.
func (f *fleet) settles(what string, soon time.Duration, some []string, sees int, meanwhile ...func()) {
	f.t.Helper()
	const (
		enough = 0.8
		all    = 3 * time.Minute
	)
	before := time.Now()
	most := time.Duration(-1)
	for f.share(some, sees) < 1 {
		d := time.Since(before)
		if f.share(some, sees) >= enough && most < 0 {
			most = d
		}
		if d > all || d > soon && most < 0 {
			f.t.Fatalf("%s: after %v only %.0f%% see %d, want 80%% within %v and all within %v", what, d, 100*f.share(some, sees), sees, soon, all)
		}
		for _, m := range meanwhile {
			m()
		}
		time.Sleep(50 * time.Millisecond)
	}
	f.t.Logf("%s: all after %v", what, time.Since(before))
}

var sizes = []int{5, 20, 50}

func eachSize(t *testing.T, story func(f *fleet, all []string)) {
	t.Helper()
	for _, count := range sizes {
		t.Run(fmt.Sprint(count), func(t *testing.T) {
			aFleet(t, count, Options{Seed: 1, Link: Link{Jitter: time.Millisecond}}, story)
		})
	}
}

func TestMemberlistJoinsLosesOneAndTakesItBack(t *testing.T) {
	eachSize(t, func(f *fleet, all []string) {
		time.Sleep(time.Minute)
		f.nobodyDied("in a quiet minute")
		last := len(all) - 1
		f.kill(all[last])
		f.settles("one is dead", 20*time.Second, all[:last], last)
		f.start(all[last])
		f.join(all[last], all[0])
		f.settles("it is back", 5*time.Second, all, len(all))
	})
}

func TestMemberlistSplitsAndRejoins(t *testing.T) {
	eachSize(t, func(f *fleet, all []string) {
		half := len(all) / 2
		left, right := all[:half], all[half:]
		ok(f.t, f.n.Part(left))
		f.settles("left is alone", time.Minute, left, len(left))
		f.settles("right is alone", time.Minute, right, len(right))
		time.Sleep(time.Minute) // by then memberlist tells the dead nothing more, and heals nothing by itself
		f.n.Heal()
		next := time.Now()
		f.settles("one fleet again", time.Minute, all, len(all), func() {
			if !time.Now().Before(next) { // once is not enough: what is as old as a death is not believed
				f.join(left[0], right[0])
				next = next.Add(5 * time.Second)
			}
		})
	})
}

func TestMemberlistRefutesASuspicionAfterAPause(t *testing.T) {
	eachSize(t, func(f *fleet, all []string) {
		ok(f.t, f.n.Pause(all[0]))
		time.Sleep(3 * time.Second) // long enough to be suspected, too short to be dead
		ok(f.t, f.n.Resume(all[0]))
		time.Sleep(time.Minute)
		f.nobodyDied("after a short pause")
		ok(f.t, f.n.Pause(all[0]))
		f.settles("one is dead", 40*time.Second, all[1:], len(all)-1)
		ok(f.t, f.n.Resume(all[0]))
		f.settles("it has refuted that", time.Minute, all, len(all))
	})
}

func TestMemberlistLivesWithLoss(t *testing.T) {
	for _, count := range sizes {
		t.Run(fmt.Sprint(count), func(t *testing.T) {
			aFleet(t, count, Options{Seed: 2, Link: Link{Loss: 0.1, Duplicate: 0.1, Reorder: 0.1}}, func(f *fleet, _ []string) {
				time.Sleep(2 * time.Minute)
				f.nobodyDied("with 10% loss")
				if c := f.n.Stats().Total; c.Lost == 0 || c.Duplicated == 0 || c.Reordered == 0 || c.Retransmitted == 0 {
					t.Errorf("%+v", c)
				}
			})
		})
	}
}

func TestMemberlistBuriesWhoCannotHear(t *testing.T) {
	aFleet(t, 20, Options{Seed: 3}, func(f *fleet, all []string) {
		for _, name := range all[1:] {
			ok(f.t, f.n.Cut(name, all[0]))
		}
		f.settles("the deaf one is dead", time.Minute, all[1:], len(all)-1)
	})
}

func TestMemberlistSurvivesOneBrokenLink(t *testing.T) {
	aFleet(t, 20, Options{Seed: 4}, func(f *fleet, all []string) {
		ok(f.t, f.n.Cut(all[0], all[1])) // others ask on its behalf
		time.Sleep(time.Minute)
		f.nobodyDied("with one link of 380 cut")
	})
}
