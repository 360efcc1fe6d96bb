// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/gossip/record"
)

// next waits for a change of a kind, on sockets: real time, bounded.
func next(t *testing.T, w *Watcher, is func(Change) bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		changes, err := w.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			if is(c) {
				return
			}
		}
	}
}

func begin(t *testing.T, o Options) *Node {
	t.Helper()
	n, err := Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

func TestNodesMeetOnSockets(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "by", "itself")
	o := sound()
	o.Dir, o.Zone, o.Meta = dir, "eu-1", []byte("v7")
	one := begin(t, o)
	if err := one.Put(record.Counter, "calls", []byte("12")); err != nil {
		t.Fatal(err)
	}
	o = sound()
	o.Name, o.Seeds = "shop-2", []Seeds{Static(one.Self().Address)}
	two := begin(t, o)
	w := two.Watch()
	t.Cleanup(func() { _ = w.Close() })
	if _, found := two.Record("shop-1", "calls"); !found {
		next(t, w, func(c Change) bool { return c.What == RecordChanged && c.Record.Key == "calls" })
	}
	if m := two.Members(); len(m) != 2 || m[0].Name != "shop-1" || m[0].Zone != "eu-1" || string(m[0].Meta) != "v7" || m[0].Address != one.Self().Address {
		t.Errorf("%+v", m)
	}
	if err := one.Leave(context.Background()); err != nil {
		t.Error(err)
	}
	left := func(m Member) bool { return m.Name == "shop-1" && m.State == Left }
	if !left(two.Members()[0]) {
		next(t, w, func(c Change) bool { return c.What == MemberChanged && left(c.Member) })
	}
	if err := one.Close(); err != nil {
		t.Error(err)
	}
	if err := one.Put(record.Counter, "calls", nil); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	if err := one.Leave(context.Background()); !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	if s := one.Stats(); s.DiskFailed > 0 || s.Panics > 0 {
		t.Errorf("%+v", s)
	}
	known, err := readMemory(dir, "shop-1")
	if err != nil || known.Boot != one.boot || len(known.Seen) != 1 || !strings.HasPrefix(known.Seen[0].Node, "shop-2#") {
		t.Errorf("%+v %v", known, err)
	}
}

func TestAnAddressInUseIsSaid(t *testing.T) {
	one := begin(t, sound())
	o := sound()
	o.Bind = one.Self().Address
	if _, err := Start(context.Background(), o); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Error(err)
	}
}
