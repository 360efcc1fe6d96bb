// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// stand is a machine with peers whose cells the test sets.
type stand struct {
	m    *Machine
	now  fuseboard.Instant
	own  Own
	view View
}

func newStand(peers int) *stand {
	s := &stand{m: New(Rules{}, "me", "", 1), now: start}
	for i := range peers {
		s.view.Peers = append(s.view.Peers, Peer{Name: nameOf(i), Alive: true, Beacon: Beacon{Uptime: time.Hour, Boots: 1}})
	}
	s.view.Alive, s.view.HighWater = peers+1, peers+1
	return s
}

// pass lets time go by: each tenth of a second I make ok and fail attempts, and the beacons
// of all peers come.
func (s *stand) pass(d time.Duration, ok, fail uint64) (o Order) {
	for end := s.now.Add(d); s.now < end; {
		s.now = s.now.Add(100 * time.Millisecond)
		s.own.Wanted, s.own.OK, s.own.Fail = s.own.Wanted+1, s.own.OK+ok, s.own.Fail+fail
		for i := range s.view.Peers {
			s.view.Peers[i].Seen, s.view.Peers[i].Heard = s.now, s.now
		}
		o = s.m.Step(s.now, s.own, s.view)
	}
	return o
}

func (s *stand) say(c Cell) {
	for i := range s.view.Peers {
		s.view.Peers[i].Cell = c
	}
}

var failed = Cell{Vote: VoteFail, Wanted: 50, Fail: 50}

func TestAMajorityThatFailsHoldsAndItsEndIsARamp(t *testing.T) {
	s := newStand(4)
	s.pass(5*time.Second, 1, 0)
	s.say(failed)
	o := s.pass(7*time.Second, 0, 1)
	if o.Phase != Hold || o.Share != 0 || o.Scope != ScopeDependency || o.Until <= s.now || o.Probe == fuseboard.Never || o.Reset {
		t.Fatalf("%+v", o)
	}
	if c := s.m.Cell(s.now); c.Phase != Hold || c.Vote == VoteOK || c.Scope != ScopeDependency {
		t.Errorf("published %+v", c)
	}
	s.say(Cell{Phase: Hold, Vote: VoteOK, Wanted: 50, ProbeOK: 2})
	resets, shares := 0, []float64{0}
	for range 140 {
		o = s.pass(100*time.Millisecond, 1, 0)
		if o.Reset {
			resets++
		}
		if o.Phase == Ramp {
			if last := shares[len(shares)-1]; o.Share < last || o.Share < 0.1 {
				t.Fatalf("a share of %v after %v", o.Share, last)
			}
			shares = append(shares, o.Share)
		}
	}
	if o.Phase != Clear || o.Share != 1 || resets != 1 || len(shares) < 90 {
		t.Errorf("%+v after %d resets and %d steps of a ramp", o, resets, len(shares))
	}
}

func TestAHoldThatNothingRenewsEnds(t *testing.T) {
	s := newStand(4)
	s.say(failed)
	if o := s.pass(3*time.Second, 0, 1); o.Phase != Hold {
		t.Fatalf("%+v", o)
	}
	s.say(Cell{Phase: Hold, Vote: VoteFail, Wanted: 50}) // nobody probes
	if o := s.pass(13*time.Second, 0, 0); o.Phase == Hold {
		t.Errorf("%+v", o)
	}
}

func TestEveryCallerHasAProbesPlaceOfItsOwn(t *testing.T) {
	for n := 1; n <= 200; n++ {
		taken := map[int]bool{}
		for i := range n {
			m := New(Rules{}, "me", "", uint64(i))
			m.scope, m.all.callers, m.all.before = ScopeDependency, n, i
			taken[int(m.place()*float64(n))] = true
		}
		if len(taken) != n || taken[n] {
			t.Errorf("%d callers have %d places", n, len(taken))
		}
	}
}

// Of many callers few hold, and for as long as Fresh none of them probes: my own latest keeps me.
func TestAHoldThatOnlyIRenewStands(t *testing.T) {
	s := newStand(40)
	s.say(failed)
	s.pass(3*time.Second, 0, 1)
	s.say(Cell{Wanted: 50})
	var o Order
	for end := s.now.Add(time.Minute); s.now < end; {
		if s.now >= s.m.probe {
			s.own.ProbeFail++
		}
		if o = s.pass(100*time.Millisecond, 0, 0); o.Phase != Hold {
			t.Fatalf("%+v", o)
		}
	}
	if o = s.pass(time.Minute, 0, 0); o.Phase == Hold {
		t.Errorf("held for a minute after its last probe: %+v", o)
	}
}

