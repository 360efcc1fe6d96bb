// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/gossip/record"
	"github.com/fuseboard/fuseboard/simulations/network"
)

func lan(seed uint64) network.Options {
	return network.Options{Seed: seed, Link: network.Link{Jitter: time.Millisecond}}
}

func TestACrashIsSeenByAll(t *testing.T) {
	crashes, seeds := 3, 1
	if thorough() {
		crashes, seeds = 10, 10
	}
	var took []time.Duration
	for seed := range seeds {
		aFleet(t, large(), lan(uint64(seed)), func(f *fleet) {
			for range crashes {
				f.kill(f.all[len(f.all)/2])
				took = append(took, f.settles("all see the crash", 12*time.Second, f.all, len(f.all)))
				time.Sleep(time.Second)
			}
			for _, name := range f.all {
				if f.nodes[name].Isolated() {
					t.Errorf("%s takes itself for isolated", name)
				}
			}
		})
	}
	t.Logf("%d crashes: p50 %v, max %v", len(took), quantile(took, 0.5), quantile(took, 1))
	if p50, most := quantile(took, 0.5), quantile(took, 1); p50 > 5500*time.Millisecond || most > 9*time.Second {
		t.Errorf("p50 %v, max %v (accepted: 5.5s, 9s)", p50, most)
	}
}

func TestNodesThatStartAtOnceFindEachOther(t *testing.T) {
	seeds := 1
	if thorough() {
		seeds = 25
	}
	var took []time.Duration
	for seed := range seeds {
		bubble(t, lan(uint64(seed)), func(f *fleet) {
			var starts sync.WaitGroup
			var mu sync.Mutex
			for i := range large() {
				o := f.options(fmt.Sprintf("n%02d", i))
				plain := o.Carrier
				o.Carrier = func(full string) (memberlist.NodeAwareTransport, error) {
					mu.Lock()
					defer mu.Unlock()
					return plain(full)
				}
				starts.Go(func() {
					n, err := gossip.Start(context.Background(), o)
					mu.Lock()
					defer mu.Unlock()
					if err != nil {
						t.Error(err)
						return
					}
					f.nodes[o.Name], f.all = n, append(f.all, o.Name)
				})
			}
			before := time.Now()
			starts.Wait()
			f.settles("all see all", 5*time.Second, f.all, large())
			took = append(took, time.Since(before))
		})
	}
	t.Logf("%d starts: p50 %v, max %v", len(took), quantile(took, 0.5), quantile(took, 1))
	if most := quantile(took, 1); most > 3*time.Second {
		t.Errorf("max %v (accepted: 3s)", most)
	}
}

// member is how one node sees the last life of another.
func (f *fleet) member(at, name string) (last gossip.Member) {
	for _, m := range f.nodes[at].Members() {
		if m.Name == name {
			last = m
		}
	}
	return last
}

func TestANodeThatLeavesIsMissedByNobody(t *testing.T) {
	aFleet(t, 10, lan(1), func(f *fleet) {
		for range 6 {
			name := f.all[len(f.all)-1]
			n := f.nodes[name]
			ok(t, n.Put(record.Transition, "last", []byte("words")))
			ok(t, n.Leave(context.Background()))
			if err := n.Put(record.Transition, "too", []byte("late")); !errors.Is(err, gossip.ErrLeft) {
				t.Errorf("a write after Leave: %v", err)
			}
			ok(t, n.Leave(context.Background()))
			ok(t, n.Close())
			delete(f.nodes, name)
			f.all = f.all[:len(f.all)-1]
			f.settles("it has left", time.Second, f.all, len(f.all))
			for _, other := range f.all {
				if m := f.member(other, name); m.State != gossip.Left || !f.has(other, name, "last", "words") {
					t.Errorf("%s sees %+v, record %v", other, m, f.has(other, name, "last", "words"))
				}
			}
		}
		time.Sleep(time.Minute)
		for _, name := range f.all {
			if n := f.nodes[name]; n.Isolated() || n.HighWater() != 4 {
				t.Errorf("%s: isolated %v, high water %d", name, n.Isolated(), n.HighWater())
			}
		}
	})
}

func TestANodeComesBackUnderItsName(t *testing.T) {
	aFleet(t, 10, lan(1), func(f *fleet) {
		f.put("n05", "payments", "first life")
		time.Sleep(time.Second)
		before := f.member("n00", "n05").Boot
		f.kill("n05")
		f.start("n05") // before anybody has missed it
		f.put("n05", "payments", "second life")
		f.settles("all see it", 2*time.Second, f.all, 10)
		f.equal("all have what it wrote", 2*time.Second, f.all)
		for _, name := range f.all {
			if m := f.member(name, "n05"); m.Boot <= before || m.State != gossip.Alive || m.Superseded || !f.has(name, "n05", "payments", "second life") {
				t.Errorf("%s sees %+v", name, m)
			}
		}
		time.Sleep(15 * time.Second) // the old life is dead for everybody by now
		f.settles("all see it still", time.Second, f.all, 10)
		for _, m := range f.nodes["n00"].Members() {
			if m.Boot == before && m.State != gossip.Failed {
				t.Errorf("the old life: %+v", m)
			}
		}
	})
}

