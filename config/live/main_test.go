// SPDX-License-Identifier: Apache-2.0

package live

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config/watch"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shelf is a source whose files are what a test puts there.
type shelf struct{ c chan watch.Snapshot }

func (s *shelf) Changes() <-chan watch.Snapshot { return s.c }
func (s *shelf) Close() error                   { return nil }

func newShelf(text string) *shelf {
	s := &shelf{c: make(chan watch.Snapshot, 1)}
	s.put(text)
	return s
}

func (s *shelf) put(text string) {
	sum := sha256.Sum256([]byte(text))
	s.c <- watch.Snapshot{Files: []watch.File{{Name: "fuseboard.yaml", Data: []byte(text)}}, Hash: hex.EncodeToString(sum[:])}
}

// said keeps what was logged.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// house is a System with policies that follow a shelf, in virtual time.
type house struct {
	*testing.T
	sys   *actors.System
	files *shelf
	*Policies
	log said
}

// inHouse runs f in virtual time, in a house whose files begin with text. Guards of the names run before.
func inHouse(t *testing.T, text string, o Options, f func(h *house), before ...string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := &house{T: t, files: newShelf(text)}
		h.begin()
		for _, name := range before {
			h.protect(name, actors.Policy{})
		}
		h.follow(o)
		f(h)
		h.end()
	})
}

func (h *house) begin() {
	h.Helper()
	sys, err := actors.Start(actors.Options{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		h.Fatal(err)
	}
	h.sys = sys
}

func (h *house) follow(o Options) {
	h.Helper()
	o.Source, o.Env, o.Log = h.files, []string{}, slog.New(slog.NewTextHandler(&h.log, nil))
	p, err := Start(h.Context(), h.sys, o)
	if err != nil {
		h.Fatal(err)
	}
	h.Policies = p
}

func (h *house) end() {
	h.Helper()
	if err := errors.Join(h.Close(), h.sys.Shutdown(context.Background())); err != nil {
		h.Error(err)
	}
}

func (h *house) protect(name string, code actors.Policy) *actors.Guard {
	h.Helper()
	g, err := actors.Protect(h.sys, name, code)
	if err != nil {
		h.Fatal(err)
	}
	return g
}

// edit changes the files, and waits until that has been dealt with.
func (h *house) edit(text string) {
	h.files.put(text)
	synctest.Wait()
}

func (h *house) guard(name string) *actors.Guard {
	h.Helper()
	g, found := h.sys.Guard(name)
	if !found {
		h.Fatalf("no guard %s", name)
	}
	return g
}

func (h *house) permits(name string) int { return h.guard(name).Policy().Bulkhead.Concurrency }

func snapshotOf(err error) watch.Snapshot { return watch.Snapshot{Err: err} }

func policyOf(permits int) actors.Policy {
	return actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: permits}}
}
