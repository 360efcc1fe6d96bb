// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/fuseboard/fuseboard/internal/relay"
	"github.com/fuseboard/fuseboard/internal/relay/upstream"
)

// Scene is one play of a case: a server, perhaps a relay, a client, and the account.
type Scene struct {
	server *upstream.Server
	relay  *relay.Relay    // nil where the case has none
	base   *http.Transport // may be changed in setup
	client *http.Client    // may be changed in setup
	url    string          // where the client goes to
	mute   bool
	ignore []string

	ctx      context.Context // of requests: ends when patience does
	cancel   context.CancelFunc
	watchdog *time.Timer
	work     sync.WaitGroup // what a case does beside its request

	mu    sync.Mutex
	sent  int // requests, to number their facts
	facts Result
}

func newScene(c Case, w Wrap, o Options) (*Scene, error) {
	s := &Scene{mute: c.mute, ignore: o.Ignore}
	var err error
	if s.server, err = upstream.Start(c.server); err != nil {
		return nil, err
	}
	s.url = s.server.URL()
	if c.faults != nil {
		if s.relay, err = relay.Start(s.server.Addr()); err != nil {
			s.server.Close()
			return nil, err
		}
		s.relay.Script(c.faults...)
		s.url = s.server.Scheme() + "://" + s.relay.Addr()
	}
	if o.Patience == 0 {
		o.Patience = 20 * time.Second
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.watchdog = time.AfterFunc(o.Patience, s.cancel)
	s.base = s.server.Transport()
	s.client = &http.Client{}
	if c.setup != nil {
		c.setup(s)
	}
	s.client.Transport = s.base
	if w != nil {
		s.client.Transport = w(s.base)
	}
	return s, nil
}

func (s *Scene) close() {
	s.watchdog.Stop()
	s.cancel()
	s.work.Wait()
	s.client.CloseIdleConnections()
	s.base.CloseIdleConnections()
	if s.relay != nil {
		s.relay.Close()
	}
	s.server.Close()
}

// say adds a fact to the account.
func (s *Scene) say(name, format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.facts = append(s.facts, Fact{name, plain(fmt.Sprintf(format, args...))})
}

// number returns the next request's number.
func (s *Scene) number() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent++
	return s.sent
}

// arrived waits until the server has got n requests whole.
func (s *Scene) arrived(n int) {
	whole := func(all []upstream.Request) bool {
		return len(all) >= n && !slices.ContainsFunc(all, func(r upstream.Request) bool { return !r.Complete })
	}
	if err := s.server.Await(s.ctx, whole); err != nil {
		s.say("arrived", "never: %v", err)
	}
}
