// SPDX-License-Identifier: Apache-2.0

package servers

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"testing"
)

// Server is a running program. Its methods may be called from any goroutine.
type Server struct {
	// Addrs are the addresses that Spec.Args was given, in that order. Read only.
	Addrs []string

	cmd    *exec.Cmd
	cancel context.CancelFunc
	said   tail
	ended  chan struct{} // closed when the process is gone
	err    error         // how it ended; to be read after ended
}

// launch starts the process and the one goroutine that waits for it.
func launch(ctx context.Context, path string, s Spec, addrs []string) (*Server, error) {
	ctx, cancel := context.WithCancel(ctx)
	srv := &Server{Addrs: addrs, cancel: cancel, ended: make(chan struct{})}
	srv.cmd = exec.CommandContext(ctx, path, s.Args(addrs)...)
	srv.cmd.Env = append(os.Environ(), s.Env...)
	srv.cmd.Stdout, srv.cmd.Stderr = &srv.said, &srv.said
	srv.cmd.Cancel = func() error { return srv.cmd.Process.Signal(s.Signal) }
	srv.cmd.WaitDelay = s.StopWithin
	dieWithParent(srv.cmd)
	started := make(chan error)
	go func() {
		// The kernel ends the process with the thread that started it, so that thread
		// has to stay; it is locked, and goes with this goroutine.
		runtime.LockOSThread()
		err := srv.cmd.Start()
		started <- err
		if err == nil {
			srv.err = srv.cmd.Wait()
		}
		close(srv.ended)
	}()
	if err := <-started; err != nil {
		cancel()
		return nil, err
	}
	return srv, nil
}

// Stop tells the server to stop and waits until it is gone. Stopping twice is fine.
func (s *Server) Stop() {
	s.cancel()
	<-s.ended
}

// Signal sends sig to the server: SIGHUP makes many read their configuration again.
func (s *Server) Signal(sig os.Signal) error { return s.cmd.Process.Signal(sig) }

// Output returns the last 64 KiB that the server wrote to its standard output and error.
func (s *Server) Output() string { return s.said.String() }

// end stops the server at the end of its test, and shows what it said if that failed.
func (s *Server) end(t testing.TB) {
	s.Stop()
	if killed(s.cmd.ProcessState) || errors.Is(s.err, exec.ErrWaitDelay) {
		t.Errorf("%s did not stop within %s and was killed", s.cmd.Path, s.cmd.WaitDelay)
	}
	if t.Failed() {
		t.Logf("%s said:\n%s", s.cmd.Path, s.Output())
	}
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailSize = 64 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if over := len(t.text) - tailSize; over > 0 {
		t.text = append(t.text[:0], t.text[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}
