// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard/cluster/verdict"
	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/gossip/record"
	"github.com/fuseboard/fuseboard/supervision"
)

// liar joins as a node without a guard, and says what it likes.
func (w *world) liar(name string) *gossip.Node {
	w.t.Helper()
	n, err := gossip.Start(context.Background(), gossip.Options{
		Name: name, Label: "shop/default", Keys: [][]byte{key}, Seed: w.scene.seed,
		Seeds:   []gossip.Seeds{gossip.Static("10.0.0.1:7946", "10.0.0.2:7946")},
		Carrier: func(string) (memberlist.NodeAwareTransport, error) { return w.net.Node(name) },
	})
	w.ok(err)
	return n
}

// lies are what liars say, by what second it is.
var lies = map[string]func(second int) verdict.Cell{
	"fails":      func(int) verdict.Cell { return failing },
	"holds":      func(int) verdict.Cell { return holding },
	"alternates": func(s int) verdict.Cell { return [...]verdict.Cell{failing, fine}[s/2%2] },
	"ramps": func(int) verdict.Cell {
		return verdict.Cell{Phase: verdict.Ramp, Vote: verdict.VoteFail, Wanted: 1e6, Fail: 1e6}
	},
	"is modest":   func(int) verdict.Cell { return verdict.Cell{Vote: verdict.VoteFail, Wanted: 100, OK: 45, Fail: 55} },
	"asks for no": func(int) verdict.Cell { return verdict.Cell{Vote: verdict.VoteFail, Fail: 1e6} },
	"is all fine": func(int) verdict.Cell { return fine },
}

// liesBySeed are the names of lies, for who draws one.
var liesBySeed = slices.Sorted(maps.Keys(lies))

// lieOf is what liars of a seed say.
func lieOf(seed uint64) (name string) { return liesBySeed[seed%uint64(len(liesBySeed))] }

var (
	failing = verdict.Cell{Vote: verdict.VoteFail, Wanted: 1e6, Fail: 1e6}
	fine    = verdict.Cell{Vote: verdict.VoteOK, Wanted: 1e6, OK: 1e6}
	holding = verdict.Cell{Phase: verdict.Hold, Scope: verdict.ScopeDependency, Vote: verdict.VoteFail, Wanted: 1e6, Fail: 1e6, ProbeFail: 9}
)

// liars are so many of them. They end with the world.
func (w *world) liars(count int) (all []*gossip.Node) {
	w.t.Helper()
	for i := range count {
		n := w.liar(fmt.Sprintf("liar%02d", i))
		w.ends = append(w.ends, func() { _ = n.Close() })
		all = append(all, n)
	}
	return all
}

// lie lets liars say so for a time.
func (w *world) lie(liars []*gossip.Node, lie func(int) verdict.Cell, seconds int) {
	w.t.Helper()
	for second := range seconds {
		for _, n := range liars {
			beacon := verdict.Beacon{Uptime: time.Hour, Boots: 1, Calls: 1}
			w.ok(n.Put(record.Beacon, "beacon", beacon.Append(nil)))
			w.ok(n.Put(record.Transition, "cell/payments", lie(second).Append(nil)))
		}
		<-time.After(time.Second)
	}
}

// crew is so many honest callers, and so many liars.
type crew struct{ honest, liars int }

func (c crew) String() string { return fmt.Sprintf("%d of %d", c.liars, c.honest+c.liars) }

// crews have liars below half: alone among few, and as many as may be.
func crews() (alone, most []crew) {
	alone, most = []crew{{2, 1}, {4, 1}}, []crew{{3, 2}, {5, 4}}
	if testing.Short() {
		alone = alone[:1]
	}
	if thorough() {
		most = append(most, crew{11, 9}, crew{26, 24})
	}
	return alone, most
}

