// SPDX-License-Identifier: Apache-2.0

package network

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// bubble runs f with a network in virtual time, and looks whether anything is left of it.
func bubble(t *testing.T, opts Options, f func(t *testing.T, n *Network)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n, err := New(opts)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := errors.Join(n.Close(), n.settled()); err != nil {
				t.Error(err)
			}
		}()
		f(t, n)
	})
}

// settled says what is wrong with the counts, and what is left after Close.
func (n *Network) settled() error {
	s := n.Stats()
	var errs []error
	var sum Counts
	for w, c := range s.Links {
		if c.Sent+c.Duplicated != c.Delivered+c.Lost+c.Cut+c.Overflowed+c.Dead+c.InFlight {
			errs = append(errs, fmt.Errorf("counts of %v do not add up: %+v", w, c))
		}
		sum.add(&c)
	}
	if sum != s.Total {
		errs = append(errs, fmt.Errorf("total is %+v, links add up to %+v", s.Total, sum))
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed && (len(n.agenda) > 0 || s.Total.InFlight > 0 || n.timer != nil && n.timer.Stop()) {
		errs = append(errs, errors.New("something is still to come after Close"))
	}
	return errors.Join(errs...)
}

func node(t *testing.T, n *Network, name string) *Transport {
	t.Helper()
	tr, err := n.Node(name)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func send(t *testing.T, from, to *Transport, text string) {
	t.Helper()
	if _, err := from.WriteTo([]byte(text), to.Addr()); err != nil {
		t.Fatal(err)
	}
}

// got is what arrived at a node and was not taken yet.
func got(tr *Transport) string {
	synctest.Wait()
	var texts []string
	for {
		select {
		case p := <-tr.PacketCh():
			texts = append(texts, string(p.Buf))
		default:
			return strings.Join(texts, " ")
		}
	}
}

func wants(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

// connect dials, and takes the other end.
func connect(t *testing.T, from, to *Transport) (dialled, accepted net.Conn) {
	t.Helper()
	c, err := from.DialTimeout(to.Addr(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return c, <-to.StreamCh()
}

func write(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := c.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

// read waits for one read, and returns what came or what went wrong.
func read(c net.Conn) string {
	b := make([]byte, 100)
	k, err := c.Read(b)
	if err != nil {
		return err.Error()
	}
	return string(b[:k])
}

// took is how long f takes.
func took(f func()) time.Duration {
	before := time.Now()
	f()
	return time.Since(before)
}

// crowd waits for goroutines.
type crowd struct{ sync.WaitGroup }

func names(count int) (all []string) {
	for i := range count {
		all = append(all, fmt.Sprintf("n%02d", i))
	}
	return slices.Clip(all)
}