// Who was cut off while it held was let out by that alone, and its circuit opened: it knows nothing when it is back, and follows those who hold.
func TestWhoWasCutOffInAHoldFollowsTheOthersBackIntoIt(t *testing.T) {
	s := newStand(4)
	s.say(failed)
	if o := s.pass(3*time.Second, 0, 1); o.Phase != Hold {
		t.Fatalf("%+v", o)
	}
	s.view.Isolated = true
	if o := s.pass(3*time.Second, 0, 1); o.Phase != Ramp {
		t.Fatalf("cut off: %+v", o)
	}
	s.view.Isolated, s.own.Open = false, true
	s.say(Cell{Phase: Hold, Vote: VoteFail, VoteAge: 6 * time.Second, Wanted: 50, Fail: 50})
	if o := s.pass(time.Second, 0, 0); o.Phase != Hold {
		t.Errorf("back: %+v", o)
	}
}

// Whatever others say, my own probes free me.
func TestMyOwnProbesAlwaysEndAHold(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := newStand(4)
		s.say(failed)
		s.pass(3*time.Second, 0, 1)
		if s.m.phase != Hold {
			rt.Fatal("not held")
		}
		for range 60 {
			for i := range s.view.Peers {
				s.view.Peers[i].Cell = cells(rt)
			}
			if s.now >= s.m.probe {
				s.own.ProbeOK++
			}
			if s.pass(500*time.Millisecond, 0, 0); s.m.phase == Ramp {
				return
			}
		}
		rt.Fatalf("still held after half a minute: %+v", s.m.why)
	})
}

func TestWhyItIsInactive(t *testing.T) {
	for want, change := range map[Inactive]func(*stand){
		FewCallers: func(s *stand) { s.view.Peers, s.view.Alive, s.view.HighWater = s.view.Peers[:1], 2, 2 },
		Isolated:   func(s *stand) { s.view.HighWater = 11 },
		Unheard:    func(s *stand) { s.view.Alive, s.view.HighWater = 11, 11 },
		Starting:   func(s *stand) { s.view.Joined = s.now.Add(5 * time.Second) },
		Suspect:    func(s *stand) { s.view.Suspect = true },
	} {
		s := newStand(4)
		s.say(failed)
		change(s)
		o := s.pass(9*time.Second, 0, 1)
		if o.Phase != Clear || o.Tighten || o.Why.Inactive != want {
			t.Errorf("want inactive, %v: %+v", want, o)
		}
	}
}

func TestANodeThatFailsAloneSaysSoAndWeighsNothing(t *testing.T) {
	s := newStand(4)
	s.say(Cell{Vote: VoteOK, Wanted: 50, OK: 50})
	o := s.pass(12*time.Second, 0, 1)
	if o.Phase != Clear || o.Scope != ScopeNode || o.Why.Inactive != Suspect || !s.m.Cell(s.now).Suspect {
		t.Errorf("%+v", o)
	}
	s.say(failed)
	if o = s.pass(time.Second, 0, 1); o.Phase != Hold {
		t.Errorf("others fail too, and it is %+v", o)
	}
}

func TestWhatCallsForAHoldTightensBeforeIt(t *testing.T) {
	s := newStand(4)
	s.say(Cell{Vote: VoteOK, Wanted: 50, OK: 50})
	if o := s.pass(12*time.Second, 10, 0); o.Tighten {
		t.Errorf("nobody fails: %+v", o)
	}
	s.say(failed)
	if o := s.pass(100*time.Millisecond, 10, 0); o.Tighten {
		t.Errorf("all others fail, and my own calls succeed: %+v", o)
	}
	if o := s.pass(200*time.Millisecond, 0, 300); !o.Tighten || o.Phase != Clear {
		t.Errorf("all fail: %+v", o)
	}
	if o := s.pass(time.Second, 0, 300); !o.Tighten || o.Phase != Hold {
		t.Errorf("all have failed for a second: %+v", o)
	}
}