func TestLiarsHoldNobodyWhileHonestCallsSucceed(t *testing.T) {
	alone, most := crews()
	for _, c := range alone {
		for _, name := range liesBySeed {
			t.Run(fmt.Sprintf("%v %s", c, name), func(t *testing.T) { oneLie(t, c, 1, name) })
		}
	}
	for _, c := range most {
		for _, seed := range seeds(2, uint64(len(lies)), uint64(len(lies))) {
			t.Run(fmt.Sprintf("%v %s", c, lieOf(seed)), func(t *testing.T) {
				quietly(t)
				oneLie(t, c, seed, lieOf(seed))
			})
		}
	}
}

// oneLie is a minute of a lie, while all calls succeed.
func oneLie(t *testing.T, c crew, seed uint64, name string) {
	t.Helper()
	play(t, scene{nodes: c.honest, seed: seed}, func(w *world) {
		w.lie(w.liars(c.liars), lies[name], 60)
		for _, n := range w.all {
			st := w.of(n, 0)
			if turns := n.turns(0); len(turns) > 0 {
				t.Errorf("%s was held: %v, %+v", n.name, turns, st)
			}
			if st.Callers < c.honest {
				t.Errorf("%s: %+v", n.name, st)
			}
		}
	})
}

// An outage is real, and then it is over, whatever those say who are fewer than half.
func TestLiarsBelowHalfHoldNobodyLongAfterAnOutage(t *testing.T) {
	quietly(t)
	_, most := crews()
	for _, c := range most {
		for _, seed := range seeds(2, uint64(len(lies)), uint64(len(lies))) {
			t.Run(fmt.Sprintf("%v %s", c, lieOf(seed)), func(t *testing.T) {
				play(t, scene{nodes: c.honest, seed: seed}, func(w *world) {
					liars, lie := w.liars(c.liars), lies[lieOf(seed)]
					w.lie(liars, lie, 15)
					fail(w.all, 0, 1)
					w.lie(liars, lie, 30)
					over := time.Now()
					fail(w.all, 0, 0)
					w.lie(liars, lie, 75)
					t.Logf("free %v after the outage", w.freed(over))
				})
			})
		}
	}
}

// held is how long somebody may be held by liars after an outage.
const held = time.Minute

// freed is when the last one was clear after an outage. It fails the test where that was late, or somebody was held again.
func (w *world) freed(over time.Time) (last time.Duration) {
	w.t.Helper()
	for _, n := range w.all {
		turns := n.turns(0)
		if len(turns) == 0 {
			continue // never held: circuits alone did it
		}
		end := turns[len(turns)-1]
		took := end.at.Sub(over)
		last = max(last, took)
		if end.to != supervision.FleetClear || took > held {
			w.t.Errorf("%s was held for longer than %v after the outage: %v, %+v", n.name, held, turns, w.of(n, 0))
		}
	}
	return last
}

func TestOneLiarKeepsNobodyFromAHoldNorInOneInAnOutage(t *testing.T) {
	for _, seed := range seeds(4, 200, 200) {
		t.Run(fmt.Sprintf("%s, seed %d", lieOf(seed), seed), func(t *testing.T) {
			t.Parallel()
			play(t, scene{nodes: 4, seed: seed}, func(w *world) {
				liars, lie := w.liars(1), lies[lieOf(seed)]
				w.lie(liars, lie, 12)
				fail(w.all, 0, 1)
				w.lie(liars, lie, 25)
				for _, n := range w.all {
					if turns := n.turns(0); len(turns) != 1 || turns[0].to != supervision.FleetHold {
						t.Errorf("%s in the outage: %v %+v", n.name, turns, w.of(n, 0))
					}
				}
				over := time.Now()
				fail(w.all, 0, 0)
				w.lie(liars, lie, 40)
				w.freed(over)
				for _, n := range w.all {
					if turns := n.turns(0); count(turns, supervision.FleetHold) != 1 {
						t.Errorf("%s after the outage: %v %+v", n.name, turns, w.of(n, 0))
					}
				}
			})
		})
	}
}
