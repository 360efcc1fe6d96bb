// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/gossip/limits"
	"github.com/fuseboard/fuseboard/gossip/record"
)

// until waits until is, on sockets: real time, bounded.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(30 * time.Second); !is(); {
		select {
		case <-tick.C:
		case <-end:
			t.Fatal("never: " + what)
		}
	}
}

// refusalOf is what a node says that it refused for a reason.
func refusalOf(n *Node, why Reason) (r Refusal) {
	for _, r = range n.Refusals() {
		if r.Reason == why {
			return r
		}
	}
	return Refusal{}
}

func TestWhoIsRefusedIsToldWhyOnBothSides(t *testing.T) {
	for _, c := range []struct {
		what   string
		change func(*Options)
		why    Reason
		says   string // here
		told   string // there
	}{
		{"another key", func(o *Options) { o.Keys = [][]byte{[]byte("fedcba9876543210")} }, OtherKey, "wrong key; last from 127.0.0.1:", "another key; compare Keys"},
		{"another label", func(o *Options) { o.Label = "shop/live" }, OtherLabel, "no gossip, or another label; last from 127.0.0.1:", "compare service and environment"},
		{"no key", func(o *Options) { o.Keys, o.Plaintext = nil, true }, Unencrypted, "not encrypted; last from 127.0.0.1:", "this node has none; give this node the same Keys"},
	} {
		t.Run(c.what, func(t *testing.T) {
			one := begin(t, sound())
			o := sound()
			c.change(&o)
			o.Name, o.Seeds = "shop-2", []Seeds{Static(one.Self().Address)}
			two := begin(t, o)
			until(t, "it is refused", func() bool { return refusalOf(one, c.why).Count > 0 })
			r := refusalOf(one, c.why)
			if !strings.Contains(r.String(), c.says) {
				t.Errorf("here: %s", r)
			}
			until(t, "it has tried", func() bool {
				all, err := two.Seeds()
				return err == nil && len(all) == 1 && all[0].Trouble != ""
			})
			all, _ := two.Seeds()
			if s := all[0]; s.Address != one.Self().Address || s.Tries == 0 || s.Met || !strings.Contains(s.Trouble, c.told) {
				t.Errorf("there: %+v", s)
			}
			if all, err := one.Seeds(); len(all) > 0 || err != nil {
				t.Errorf("it has no seeds, and says %+v, %v", all, err)
			}
		})
	}
}

func TestASeedWhereNobodyListensIsTold(t *testing.T) {
	gone := begin(t, sound())
	address := gone.Self().Address
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	o := sound()
	o.Seeds = []Seeds{Static(address), File("/nowhere")}
	n := begin(t, o)
	all, err := n.Seeds()
	if err == nil || !strings.Contains(err.Error(), "/nowhere") {
		t.Errorf("of the file: %v", err)
	}
	if len(all) != 1 || all[0].Met || all[0].Tries == 0 || !strings.Contains(all[0].Trouble, "nothing listens there") {
		t.Errorf("%+v", all)
	}
}

func TestASeedThatIsMetIsSaidToBe(t *testing.T) {
	one := begin(t, sound())
	o := sound()
	o.Name = "shop-2"
	o.Seeds = []Seeds{Static(one.Self().Address)}
	two := begin(t, o)
	if all, err := two.Seeds(); err != nil || len(all) != 1 || !all[0].Met || all[0].Trouble != "" {
		t.Errorf("%+v, %v", all, err)
	}
	if err := two.Leave(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestWhatOthersSayIsShownOnOneLine(t *testing.T) {
	var r refusals
	r.add(7, NotAccepted, "a\x1b[2J\nb")
	r.add(8, NotAccepted, "")
	got := r.read()[NotAccepted]
	if want := `2 records refused: not accepted; last from "a\x1b[2J\nb"; compare versions and Operators of both nodes, and whether two nodes have one name`; got.String() != want || got.At != 8 {
		t.Errorf("%+v: %s", got, got)
	}
	for _, why := range Reasons() {
		if w := reasonWords[why]; w.word == "" || w.why == "" || w.fix == "" {
			t.Errorf("nothing is said of %v", why)
		}
	}
}

func TestARecordThatComesAgainAndAgainIsCountedOnce(t *testing.T) {
	var r refusals
	one := record.Record{Owner: "a", Key: "cell/x", Version: record.Version{Epoch: 1, Seq: 1}}
	for i := range 97 {
		r.addRecord(fuseboard.Instant(i), one)
	}
	got := r.read()[NotAccepted]
	if want := "1 record refused: not accepted; heard 97 times; last from a; compare versions and Operators of both nodes, and whether two nodes have one name"; got.String() != want || got.At != 96 {
		t.Errorf("%+v: %s", got, got)
	}
	for i := range uint64(2 * remembered) {
		one.Version.Seq = 2 + i
		r.addRecord(100, one)
		r.addRecord(100, one)
	}
	if got = r.read()[NotAccepted]; got.Count != 1+2*remembered || got.Heard != 97+4*remembered || len(r.known) != remembered || len(r.oldest) != remembered {
		t.Errorf("%+v, %d and %d remembered", got, len(r.known), len(r.oldest))
	}
}

func TestWhatLimitsStopCameWhenItIsFirstSeen(t *testing.T) {
	var r refusals
	r.overLimit(5, 0)
	for _, c := range []struct {
		now   int64
		count uint64
		at    int64
	}{{6, 0, 0}, {7, 3, 7}, {9, 3, 7}, {11, 4, 11}} {
		if got := r.overLimit(fuseboard.Instant(c.now), c.count); got.Count != c.count || got.At != fuseboard.Instant(c.at) || c.count > 0 && got.Reason != OverLimit {
			t.Errorf("%+v: %+v", c, got)
		}
	}
	if got := stopped(limits.Stats{DroppedByRate: 1, DroppedByBytes: 2, RefusedBySource: 4, RefusedByTotal: 8, CutByBytes: 16, CutByTime: 32, Packets: 64}); got != 63 {
		t.Errorf("stopped: %d", got)
	}
}
