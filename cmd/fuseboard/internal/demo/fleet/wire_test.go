// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"errors"
	"testing"
	"time"

	"github.com/hashicorp/memberlist"
)

// plugIn is one end of the wire.
func plugIn(t *testing.T, w *wire) *plug {
	t.Helper()
	carrier, err := w.carry("x#1")
	if err != nil {
		t.Fatal(err)
	}
	p, ok := carrier.(*plug)
	if !ok {
		t.Fatalf("the carrier is a %T", carrier)
	}
	t.Cleanup(func() {
		if err := p.Shutdown(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// hears sends a packet again and again until it came, for a while: UDP may lose one.
func hears(t *testing.T, from, to *plug, long time.Duration) bool {
	t.Helper()
	tick, end := time.NewTicker(10*time.Millisecond), time.After(long)
	defer tick.Stop()
	for {
		if _, err := from.WriteTo([]byte("hello"), to.self); err != nil {
			t.Fatal(err)
		}
		select {
		case <-to.PacketCh():
			return true
		case <-tick.C:
		case <-end:
			return false
		}
	}
}

// dials reports whether a stream can be opened, and why not.
func dials(from, to *plug) error {
	conn, err := from.DialTimeout(to.self, time.Second)
	if err != nil {
		return err
	}
	theirs := <-to.StreamCh()
	return errors.Join(conn.Close(), theirs.Close())
}

var _ memberlist.NodeAwareTransport = (*plug)(nil)

func TestACutLosesWhatIsSentBothWaysUntilItHeals(t *testing.T) {
	w := &wire{}
	a, b, c := plugIn(t, w), plugIn(t, w), plugIn(t, w)
	if !hears(t, a, c, 5*time.Second) || !hears(t, c, a, 5*time.Second) || dials(a, c) != nil || dials(c, a) != nil {
		t.Fatal("the wire carries nothing")
	}
	w.cut(c.self)
	for _, p := range []*plug{a, c} { // what was under way
		for len(p.PacketCh()) > 0 {
			<-p.PacketCh()
		}
	}
	if err := dials(a, c); !errors.Is(err, errCut) {
		t.Errorf("a dials c over a cut: %v", err)
	}
	if err := dials(c, a); !errors.Is(err, errCut) {
		t.Errorf("c dials a over a cut: %v", err)
	}
	if !hears(t, a, b, 5*time.Second) {
		t.Error("a and b, which are not cut off, do not hear each other")
	}
	for hears(t, a, c, 50*time.Millisecond) && t.Context().Err() == nil { // one was in the socket
		if hears(t, a, c, 50*time.Millisecond) {
			t.Fatal("c hears a over a cut")
		}
	}
	w.cut("")
	if !hears(t, a, c, 5*time.Second) || dials(c, a) != nil {
		t.Error("the wire does not heal")
	}
}
