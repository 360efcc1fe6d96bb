// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"fmt"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/gossip/record"
	"github.com/fuseboard/fuseboard/simulations/network"
	"github.com/fuseboard/fuseboard/supervision"
)

func TestAFleetIsWholeAgainAfterASplit(t *testing.T) {
	quietly(t)
	nodes, lasts := 10, []time.Duration{20 * time.Second}
	if thorough() {
		nodes, lasts = 50, []time.Duration{20 * time.Second, 2 * time.Minute, 10 * time.Minute}
	}
	for _, last := range lasts {
		for _, seed := range seeds(1, 1, 2) {
			t.Run(fmt.Sprintf("%d for %v, seed %d", nodes, last, seed), func(t *testing.T) {
				play(t, scene{nodes: nodes, seed: seed, link: network.Link{Jitter: time.Millisecond}, every: 500 * time.Millisecond}, func(w *world) {
					w.split(last, seed%2 == 0)
				})
			})
		}
	}
}

// split cuts off two of five for a time, and one dependency fails for everybody meanwhile.
// A lossy split loses everything between the two sides: streams try again ever more seldom, where those of a cut go on at once.
func (w *world) split(last time.Duration, lossy bool) {
	w.t.Helper()
	few, most := w.all[:len(w.all)*2/5], w.all[len(w.all)*2/5:]
	time.Sleep(12 * time.Second)
	w.cutOff(few, most, lossy)
	time.Sleep(last / 2)
	fail(w.all, 0, 1)
	time.Sleep(last / 2)
	w.apart(few)
	if last >= time.Minute {
		for _, s := range most {
			if p := s.refs[0].Evidence().Phase; p != supervision.FleetHold {
				w.t.Errorf("%s is of the majority, and its fleet says %v: %+v", s.name, p, w.of(s, 0))
			}
		}
	}
	fail(w.all, 0, 0)
	w.joinAgain(few, most)
	time.Sleep(time.Minute)
	for _, s := range w.all {
		if st := w.of(s, 0); st.Phase != "clear" || st.Circuit != "closed" {
			w.t.Errorf("%s a minute later: %+v", s.name, st)
		}
	}
}

// cutOff splits the network in two.
func (w *world) cutOff(few, most []*site, lossy bool) {
	w.t.Helper()
	if lossy {
		w.lose(few, most, 1)
		w.lose(most, few, 1)
	} else {
		w.ok(w.net.Part(names(few)))
	}
}

// apart says that those who are cut off know it, and are held by nobody.
func (w *world) apart(few []*site) {
	w.t.Helper()
	for _, s := range few {
		if s.node.Gossip().Stats().Members != len(few) || !s.node.Gossip().Isolated() {
			w.t.Fatalf("%s sees %d, isolated %v", s.name, s.node.Gossip().Stats().Members, s.node.Gossip().Isolated())
		}
		if p := s.refs[0].Evidence().Phase; p == supervision.FleetHold { // who was held may be on the way back
			w.t.Errorf("%s is cut off, and its fleet says %v", s.name, p)
		}
	}
}

// joinAgain heals the network, and waits until all see all and have the same records.
func (w *world) joinAgain(few, most []*site) {
	w.t.Helper()
	w.net.Heal()
	w.lose(few, most, 0)
	w.lose(most, few, 0)
	whole := w.settles("all see all", 15*time.Second, w.all, len(w.all))
	written := w.written()
	lack := ""
	equal := w.until("all have the same", 15*time.Second, 50*time.Millisecond, func() bool {
		now := w.lacks(written)
		if now != "" {
			lack = now
		}
		return now == ""
	})
	if equal > 5*time.Second {
		w.t.Errorf("all have the same after %v, accepted 5s; the last thing missing: %s", equal, lack)
	}
	w.t.Logf("whole after %v, equal %v later", whole, equal)
}

// written are the versions of what each node wrote and stands, but for beacons, which are always on their way.
func (w *world) written() map[[2]string]record.Version {
	all := map[[2]string]record.Version{}
	for _, s := range w.all {
		for r := range s.node.Gossip().Records() {
			if r.Owner == s.name && r.Key != "beacon" {
				all[[2]string{r.Owner, r.Key}] = r.Version
			}
		}
	}
	return all
}

// lacks is what some node lacks of what was written, but for what its writer has taken back since; empty: nothing.
func (w *world) lacks(written map[[2]string]record.Version) string {
	writers := map[string]*site{}
	for _, s := range w.all {
		writers[s.name] = s
	}
	for _, s := range w.all {
		for of, version := range written {
			r, found := s.node.Gossip().Record(of[0], of[1])
			if found && r.Version.Compare(version) >= 0 {
				continue
			}
			if now, stands := writers[of[0]].node.Gossip().Record(of[0], of[1]); stands && !now.Deleted {
				return fmt.Sprintf("%s has %s of %s at %v (%v), written at %v, now at %v", s.name, of[1], of[0], r.Version, found, version, now.Version)
			}
		}
	}
	return ""
}

// backWithin bounds how long after a split in an outage all hold again. Who was cut off is on its way out of a hold, its circuit has
// opened, and it follows those who hold.
const backWithin = 5 * time.Second

// A split in an outage: who is cut off is left to itself, most go on to hold, and after it all hold again.
func TestASplitInAnOutageEndsInOneHoldOfAll(t *testing.T) {
	quietly(t)
	for _, seed := range seeds(2, 200, 200) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			play(t, scene{nodes: 5, seed: seed, link: network.Link{Jitter: time.Millisecond}}, func(w *world) {
				w.begins()
				few, most := w.all[:2], w.all[2:]
				w.cutOff(few, most, seed%2 == 0)
				time.Sleep(20 * time.Second)
				w.apart(few)
				w.joinAgain(few, most)
				took := w.until("all hold again", backWithin, 100*time.Millisecond, w.allHold)
				w.goesOn(10 * time.Second)
				t.Logf("all held %v after they were whole, all clear %v after the outage", took, w.endsClear())
				for _, s := range most {
					if turns := s.turns(0); count(turns, supervision.FleetHold) != 1 {
						t.Errorf("%s is of the majority: %v", s.name, turns)
					}
				}
			})
		})
	}
}
