// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/internal/relay"
	"github.com/fuseboard/fuseboard/internal/relay/upstream"
)

// Wrap puts the transport under test over base, which it must use for all requests.
// Nil stands for the standard client by itself.
type Wrap func(base http.RoundTripper) http.RoundTripper

// Options say what an account leaves out, and how a play ends.
type Options struct {
	// Ignore lists beginnings of header names that the transport under test may send
	// although the caller did not, in canonical form: "Fuseboard-". Default: none.
	Ignore []string
	// Skip reports facts that are compared by nobody: "1 error text". Default: none.
	Skip func(Fact) bool
	// Patience is when a play that hangs is cancelled, so that the account tells it. Default: 20 s.
	Patience time.Duration
	// Parallel plays cases side by side (testing.T.Parallel); the Wrap must bear that.
	Parallel bool
	// After is given the transport that a Wrap made when its play is over: to stop
	// what belongs to it. Default: nothing is done.
	After func(http.RoundTripper)
}

// Case is one thing that clients do. See [Cases].
type Case struct {
	// Name says what is done, and over which protocol.
	Name string
	// Protocol is what the server speaks.
	Protocol upstream.Protocol

	on     []upstream.Protocol // before it is multiplied; default: HTTP/1.1 and HTTP/2
	server upstream.Options
	faults []relay.Fault // nil: without a relay
	mute   bool          // what the server sees depends on a race
	setup  func(*Scene)
	play   func(*Scene)
}

// Cases returns the table: every case once for each protocol that it is about.
func Cases() (all []Case) {
	for _, c := range slices.Concat(
		answers(), codings(), uploads(), redirects(), streams(), interim(),
		cancellations(), timeouts(), connections(), goAways(), faults(), handshakes(), direct(), oddities(),
	) {
		on := c.on
		if on == nil {
			on = []upstream.Protocol{upstream.H1, upstream.H2}
		}
		for _, p := range on {
			one := c
			one.Name, one.Protocol, one.server.Protocol = c.Name+" ("+string(p)+")", p, p
			all = append(all, one)
		}
	}
	return all
}

// plays is how often a case is played before a difference counts. On a busy machine the
// standard client differs from itself: whether a connection is back in time for
// the next request is decided by 50ms of net/http's own.
const plays = 3

// Check plays every case without and with w, each as a test of its own, and fails where
// the accounts differ every time.
func Check(t *testing.T, w Wrap, o Options) {
	for _, c := range Cases() {
		t.Run(c.Name, func(t *testing.T) {
			if o.Parallel {
				t.Parallel()
			}
			var lines []string
			for range plays {
				want, err := c.Run(nil, o)
				if err != nil {
					t.Fatal(err)
				}
				got, err := c.Run(w, o)
				if err != nil {
					t.Fatal(err)
				}
				if lines = Differences(want, got); len(lines) == 0 {
					return
				}
			}
			t.Errorf("not as without:\n\t%s", strings.Join(lines, "\n\t"))
		})
	}
}

// Run plays c once, with the transport that w makes, and returns the account. An error
// is the stage's own: no port, no certificate.
func (c Case) Run(w Wrap, o Options) (Result, error) {
	s, err := newScene(c, w, o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	defer s.close()
	if w != nil && o.After != nil {
		defer func() { o.After(s.client.Transport) }()
	}
	c.play(s)
	s.sayServer()
	if o.Skip != nil {
		s.facts = slices.DeleteFunc(s.facts, o.Skip)
	}
	return s.facts, nil
}
