// SPDX-License-Identifier: Apache-2.0

package relay

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestTheNthConnectionSuffersTheNthFaultOfTheScript(t *testing.T) {
	r := web(t)
	r.Set(Fault{End: Cut, At: 1})
	r.Script(Fault{}, Fault{End: Cut, At: 2}, Fault{Refuse: true})
	var got []string
	for range 5 {
		body, err := get(t, r, "/")
		if err != nil && body == "" {
			body = "lost"
		}
		got = append(got, body)
	}
	if want := answerBody + " 01 lost 0 0"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", strings.Join(got, " "), want)
	}
}

func TestDownIsRefusedAndUpListensOnTheSamePort(t *testing.T) {
	r := web(t)
	addr := r.Addr()
	r.Down()
	r.Down()
	if _, err := get(t, r, "/"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("down: got %v", err)
	}
	if err := errors.Join(r.Up(), r.Up()); err != nil {
		t.Fatal(err)
	}
	if body, err := get(t, r, "/"); body != answerBody || err != nil || r.Addr() != addr {
		t.Errorf("up: got %q, %v at %s, want %s", body, err, r.Addr(), addr)
	}
}

func TestBytesPassInOrderAndAHalfCloseIsHandedOn(t *testing.T) {
	r := start(t, echo(t))
	c := dialTo(t, r)
	said := strings.Repeat("all of it ", 20_000)
	_, _ = io.WriteString(c, said)
	_ = c.CloseWrite()
	got, err := io.ReadAll(c)
	if string(got) != strings.ToUpper(said)+"bye" || err != nil {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
	_ = c.Close()
	await(t, r, func(n Counts) bool { return n.Open == 0 })
	want := Counts{Accepted: 1, Dialled: 1, Sent: int64(len(said)), Received: int64(len(said) + 3)}
	if n := r.Counts(); n != want {
		t.Errorf("counts: got %+v, want %+v", n, want)
	}
}

func TestFrozenConnectionsGoOnAfterTheThaw(t *testing.T) {
	r := start(t, echo(t))
	c := dialTo(t, r)
	r.Freeze()
	r.Freeze()
	_, _ = io.WriteString(c, "hello ")
	_ = c.CloseWrite()
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("frozen: got %v, want silence", err)
	}
	r.Thaw()
	r.Thaw()
	_ = c.SetReadDeadline(time.Now().Add(patience))
	if got, err := io.ReadAll(c); string(got) != "HELLO bye" || err != nil {
		t.Errorf("thawed: got %q, %v", got, err)
	}
}

func TestResetAllBreaksWhatIsOpen(t *testing.T) {
	r := start(t, echo(t))
	c := dialTo(t, r)
	_, _ = io.WriteString(c, "x")
	await(t, r, func(n Counts) bool { return n.Sent == 1 })
	r.ResetAll()
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %v, want a reset", err)
	}
	await(t, r, func(n Counts) bool { return n.Open == 0 })
	if body, err := io.ReadAll(dialToEnd(t, r)); string(body) != "bye" || err != nil {
		t.Errorf("after it: got %q, %v", body, err)
	}
}

// dialToEnd opens a connection that says nothing.
func dialToEnd(t *testing.T, r *Relay) io.Reader {
	c := dialTo(t, r)
	_ = c.CloseWrite()
	return c
}

func TestCloseLeavesNothingBehind(t *testing.T) {
	r := start(t, echo(t))
	for i, f := range []Fault{{Swallow: true}, {}, {End: Stall}, {Delay: time.Hour}, {Rate: 1}} {
		r.Set(f)
		c := dialTo(t, r)
		_, _ = io.WriteString(c, "hello")
		await(t, r, func(n Counts) bool { return n.Accepted == i+1 && n.Dialled == i })
	}
	r.Freeze()
	r.Close()
	r.Close()
	if n := r.Counts(); n.Open != 0 || n.Accepted != 5 {
		t.Errorf("counts: got %+v", n)
	}
	if err := r.Up(); err == nil || !strings.Contains(err.Error(), "is closed") {
		t.Errorf("Up after Close: got %v", err)
	}
}

func TestAwaitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := start(t, "127.0.0.1:1").Await(ctx, func(Counts) bool { return false }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
