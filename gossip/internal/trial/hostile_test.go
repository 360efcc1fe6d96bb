// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/gossip"
	"github.com/fuseboard/fuseboard/simulations/network"
)

// listen is an ear on the wire: what is sent to an address where only a transport is.
func listen(t *testing.T, ear *network.Transport) (heard [][]byte) {
	t.Helper()
	for {
		select {
		case p := <-ear.PacketCh():
			heard = append(heard, bytes.Clone(p.Buf))
		default:
			return heard
		}
	}
}

func TestGarbageIsCountedAndChangesNothing(t *testing.T) {
	aFleet(t, 3, lan(1), func(f *fleet) {
		// A node dies, and something else gets its address: it hears what is sent there, and sends it again, changed.
		f.start("n03")
		time.Sleep(2 * time.Second)
		f.kill("n03")
		evil, err := f.n.Node("n03")
		ok(t, err)
		f.put("n00", "payments", "open")
		time.Sleep(5 * time.Second)
		heard := listen(t, evil)
		if len(heard) == 0 {
			t.Fatal("nothing was heard")
		}
		if bytes.Contains(bytes.Join(heard, nil), []byte("payments")) {
			t.Error("a record can be read on the wire")
		}
		f.settles("it is dead", 15*time.Second, f.all, 3)
		before := f.records("n01")
		draw := rand.New(rand.NewPCG(1, 2))
		const count = 300
		for i := range count {
			b := bytes.Clone(heard[i%len(heard)])
			switch i % 3 {
			case 0:
				b[draw.IntN(len(b))] ^= byte(1 + draw.IntN(255))
			case 1:
				b = b[:draw.IntN(len(b))]
			case 2:
				for j := range b {
					b[j] = byte(draw.Uint32())
				}
			}
			_, err := evil.WriteTo(b, f.addrs["n01"])
			ok(t, err)
			time.Sleep(time.Millisecond)
		}
		for i := range 5 {
			c, err := evil.DialTimeout(f.addrs["n01"], time.Second)
			ok(t, err)
			_, err = c.Write(bytes.Repeat([]byte{byte(i * 60)}, 100))
			ok(t, err)
			_ = c.Close()
		}
		time.Sleep(10 * time.Second)
		s := f.nodes["n01"].Stats()
		if refused := s.Refused.Label + s.Refused.Key + s.Refused.Plaintext + s.Refused.Corrupt; refused < count || s.Panics > 0 {
			t.Errorf("%d refused, %+v", refused, s.Refused)
		}
		if after := f.records("n01"); after != before || f.sees("n01") != 3 {
			t.Errorf("it sees %d; records were\n%sand are\n%s", f.sees("n01"), before, after)
		}
		for _, b := range heard { // replayed as they were
			_, err := evil.WriteTo(b, f.addrs["n01"])
			ok(t, err)
		}
		time.Sleep(20 * time.Second)
		if after := f.records("n01"); after != before {
			t.Errorf("replays changed\n%sinto\n%s", before, after)
		}
		f.settles("replays bring nobody back", time.Second, f.all, 3)
	})
}

func TestMoreMembersThanMayAreRefused(t *testing.T) {
	bubble(t, lan(1), func(f *fleet) {
		f.opts = func(o *gossip.Options) {
			o.MaxMembers = 3
			o.Admit = func(m gossip.Member) error {
				if m.Zone == "elsewhere" {
					return fmt.Errorf("node %s is elsewhere", m.Name)
				}
				return nil
			}
		}
		f.grow(2)
		o := f.options("stranger")
		o.Zone = "elsewhere"
		f.startWith(o)
		f.start("n02")
		f.start("n03") // one too many
		time.Sleep(30 * time.Second)
		for _, name := range []string{"n00", "n01"} {
			if s := f.nodes[name].Stats(); s.Members != 3 || s.Refused.NotAdmitted == 0 {
				t.Errorf("%s: %+v", name, s)
			}
			for _, m := range f.nodes[name].Members() {
				if m.Name == "stranger" {
					t.Errorf("%s has let it in", name)
				}
			}
		}
	})
}

func TestNodesThatAdmitOthersDisagreeEverMoreSeldom(t *testing.T) {
	bubble(t, lan(1), func(f *fleet) {
		f.grow(2)
		o := f.options("n02")
		o.Admit = func(m gossip.Member) error {
			if m.Name == "n03" {
				return fmt.Errorf("not %s", m.Name)
			}
			return nil
		}
		f.startWith(o)
		f.start("n03")
		time.Sleep(3 * time.Minute)
		if s := f.nodes["n02"].Stats(); s.Disagreed == 0 || s.Disagreed > 20 || s.Members != 3 {
			t.Errorf("%+v", s)
		}
		f.put("n03", "payments", "open")
		f.reach("n03", "payments", "open", 5*time.Second)
	})
}

func TestAFleetFarApartLives(t *testing.T) {
	far := network.Options{Seed: 1, Link: network.Link{Latency: 120 * time.Millisecond, Jitter: 60 * time.Millisecond, Loss: 0.02}}
	bubble(t, far, func(f *fleet) {
		f.opts = func(o *gossip.Options) { o.Profile = gossip.WAN }
		f.grow(10)
		f.settles("all have joined", 10*time.Second, f.all, 10)
		f.put("n03", "payments", "open")
		f.reach("n03", "payments", "open", 5*time.Second)
		time.Sleep(2 * time.Minute)
		for _, name := range f.all {
			if n := f.nodes[name]; n.Isolated() || n.Stats().Members != 10 {
				t.Errorf("%s: %+v", name, n.Stats())
			}
		}
		f.kill("n09")
		f.settles("all see the crash", time.Minute, f.all, 9)
	})
}

func TestASuspectIsShownAndComesBack(t *testing.T) {
	aFleet(t, 5, lan(1), func(f *fleet) {
		ok(t, f.n.Pause("n04"))
		f.until("it is suspect", 5*time.Second, 50*time.Millisecond, func() bool { return f.member("n00", "n04").State == gossip.Suspect }, func() {})
		ok(t, f.n.Resume("n04"))
		f.until("it is back", 10*time.Second, 50*time.Millisecond, func() bool { return f.member("n00", "n04").State == gossip.Alive }, func() {})
	})
}
