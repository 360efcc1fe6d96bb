// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"testing"
	"time"

	"github.com/hashicorp/memberlist"
	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

func life(name string, boot uint64) (Member, memberlist.Node) {
	return Member{Name: name, Boot: boot, Address: name + ":1"}, memberlist.Node{Name: fullName(name, boot)}
}

// TestProperty_TheRosterCountsNamesAndHashesLives against a plain model, in any order of events.
func TestProperty_TheRosterCountsNamesAndHashesLives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRoster("self#1", 3)
		model := map[string]State{}
		now := fuseboard.Instant(0)
		for range rapid.IntRange(1, 40).Draw(t, "events") {
			now = now.Add(time.Second)
			name := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name")
			boot := rapid.Uint64Range(1, 3).Draw(t, "boot")
			m, node := life(name, boot)
			state, known := model[node.Name]
			switch rapid.SampledFrom([]string{"join", "leave", "bye", "doubt", "heard"}).Draw(t, "event") {
			case "join":
				r.join(now, m, node)
				if !known || !state.Here() {
					model[node.Name] = Alive
				}
			case "leave":
				r.leave(now, node.Name)
				if known && state.Here() {
					model[node.Name] = Failed
				}
			case "bye":
				r.bye(now, name, boot)
			case "doubt":
				r.doubt(now, node.Name)
			case "heard":
				r.heard(now, node.Name)
			}
			compare(t, r, model)
		}
	})
}

func compare(t *rapid.T, r *roster, model map[string]State) {
	hash, names := uint64(0), map[string]bool{}
	for full, s := range model {
		if s.Here() {
			hash ^= hashName(full)
			name, _, _ := splitName(full)
			names[name] = true
		}
	}
	v := r.view(0)
	if v.hash != hash || v.here != len(names) || v.high < v.here {
		t.Fatalf("%+v, want hash %x and %d here", v, hash, len(names))
	}
	for _, m := range r.all() {
		if s, known := model[fullName(m.Name, m.Boot)]; known && s.Here() != m.State.Here() {
			t.Fatalf("%+v, want %v", m, s)
		}
	}
	if len(r.peers()) != len(r.addresses()) && len(r.peers()) < len(names) {
		t.Fatalf("%d peers for %d names", len(r.peers()), len(names))
	}
}

func TestAMemberIsDoubtedUntilItAnswers(t *testing.T) {
	r := newRoster("self#1", 10)
	m, node := life("a", 1)
	r.join(0, m, node)
	if c := r.doubt(5, node.Name); len(c) != 1 || c[0].State != Suspect || c[0].Since != 5 || r.doubt(6, node.Name) != nil {
		t.Error(c)
	}
	if r.view(0).here != 1 {
		t.Error("who is suspect is here")
	}
	if c := r.heard(7, node.Name); len(c) != 1 || c[0].State != Alive || r.heard(8, node.Name) != nil {
		t.Error(c)
	}
}

func TestAGoodbyeCountsBeforeAndAfterTheEnd(t *testing.T) {
	for _, first := range []string{"goodbye", "end"} {
		r := newRoster("self#1", 10)
		for _, name := range []string{"a", "b"} {
			m, node := life(name, 1)
			r.join(0, m, node)
		}
		if first == "goodbye" {
			r.bye(1, "a", 1)
			r.leave(1, "a#1")
		} else {
			r.leave(1, "a#1")
			r.bye(1, "a", 1)
		}
		if all := r.all(); all[0].State != Left || r.view(1).high != 1 || len(r.missing()) != 0 {
			t.Errorf("%s first: %+v, high water %d", first, all, r.view(1).high)
		}
	}
}

func TestOnlyTheLastLifeOfWhoFailedIsMissed(t *testing.T) {
	r := newRoster("self#1", 10)
	for boot := uint64(1); boot <= 3; boot++ {
		m, node := life("a", boot)
		m.Address = string(rune('0' + boot))
		r.join(0, m, node)
		r.leave(1, node.Name)
	}
	if m := r.missing(); len(m) != 1 || m["3"] != "a#3" {
		t.Error(m)
	}
	r.forget(fuseboard.Instant(2 * remember))
	if len(r.missing()) != 0 || len(r.all()) != 0 {
		t.Error(r.all())
	}
}

func TestThereIsNoRoomForMoreMembersThanMay(t *testing.T) {
	r := newRoster("self#1", 2)
	for _, name := range []string{"a", "b"} {
		m, node := life(name, 1)
		r.join(0, m, node)
	}
	if r.admit("c") || !r.admit("a") {
		t.Error("the bound does not hold")
	}
	for boot := range uint64(100) { // lives come and go
		m, node := life("a", boot+2)
		r.join(fuseboard.Instant(boot), m, node)
		r.leave(fuseboard.Instant(boot), node.Name)
	}
	if len(r.all()) > 2*(1+gonePerHere) {
		t.Errorf("%d lives are remembered", len(r.all()))
	}
}

func TestWhoIsDoubted(t *testing.T) {
	t.Parallel()
	r := newRoster("me#1", 10)
	full := fullName("n1", 1)
	r.join(0, Member{Name: "n1", Boot: 1}, memberlist.Node{Name: full})
	at := func(d time.Duration) fuseboard.Instant { return fuseboard.Instant(time.Minute + d) }
	for _, step := range []struct {
		does    func()
		after   time.Duration
		doubted int
	}{
		{func() {}, 0, 0},
		{func() { r.doubt(at(0), full) }, 100 * time.Millisecond, 0},
		{func() {}, 300 * time.Millisecond, 1},
		{func() {}, 2200 * time.Millisecond, 1},
		{func() {}, 2300 * time.Millisecond, 0}, // it has been told often enough
		{func() { r.heard(at(3*time.Second), full); r.doubt(at(4*time.Second), full) }, 5 * time.Second, 1},
		{func() { r.heard(at(5*time.Second), full) }, 5 * time.Second, 0},
	} {
		step.does()
		if got := len(r.doubted(at(step.after))); got != step.doubted {
			t.Errorf("after %v: %d doubted, not %d", step.after, got, step.doubted)
		}
	}
}
