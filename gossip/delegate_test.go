// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"errors"
	"strings"
	"testing"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard/gossip/record"
)

// still is a node that nothing runs in.
func still(t *testing.T, change func(*Options)) *Node {
	t.Helper()
	o := sound()
	if change != nil {
		change(&o)
	}
	n, err := newNode(o.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWhatComesTooFastIsDroppedAndCounted(t *testing.T) {
	n := still(t, nil)
	d := delegate{n}
	b := make([]byte, 100)
	for range mostLetters + 10 {
		d.NotifyMsg(b) // returns, though nobody takes it
	}
	if k := n.counts.inboxFull.Load(); k != 10 {
		t.Errorf("%d dropped", k)
	}
	n = still(t, nil)
	d = delegate{n}
	d.NotifyMsg(make([]byte, mostLetter+1))
	for range 10 {
		d.MergeRemoteState(make([]byte, mostLetter), true)
	}
	if big, full := n.refused.read()[Oversize].Count, n.counts.inboxFull.Load(); big != 1 || full != 10-mostLetterBytes/mostLetter {
		t.Errorf("%d too big, %d dropped", big, full)
	}
}

func TestAMessageIsCopied(t *testing.T) {
	n := still(t, nil)
	b := []byte("as it was")
	delegate{n}.NotifyMsg(b)
	copy(b, "XXXXXXXXX")
	if l := <-n.in; string(l.b) != "as it was" {
		t.Errorf("%q", l.b)
	}
}

func TestUsersFunctionsMayRefuseAndPanic(t *testing.T) {
	n := still(t, func(o *Options) {
		o.MaxMembers = 2
		o.Admit = func(m Member) error {
			switch m.Zone {
			case "panic":
				panic("of the user")
			case "no":
				return errors.New("no")
			}
			return nil
		}
		o.Accept = func(r record.Record) error {
			if r.Key == "panic" {
				panic("of the user")
			}
			return nil
		}
	})
	d := delegate{n}
	node := func(name, zone string) *memberlist.Node {
		return &memberlist.Node{Name: name, Meta: encodeMeta(zone, nil, 0)}
	}
	for _, c := range []struct {
		node *memberlist.Node
		want string
	}{
		{node("a#1", "yes"), ""},
		{node("a#1", "no"), "no"},
		{node("a#1", "panic"), "panicked"},
		{node("a", "yes"), "no name and boot"},
		{&memberlist.Node{Name: "a#1", Meta: []byte{9}}, "another version"},
	} {
		err := d.NotifyAlive(c.node)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.node.Name, err)
		}
	}
	for _, name := range []string{"b#1", "c#1"} {
		d.NotifyJoin(node(name, ""))
	}
	if err := d.NotifyAlive(node("d#1", "")); err == nil || !strings.Contains(err.Error(), "MaxMembers") {
		t.Error(err)
	}
	err := n.Offer(record.Record{Owner: "b", Key: "panic", Kind: record.Transition, Version: record.Version{Epoch: 1, Seq: 1}})
	if !errors.Is(err, ErrRefused) || n.counts.panics.Load() != 2 {
		t.Error(err, n.counts.panics.Load())
	}
}

func TestOffersAreMergedOnce(t *testing.T) {
	n := still(t, nil)
	r := record.Record{Owner: "b", Key: "payments", Kind: record.Counter, Version: record.Version{Epoch: 1, Seq: 2}, Body: []byte("x")}
	w := n.Watch()
	for _, c := range []struct {
		what   string
		change func(*record.Record)
		want   error
	}{
		{"new", func(*record.Record) {}, nil},
		{"again", func(*record.Record) {}, nil},
		{"older", func(r *record.Record) { r.Version.Seq = 1 }, ErrOld},
		{"another", func(r *record.Record) { r.Body = []byte("a") }, ErrConflict},
	} {
		o := r
		c.change(&o)
		if err := n.Offer(o); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	for _, o := range []record.Record{{Owner: "shop-1", Key: "own", Kind: record.Vote}, {Owner: "b", Key: ".left", Kind: record.Vote}, {Owner: "b"}} {
		if err := n.Offer(o); err == nil {
			t.Errorf("%+v is accepted", o)
		}
	}
	if got, found := n.Record("b", "payments"); !found || string(got.Body) != "x" {
		t.Error(got)
	}
	if changes, err := w.take(); err != nil || len(changes) != 1 {
		t.Error(changes, err)
	}
}

func TestOwnRecordsComeAndGo(t *testing.T) {
	n := still(t, nil)
	if err := n.Put(record.Transition, ".left", nil); err == nil || !strings.Contains(err.Error(), "reserved") {
		t.Error(err)
	}
	if err := n.Put(0, "", make([]byte, record.MaxBody+1)); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Error("not all that is wrong:", err)
	}
	body := []byte("open")
	if err := n.Put(record.Transition, "payments", body); err != nil {
		t.Fatal(err)
	}
	body[0] = 'X'
	if r, found := n.Record("shop-1", "payments"); !found || string(r.Body) != "open" || r.Version.Epoch != n.boot {
		t.Errorf("%+v", r)
	}
	for range 2 {
		if err := n.Delete("payments"); err != nil {
			t.Error(err)
		}
	}
	if _, found := n.Record("shop-1", "payments"); found {
		t.Error("it is still there")
	}
	for r := range n.Records() {
		t.Errorf("%+v", r)
	}
}
