// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	errBoom  = errors.New("boom")
	errLeave = errors.New("the user closed the page")
	ctxBG    = context.Background()
)

// diary collects what happened, in order.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) write(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line)
}

func (d *diary) all() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]string(nil), d.lines...)
}

// work is a Job made of functions; a nil one does nothing.
type work struct {
	run    func()
	refuse func(error)
}

func (w work) Run() {
	if w.run != nil {
		w.run()
	}
}

func (w work) Refuse(why error) {
	if w.refuse != nil {
		w.refuse(why)
	}
}

// enter enters in the background; the channel gets the answer.
func enter(ctx context.Context, g *mailbox.Gate, until fuseboard.Instant) <-chan error {
	answer := make(chan error, 1)
	go func() { answer <- g.Enter(ctx, until) }()
	synctest.Wait()
	return answer
}

// answered returns the answer that is there now.
func answered(t *testing.T, answer <-chan error) error {
	t.Helper()
	synctest.Wait()
	select {
	case err := <-answer:
		return err
	default:
		t.Fatal("nobody answered the caller")
		return nil
	}
}

func wantError(t *testing.T, got, want error) {
	t.Helper()
	if !errors.Is(got, want) || (want == nil && got != nil) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func mustEnter(t *testing.T, g *mailbox.Gate) {
	t.Helper()
	if !g.TryEnter() {
		t.Fatalf("no permit; the gate holds %+v", g.Depth())
	}
}

// wantEmpty fails unless every permit is back and nobody waits.
func wantEmpty(t *testing.T, g *mailbox.Gate) {
	t.Helper()
	if d := g.Depth(); d.InUse != 0 || d.Waiting != 0 || d.Priorities != (mailbox.ByPriority{}) {
		t.Fatalf("something is left in the gate: %+v", d)
	}
}

// bounded ends a wait for idleness that would hang the test.
func bounded(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(ctxBG, time.Hour)
	t.Cleanup(cancel)
	return ctx
}