func TestPeersThatAreDoubledDeadOrNewHaveNoVote(t *testing.T) {
	for name, change := range map[string]func(p *Peer){
		"out of order":       func(p *Peer) { p.Name = "a" },
		"my own name":        func(p *Peer) { p.Name = "me" },
		"dead":               func(p *Peer) { p.Alive = false },
		"no window old":      func(p *Peer) { p.Beacon.Uptime = time.Second },
		"four boots, told":   func(p *Peer) { p.Beacon.Boots = 4 },
		"four boots, seen":   func(p *Peer) { p.Boots = 4 },
		"a suspect node":     func(p *Peer) { p.Beacon.Suspect = true },
		"a suspect caller":   func(p *Peer) { p.Cell.Suspect = true },
		"wants nothing":      func(p *Peer) { p.Cell.Wanted = 0 },
		"a held node's echo": func(p *Peer) { p.Cell.Phase, p.Cell.VoteAge = Hold, time.Minute },
	} {
		s := newStand(4)
		s.say(failed)
		for i := range s.view.Peers[1:] {
			change(&s.view.Peers[i+1])
		}
		if o := s.pass(9*time.Second, 0, 1); o.Phase != Clear || o.Why.Failing > 2 {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

// Any steps at all: equal machines give equal orders, within their ranges, and a hold lets
// probes through.
func TestAnyStepsGiveTheSameSoundOrdersTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		a, b := New(Rules{}, "n3", "z", seed), New(Rules{}, "n3", "z", seed)
		now := fuseboard.Instant(rapid.Int64Range(0, 1e12).Draw(t, "begin"))
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.Int64Range(-1e9, 3e10).Draw(t, "later")))
			o := Own{
				Wanted: rapid.Uint64().Draw(t, "wanted"), OK: rapid.Uint64().Draw(t, "ok"), Fail: rapid.Uint64().Draw(t, "fail"),
				ProbeOK: rapid.Uint64().Draw(t, "probe ok"), ProbeFail: rapid.Uint64().Draw(t, "probe fail"), Open: rapid.Bool().Draw(t, "open"),
			}
			v := views(t, now)
			x, y := a.Step(now, o, v), b.Step(now, o, v)
			if x != y || a.Cell(now) != b.Cell(now) {
				t.Fatalf("%+v and %+v", x, y)
			}
			sound(t, x)
			if got, err := DecodeCell(a.Cell(now).Append(nil)); err != nil || got != a.Cell(now) {
				t.Fatalf("%+v is read as %+v, %v", a.Cell(now), got, err)
			}
		}
	})
}

func views(t *rapid.T, now fuseboard.Instant) View {
	v := View{
		Alive: rapid.IntRange(-1, 9).Draw(t, "alive"), HighWater: rapid.IntRange(-1, 9).Draw(t, "high"),
		Boots: rapid.IntRange(0, 5).Draw(t, "boots"), Isolated: rapid.IntRange(0, 9).Draw(t, "isolated") == 0,
	}
	for i := range rapid.IntRange(0, 7).Draw(t, "peers") {
		at := now.Add(-time.Duration(rapid.Int64Range(0, 7e9).Draw(t, "age")))
		v.Peers = append(v.Peers, Peer{
			Name: nameOf(i), Zone: rapid.SampledFrom([]string{"z", "y", ""}).Draw(t, "zone"), Alive: true, Heard: at, Seen: at,
			Beacon: Beacon{Uptime: time.Hour}, Cell: cells(t),
		})
	}
	return v
}

func sound(t *rapid.T, o Order) {
	bad := o.Share < 0 || o.Share > 1 || o.Phase > Ramp || strings.HasPrefix(o.Why.Inactive.String(), "unknown")
	switch o.Phase {
	case Clear:
		bad = bad || o.Share != 1 || o.Probe != fuseboard.Never || o.Until != fuseboard.Never
	case Hold:
		bad = bad || o.Share != 0 || o.Probe == fuseboard.Never || o.Until == fuseboard.Never || o.Reset
	case Ramp:
		bad = bad || o.Share < 0.1 || o.Probe != fuseboard.Never
	}
	if bad {
		t.Fatalf("%+v", o)
	}
}

func TestAnOlderInstantIsTakenAsTheLast(t *testing.T) {
	s := newStand(4)
	s.say(failed)
	want := s.pass(3*time.Second, 0, 1)
	if got := s.m.Step(s.now.Add(-5*time.Second), s.own, s.view); got.Phase != want.Phase || got.Until != want.Until || got.Probe != want.Probe {
		t.Errorf("%+v became %+v", want, got)
	}
}