func TestOfTwoLivesOfOneNameTheLaterCounts(t *testing.T) {
	aFleet(t, 5, lan(1), func(f *fleet) {
		boot := f.nodes["n04"].Self().Boot
		o := f.options("n04")
		other := f.options("other place") // a carrier at another address
		o.Carrier = other.Carrier
		n, err := gossip.Start(context.Background(), o)
		ok(t, err)
		defer func() { ok(t, n.Close()) }()
		time.Sleep(2 * time.Second)
		f.settles("both are one", time.Second, f.all, 5)
		for _, name := range f.all {
			for _, m := range f.nodes[name].Members() {
				if m.Superseded != (m.Boot == boot && m.Name == "n04") {
					t.Errorf("%s sees %+v", name, m)
				}
			}
		}
	})
}

func TestANodeFindsItsFleetByWhatIsOnDisk(t *testing.T) {
	dir := t.TempDir()
	bubble(t, lan(1), func(f *fleet) {
		f.opts = func(o *gossip.Options) {
			if o.Name == "n03" {
				o.Dir = dir
			}
		}
		f.grow(5)
		time.Sleep(10 * time.Second)
		boot := f.nodes["n03"].Self().Boot
		f.kill("n03")
		time.Sleep(5 * time.Minute)
		o := f.options("n03")
		o.Seeds = nil
		n := f.startWith(o)
		f.settles("all see it", 3*time.Second, f.all, 5)
		if n.Self().Boot <= boot || n.Stats().DiskFailed > 0 {
			t.Errorf("%+v, %+v", n.Self(), n.Stats())
		}
	})
}

func TestANodeThatIsCutOffKnowsIt(t *testing.T) {
	ways := []string{"deaf", "mute", "both"}
	if testing.Short() {
		ways = ways[:1]
	}
	for _, way := range ways {
		t.Run(way, func(t *testing.T) {
			aFleet(t, 20, lan(1), func(f *fleet) {
				const name = "n07"
				for _, other := range f.all {
					if other == name {
						continue
					}
					if way != "mute" {
						ok(t, f.n.Cut(other, name))
					}
					if way != "deaf" {
						ok(t, f.n.Cut(name, other))
					}
				}
				n := f.nodes[name]
				f.until("it knows", 10*time.Second, 50*time.Millisecond, n.Isolated, func() {})
				time.Sleep(time.Minute)
				if !n.Isolated() {
					t.Error("it has forgotten")
				}
				for _, other := range f.all {
					if other != name && f.nodes[other].Isolated() {
						t.Errorf("%s takes itself for isolated", other)
					}
				}
				f.n.Heal()
				f.until("it is back", 10*time.Second, 50*time.Millisecond, func() bool { return !n.Isolated() }, func() {})
				f.settles("all see all", 15*time.Second, f.all, 20)
			})
		})
	}
}

// Small fleets are the harder ones: who does not answer is tried through few others, and what a node says of itself passes through few.
func TestAQuietFleetTakesNobodyForDeadWithLoss(t *testing.T) {
	for _, is := range []struct {
		nodes           int
		lasts, thorough time.Duration
	}{
		{3, 3 * time.Minute, 4 * time.Hour},
		{5, 3 * time.Minute, 4 * time.Hour},
		{20, 30 * time.Second, time.Hour},
	} {
		t.Run(fmt.Sprint(is.nodes), func(t *testing.T) {
			aFleet(t, is.nodes, lan(1), func(f *fleet) {
				f.lose(f.all, f.all, 0.3)
				lasts := is.lasts
				switch {
				case thorough():
					lasts = is.thorough
				case testing.Short():
					lasts /= 10
				}
				for end := time.Now().Add(lasts); time.Now().Before(end); time.Sleep(500 * time.Millisecond) {
					f.allAreWell()
				}
			})
		})
	}
}

// allAreWell fails the test where a node takes another for dead, or itself for cut off.
func (f *fleet) allAreWell() {
	f.t.Helper()
	for _, name := range f.all {
		n := f.nodes[name]
		if n.Isolated() {
			f.t.Errorf("%s takes itself for cut off", name)
		}
		for _, m := range n.Members() {
			if !m.State.Here() {
				f.t.Errorf("%s takes %s for dead", name, m.Name)
			}
		}
	}
}
