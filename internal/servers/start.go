// SPDX-License-Identifier: Apache-2.0

package servers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

// tries is how often a program may end before it is ready: a port found free may be
// taken by another process, which is rare, and twice in a row never seen.
const tries = 3

// poll is how long Start waits between two questions whether the server is ready.
const poll = 10 * time.Millisecond

// Spec says how a server is started.
type Spec struct {
	// Program is what to run; the test is skipped where it is missing. Required.
	Program Program
	// Addresses is how many free addresses the server needs. Default: 1.
	Addresses int
	// Args returns the arguments, and may write configuration files first; addrs are
	// the free addresses. Asked again for every try. Required.
	Args func(addrs []string) []string
	// Env is added to the environment of the test. Default: nothing.
	Env []string
	// Ready returns nil when the server at addr (the first address) can be used. It is
	// asked every 10 ms. Default: a TCP connection can be made.
	Ready func(ctx context.Context, addr string) error
	// Within is how long the server may take until it is ready. Default: 20 s.
	Within time.Duration
	// Signal tells the server to stop. Default: SIGTERM.
	Signal os.Signal
	// StopWithin is how long the server may take to stop before it is killed, which
	// fails the test. Default: 10 s.
	StopWithin time.Duration
}

// Start runs a server and returns when it is ready. It is stopped and waited for at
// the end of the test. Start fails the test when the server does not get ready, and
// skips it where the program is missing; it must be called from the test's goroutine.
func Start(t testing.TB, s Spec) *Server {
	t.Helper()
	path := Find(t, s.Program)
	s = s.withDefaults()
	var errs []error
	for range tries {
		addrs := Addresses(t, s.Addresses)
		srv, err := run(t, path, s, addrs)
		if err == nil {
			t.Cleanup(func() { srv.end(t) })
			return srv
		}
		errs = append(errs, err)
		if !errors.Is(err, errEnded) {
			break
		}
	}
	t.Fatalf("start %s: %v", s.Program.Name, errors.Join(errs...))
	return nil
}

func (s Spec) withDefaults() Spec {
	if s.Addresses == 0 {
		s.Addresses = 1
	}
	if s.Ready == nil {
		s.Ready = dial
	}
	if s.Within == 0 {
		s.Within = 20 * time.Second
	}
	if s.Signal == nil {
		s.Signal = syscall.SIGTERM
	}
	if s.StopWithin == 0 {
		s.StopWithin = 10 * time.Second
	}
	return s
}

// errEnded is returned by run for a program that ended before it was ready.
var errEnded = errors.New("ended before it was ready")

// run is one try.
func run(t testing.TB, path string, s Spec, addrs []string) (*Server, error) {
	t.Helper()
	srv, err := launch(context.WithoutCancel(t.Context()), path, s, addrs)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(t.Context(), s.Within)
	defer cancel()
	ask := time.NewTicker(poll)
	defer ask.Stop()
	for {
		notYet := s.Ready(ctx, addrs[0])
		select {
		case <-srv.ended: // even if somebody answers: it is not ours
			return nil, fmt.Errorf("%w (%s):\n%s", errEnded, srv.cmd.ProcessState, srv.Output())
		default:
		}
		if notYet == nil {
			return srv, nil
		}
		select {
		case <-srv.ended:
		case <-ask.C:
		case <-ctx.Done():
			srv.Stop()
			return nil, fmt.Errorf("not ready within %s: %w\n%s", s.Within, notYet, srv.Output())
		}
	}
}

func dial(ctx context.Context, addr string) error {
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	return c.Close()
}
