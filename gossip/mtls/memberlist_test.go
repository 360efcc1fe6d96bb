// SPDX-License-Identifier: Apache-2.0

package mtls

import (
	"bytes"
	"fmt"
	"log"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/memberlist"

	"github.com/fuseboard/fuseboard/internal/servers/certs"
)

// member is a node of plain memberlist.
type member struct {
	*memberlist.Memberlist
	carrier *Transport
}

// lines is a log that may be read while it is written.
type lines struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(b)
}

func aMember(t *testing.T, ca *certs.Authority, name string, boot int, at string) *member {
	t.Helper()
	m := &member{carrier: start(t, ca, name, func(o *Options) {
		if at != "" {
			o.Bind = at
		}
	})}
	out := &lines{}
	c := memberlist.DefaultLANConfig()
	c.Name, c.Transport, c.Logger = fmt.Sprintf("%s#%d", name, boot), m.carrier, log.New(out, "", 0)
	c.GossipInterval, c.ProbeInterval, c.ProbeTimeout, c.PushPullInterval = 20*time.Millisecond, 200*time.Millisecond, 100*time.Millisecond, time.Second
	c.SuspicionMult, c.SuspicionMaxTimeoutMult, c.EnableCompression, c.Label = 3, 2, false, "checkout"
	var err error
	m.Memberlist, err = memberlist.Create(c)
	ok(t, err)
	t.Cleanup(func() {
		ok(t, m.Shutdown())
		if t.Failed() {
			out.mu.Lock()
			defer out.mu.Unlock()
			t.Logf("%s:\n%s", c.Name, out.all.String())
		}
	})
	return m
}

func (m *member) sees(names ...string) bool {
	seen := map[string]bool{}
	for _, n := range m.Members() {
		seen[n.Name] = true
	}
	for _, name := range names {
		if !seen[name] {
			return false
		}
	}
	return len(seen) == len(names)
}

func TestMemberlistJoinsLosesOneAndTakesItBack(t *testing.T) {
	ca := authority(t)
	a, b, c := aMember(t, ca, "a", 1, ""), aMember(t, ca, "b", 1, ""), aMember(t, ca, "c", 1, "")
	for _, m := range []*member{b, c} {
		_, err := m.Join([]string{a.carrier.Addr()})
		ok(t, err)
	}
	all := func(members []*member, names ...string) func() bool {
		return func() bool {
			for _, m := range members {
				if !m.sees(names...) {
					return false
				}
			}
			return true
		}
	}
	await(t, "all have joined", all([]*member{a, b, c}, "a#1", "b#1", "c#1"))
	await(t, "each has a connection to each", func() bool {
		return a.carrier.Stats().Outbound == 2 && b.carrier.Stats().Outbound == 2 && c.carrier.Stats().Outbound == 2
	})

	at := c.carrier.Addr()
	ok(t, c.carrier.Shutdown()) // without a word of goodbye
	ok(t, c.Shutdown())
	await(t, "one is dead", all([]*member{a, b}, "a#1", "b#1"))

	c = aMember(t, ca, "c", 2, at)
	_, err := c.Join([]string{a.carrier.Addr()})
	ok(t, err)
	await(t, "it is back", all([]*member{a, b, c}, "a#1", "b#1", "c#2"))
	for _, m := range []*member{a, b, c} {
		s := m.carrier.Stats()
		if s.DroppedQueue+s.DroppedUnread > 0 {
			t.Errorf("%+v", s)
		}
		for reason, n := range s.Refused {
			switch reason {
			case Unreachable, HungUp, TooSlow: // so it is with who is dead, or dies in a handshake
			default:
				t.Errorf("%d times %s: %s", n, reason, s.LastRefusal)
			}
		}
	}
}

// Somebody with a certificate of his own says that he were another: he is heard of, and nobody ever reaches him.
func TestWhoMakesUpANameIsNotReachedByIt(t *testing.T) {
	ca := authority(t)
	a, liar := aMember(t, ca, "a", 1, ""), start(t, ca, "liar")
	c := memberlist.DefaultLANConfig()
	c.Name, c.Transport, c.Logger, c.Label = "b#1", liar, log.New(&lines{}, "", 0), "checkout"
	m, err := memberlist.Create(c)
	ok(t, err)
	defer func() { _ = m.Shutdown() }()
	_, err = m.Join([]string{a.carrier.Addr()})
	ok(t, err)
	await(t, "a has asked for b", func() bool { return refusals(a.carrier, BadName) > 0 })
	await(t, "a takes it for dead", func() bool { return a.sees("a#1") })
	if a.carrier.Stats().PacketsOut > 0 {
		t.Errorf("it was sent packets: %+v", a.carrier.Stats())
	}
}
