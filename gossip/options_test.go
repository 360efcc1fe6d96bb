// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/gossip/record"
)

var testKey = []byte("0123456789abcdef")

func sound() Options { return Options{Name: "shop-1", Label: "shop/test", Keys: [][]byte{testKey}} }

func TestWhatIsWrongWithOptionsIsSaid(t *testing.T) {
	if ps := sound().Validate(); len(ps) > 0 {
		t.Errorf("sound options: %v", ps)
	}
	for _, c := range []struct {
		path   string
		change func(*Options)
	}{
		{"name", func(o *Options) { o.Name = "" }},
		{"name", func(o *Options) { o.Name = "a#1" }},
		{"name", func(o *Options) { o.Name = "a/b" }},
		{"name", func(o *Options) { o.Name = ".a" }},
		{"name", func(o *Options) { o.Name = strings.Repeat("a", MaxName+1) }},
		{"label", func(o *Options) { o.Label = "" }},
		{"label", func(o *Options) { o.Label = strings.Repeat("a", MaxLabel+1) }},
		{"zone", func(o *Options) { o.Zone = strings.Repeat("a", MaxZone+1) }},
		{"meta", func(o *Options) { o.Meta = make([]byte, MaxMeta+1) }},
		{"keys", func(o *Options) { o.Keys = nil }},
		{"keys", func(o *Options) { o.Keys = [][]byte{testKey, make([]byte, 16), make([]byte, 32)} }},
		{"keys[0]", func(o *Options) { o.Keys = [][]byte{make([]byte, 17)} }},
		{"keys[1]", func(o *Options) { o.Keys = [][]byte{testKey, testKey} }},
		{"plaintext", func(o *Options) { o.Plaintext = true }},
		{"profile", func(o *Options) { o.Profile = WAN + 1 }},
		{"bind", func(o *Options) { o.Bind = "localhost:7946" }},
		{"bind", func(o *Options) { o.Bind = "10.0.0.1" }},
		{"advertise", func(o *Options) { o.Advertise = "0.0.0.0:7946" }},
		{"advertise", func(o *Options) { o.Advertise = "10.0.0.1:0" }},
		{"seeds", func(o *Options) { o.Seeds = make([]Seeds, mostSeeds+1) }},
		{"seeds[0]", func(o *Options) { o.Seeds = []Seeds{nil} }},
		{"seeds[1].addresses[1]", func(o *Options) { o.Seeds = []Seeds{File("seeds"), Static("10.0.0.1", "10.0.0.2:x")} }},
		{"seeds[0].addresses[0]", func(o *Options) { o.Seeds = []Seeds{Static("")} }},
		{"seeds[0].addresses[0]", func(o *Options) { o.Seeds = []Seeds{Static("shop internal:7946")} }},
		{"seeds[0].addresses[0]", func(o *Options) { o.Seeds = []Seeds{Static("a:1:2")} }},
		{"seeds[0].name", func(o *Options) { o.Seeds = []Seeds{DNS("shop.internal:0")} }},
		{"seeds[0].name", func(o *Options) { o.Seeds = []Seeds{DNS("_gossip._udp.shop.internal:7946")} }},
		{"seeds[0].path", func(o *Options) { o.Seeds = []Seeds{File("")} }},
		{"max_members", func(o *Options) { o.MaxMembers = mostMembers + 1 }},
		{"limits.answer", func(o *Options) { o.Limits.Answer = 1 }},
	} {
		o := sound()
		c.change(&o)
		_, err := Start(context.Background(), o)
		var ps fuseboard.Problems
		if !errors.As(err, &ps) || ps[0].Path != c.path || ps[0].Fix == "" && ps[0].Accepted == "" {
			t.Errorf("%s: %v", c.path, err)
		}
		if strings.Contains(err.Error(), string(testKey)) {
			t.Errorf("a key is in an error: %v", err)
		}
	}
}

func TestTheLongestRecordFitsAPacketOfTheLongestLabel(t *testing.T) {
	q := record.NewQueue(record.Limits{})
	q.Push(0, record.Record{
		Owner: strings.Repeat("o", record.MaxName), Key: strings.Repeat("k", record.MaxName), Kind: record.Transition,
		Version: record.Version{Epoch: record.MaxEpoch, Seq: 1<<64 - 1}, Body: bytes.Repeat([]byte("b"), record.MaxBody),
	})
	const (
		packet, compound, each = 1400, 2, 3 // memberlist's; each: two of the compound, one for the kind
		encryption             = 29
	)
	limit := packet - compound - (2 + MaxLabel) - encryption
	if q.Take(0, limit-each-1) == nil {
		t.Error("it would wait for ever")
	}
}

func TestStartSaysWhyItCannot(t *testing.T) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Start(ended, sound()); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	o := sound()
	o.Bind = "192.0.2.1:7946" // of no machine
	if _, err := Start(context.Background(), o); err == nil || !strings.Contains(err.Error(), "192.0.2.1:7946") {
		t.Error(err)
	}
	o = sound()
	o.Dir = "/dev/null/dir"
	if _, err := Start(context.Background(), o); err == nil || !strings.Contains(err.Error(), "dir") {
		t.Error(err)
	}
}
