// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard"
)

func TestWhoIsSuspectHereIsToldSoForAWhile(t *testing.T) {
	n := still(t, nil)
	n.roster.join(0, Member{Name: "shop-2", Boot: 7}, memberlist.Node{Name: "shop-2#7"})
	n.roster.join(0, Member{Name: "shop-3", Boot: 7}, memberlist.Node{Name: "shop-3#7"})
	const at = fuseboard.Instant(10 * time.Second)
	n.roster.doubt(at, "shop-2#7")
	told := func(after time.Duration) (names []string) {
		n.tellDoubts(at.Add(after))
		for len(n.out) > 0 {
			p := <-n.out
			if !bytes.Equal(p.frame, []byte{byte(frameDoubt)}) || p.reliable {
				t.Errorf("%+v", p)
			}
			names = append(names, p.to.Name)
		}
		return names
	}
	for after, want := range map[time.Duration]int{
		0: 0, doubtful - 1: 0, doubtful: 1, time.Second: 1, doubtful + doubting - 1: 1, doubtful + doubting: 0, time.Minute: 0,
	} {
		if got := told(after); len(got) != want || want == 1 && got[0] != "shop-2#7" {
			t.Errorf("after %v %q are told, want %d", after, got, want)
		}
	}
	n.roster.heard(at.Add(time.Second), "shop-2#7")
	if got := told(2 * time.Second); len(got) > 0 {
		t.Errorf("it has answered, and %q are told", got)
	}
}

// ear hears what a carrier sends.
type ear struct {
	memberlist.NodeAwareTransport
	mu    sync.Mutex
	heard byte // the newest version of itself that a node told
}

func (e *ear) WriteToAddress(b []byte, to memberlist.Address) (time.Time, error) {
	e.mu.Lock()
	for rest := b; ; {
		_, after, found := bytes.Cut(rest, []byte("\xabIncarnation"))
		if !found || len(after) == 0 {
			break
		}
		rest = after
		if after[0] < 0x80 { // a small number, in MessagePack
			e.heard = max(e.heard, after[0])
		}
	}
	e.mu.Unlock()
	return e.NodeAwareTransport.WriteToAddress(b, to)
}

func (e *ear) newest() byte {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.heard
}

// Who hears that it is suspect says that it lives, with a newer version; and not each time, whoever says so.
func TestWhoHearsADoubtSaysAgainThatItLivesAndSeldom(t *testing.T) {
	o := sound()
	o.Keys, o.Plaintext = nil, true // so that the test can read it
	one := begin(t, o)
	var e *ear
	o.Name, o.Seeds = "shop-2", []Seeds{Static(one.Self().Address)}
	o.Carrier = func(string) (memberlist.NodeAwareTransport, error) {
		carrier, err := memberlist.NewNetTransport(&memberlist.NetTransportConfig{BindAddrs: []string{"127.0.0.1"}})
		e = &ear{NodeAwareTransport: carrier}
		return e, err
	}
	two := begin(t, o)
	until(t, "it has told that it is here", func() bool { return e.newest() == 1 })
	peers := one.roster.peers()
	doubts := 0
	until(t, "it says so again", func() bool {
		one.parcel(parcel{to: peers[0], frame: []byte{byte(frameDoubt)}})
		doubts++
		return e.newest() > 1
	})
	if got := e.newest(); got != 2 {
		t.Errorf("after %d doubts it has said %d times that it lives", doubts, got)
	}
	if err := two.Leave(context.Background()); err != nil {
		t.Error(err)
	}
	frames := two.Stats().Frames
	one.parcel(parcel{to: peers[0], frame: []byte{byte(frameDoubt)}})
	until(t, "it has heard that, too", func() bool { return two.Stats().Frames > frames })
	if got := e.newest(); got != 2 {
		t.Errorf("it has left, and says that it lives: %d", got)
	}
}
