// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/asynkron/protoactor-go/actor"
	"pgregory.net/rapid"
)

// witness is an actor that notes what it is made to do. A message "posts" posts another
// from inside, "panics" does, and "hangs" waits until it is let go.
type witness struct {
	mailbox actor.Mailbox
	let     chan struct{}

	mu   sync.Mutex
	seen []string
}

func (w *witness) note(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, fmt.Sprintf(format, args...))
}

func (w *witness) told() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.seen)
}

func (w *witness) InvokeSystemMessage(m any) { w.note("system %v", m) }

func (w *witness) InvokeUserMessage(m any) {
	w.note("user %v", m)
	switch m {
	case "posts":
		w.mailbox.PostUserMessage("posted")
		w.mailbox.PostSystemMessage("posted")
	case "panics":
		panic("boom")
	case "hangs":
		<-w.let
	}
}

// EscalateFailure suspends, as an actor's does.
func (w *witness) EscalateFailure(reason, message any) {
	w.note("failure %v of %v", reason, message)
	w.mailbox.PostSystemMessage(&actor.SuspendMailbox{})
}

// begun is a witness with its mailbox.
func begun(mailbox actor.Mailbox) *witness {
	w := &witness{mailbox: mailbox, let: make(chan struct{})}
	mailbox.RegisterHandlers(w, actor.NewDefaultDispatcher(300))
	mailbox.Start()
	return w
}

func (w *witness) do(move string) {
	switch move {
	case "suspend":
		w.mailbox.PostSystemMessage(&actor.SuspendMailbox{})
	case "resume":
		w.mailbox.PostSystemMessage(&actor.ResumeMailbox{})
	case "system":
		w.mailbox.PostSystemMessage("told")
	case "let go":
		select {
		case w.let <- struct{}{}:
		default:
		}
	default:
		w.mailbox.PostUserMessage(move)
	}
	synctest.Wait()
}

func TestDeskAgreesWithTheActorLibrarysMailbox(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		moves := rapid.SliceOfN(rapid.SampledFrom([]string{
			"works", "works", "posts", "panics", "hangs", "let go", "let go", "system", "suspend", "resume", "resume",
		}), 1, 50).Draw(rt, "moves")
		synctest.Test(t, func(t *testing.T) {
			var h hands
			ours, stock := begun(&desk{hands: &h}), begun(actor.Unbounded()())
			for i, move := range moves {
				ours.do(move)
				stock.do(move)
				got, want := ours.told(), stock.told()
				if !slices.Equal(got, want) || ours.mailbox.UserMessageCount() != stock.mailbox.UserMessageCount() {
					rt.Errorf("after %v:\n%v, %d wait\nwant %v, %d", moves[:i+1], got, ours.mailbox.UserMessageCount(), want, stock.mailbox.UserMessageCount())
				}
			}
			close(ours.let)
			close(stock.let)
			synctest.Wait()
			h.close()
			h.wait(t.Context())
		})
	})
}

func TestDeskKeepsWhatComesWhileItsActorIsBeingMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h hands
		d := &desk{hands: &h}
		d.PostUserMessage("early")
		synctest.Wait()
		w := begun(d)
		d.PostSystemMessage("started")
		synctest.Wait()
		if got := w.told(); !slices.Equal(got, []string{"system started", "user early"}) {
			t.Errorf("%q", got)
		}
		h.close()
	})
}

func TestStorm_DeskDeliversEverythingOnceAndInOrder(t *testing.T) {
	const posters, each = 8, 3000
	var (
		h   hands
		all sync.WaitGroup
	)
	w := begun(&desk{hands: &h})
	for i := range posters {
		all.Go(func() {
			for n := range each {
				w.mailbox.PostUserMessage([2]int{i, n})
			}
		})
	}
	all.Wait()
	h.close()
	if err := h.running.wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	next := map[int]int{}
	for _, line := range w.told() {
		var i, n int
		if _, err := fmt.Sscanf(line, "user [%d %d]", &i, &n); err != nil || n != next[i] {
			t.Fatalf("%q (%v), want number %d of %d", line, err, next[i], i)
		}
		next[i]++
	}
	for i := range posters {
		if next[i] != each {
			t.Errorf("%d of %d of poster %d", next[i], each, i)
		}
	}
}
