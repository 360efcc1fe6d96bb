// SPDX-License-Identifier: Apache-2.0

package mailbox

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/fuseboard/fuseboard"
)

// The races that no schedule can be made to show are laid out by hand here.

func TestP5_PermitGrantedToALeaverIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(Bulkhead{Concurrency: 1, Queue: 1}, fuseboard.NewClock())
		g.TryEnter()
		w, err := g.join(context.Background(), unread, fuseboard.Never, nil)
		if w == nil || err != nil {
			t.Fatal(w, err)
		}
		g.Leave() // hands over; then the caller's alarm rings
		if err := g.withdraw(w, ErrLate); !errors.Is(err, ErrLate) {
			t.Errorf("got %v", err)
		}
		if word := g.word.Load(); word != 0 {
			t.Errorf("the permit is lost: %#x", word)
		}
	})
}

func TestFlushedLeaverKeepsTheReasonOfTheFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(Bulkhead{Concurrency: 1, Queue: 1}, fuseboard.NewClock())
		g.TryEnter()
		w, _ := g.join(context.Background(), unread, fuseboard.Never, nil)
		g.Flush(ErrFull)
		if err := g.withdraw(w, ErrLate); !errors.Is(err, ErrFull) {
			t.Errorf("got %v", err)
		}
	})
}

func TestJobAnsweredBeforeItIsArmedKeepsNoHook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(Bulkhead{Concurrency: 1, Queue: 1}, fuseboard.NewClock())
		g.TryEnter()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		job := &countingJob{gate: g}
		w, _ := g.join(ctx, unread, fuseboard.Never, job)
		g.Leave()
		synctest.Wait()
		g.arm(w)
		if w.unhook != nil {
			t.Error("armed although answered")
		}
		time.Sleep(time.Minute)
		if job.runs != 1 || job.refusals != 0 {
			t.Errorf("ran %d times, refused %d times", job.runs, job.refusals)
		}
	})
}

type countingJob struct {
	gate           *Gate // nil if it stays inside
	runs, refusals int
}

func (j *countingJob) Run() {
	j.runs++
	if j.gate != nil {
		j.gate.Leave()
	}
}

func (j *countingJob) Refuse(error) { j.refusals++ }

// The first two in the queue can no longer use the permit; the third gets it.
func TestHandOverSkipsThoseWhoAreLateOrGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(Bulkhead{Concurrency: 1, Queue: 3, MaxWait: time.Second}, fuseboard.NewClock())
		g.TryEnter()
		late, _ := g.join(context.Background(), unread, fuseboard.Never, nil)
		late.limit = g.clock.Now() // its alarm has not rung yet
		ctx, cancel := context.WithCancelCause(context.Background())
		gone, _ := g.join(ctx, unread, fuseboard.Never, nil)
		cause := errors.New("gone")
		cancel(cause)
		next, _ := g.join(context.Background(), unread, fuseboard.Never, nil)
		g.Leave()
		if err := late.reason(<-late.ready); !errors.Is(err, ErrLate) {
			t.Errorf("late: %v", err)
		}
		if err := gone.reason(<-gone.ready); !errors.Is(err, cause) {
			t.Errorf("gone: %v", err)
		}
		if err := <-next.ready; err != nil {
			t.Errorf("next: %v", err)
		}
		g.Leave()
		if word := g.word.Load(); word != 0 {
			t.Errorf("left %#x", word)
		}
	})
}

func TestStoppedGateKeepsOnlyItsClosedBit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(Bulkhead{Concurrency: 1, Queue: 3}, fuseboard.NewClock())
		g.TryEnter()
		for range 3 {
			g.Post(context.Background(), fuseboard.Never, &countingJob{gate: g})
		}
		g.Suspend()
		g.Stop()
		g.Leave()
		if word := g.word.Load(); word != closedBit || g.waiters.first() != nil || g.waiters != nil {
			t.Errorf("left %#x, %+v", word, g.waiters)
		}
	})
}

func TestP7_IdleThatGivesUpLeavesNoHook(t *testing.T) {
	g := NewGate(Bulkhead{Concurrency: 1}, fuseboard.NewClock())
	g.TryEnter()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for range 3 {
		if g.Idle(ctx) == nil {
			t.Fatal("idle with a permit in use")
		}
	}
	if g.idle != nil || g.watched.Load() {
		t.Errorf("a hook is left")
	}
}

func TestHooksOfIdlenessAreCalledInOrderWithoutThoseForgotten(t *testing.T) {
	g := NewGate(Bulkhead{Concurrency: 1}, fuseboard.NewClock())
	g.TryEnter()
	var called []int
	var hooks []*idleHook
	for i := range 5 {
		hooks = append(hooks, g.whenIdle(func() { called = append(called, i) }))
	}
	for _, i := range []int{0, 2, 4} {
		g.forget(hooks[i])
	}
	if !g.watched.Load() {
		t.Error("two hooks are forgotten")
	}
	g.Leave()
	g.forget(hooks[1])
	if !slices.Equal(called, []int{1, 3}) || g.idle != nil || g.watched.Load() {
		t.Errorf("called %v", called)
	}
}

// A System has one gate for each of its guards and keys, nearly all of them idle. The runtime
// gives 112 bytes to whoever asks for more than 96.
func TestIdleGateIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(Gate{}); size > 112 {
		t.Errorf("%d bytes", size)
	}
}

func TestP7_AnsweredJobsLeaveNoHook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewGate(Bulkhead{Concurrency: 1, Queue: 3}, fuseboard.NewClock())
		g.TryEnter()
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		job := &countingJob{}
		for range 3 {
			g.Post(ctx, fuseboard.Never, job)
		}
		granted := g.waiters.first()
		flushed, late := granted.next, granted.next.next
		late.limit = g.clock.Now().Add(time.Millisecond) // alone in time
		g.mu.Lock()
		g.watch(late)
		g.mu.Unlock()
		time.Sleep(time.Millisecond)
		g.Leave()
		synctest.Wait()
		g.Flush(ErrFull)
		synctest.Wait()
		if job.runs != 1 || job.refusals != 2 {
			t.Fatalf("ran %d, refused %d", job.runs, job.refusals)
		}
		for _, w := range []*waiter{granted, flushed, late} {
			if w.unhook() {
				t.Error("a hook on the context is left")
			}
		}
	})
}

// Between a TryEnter that found no permit and the queue one may come free.
func TestPermitThatComesFreeBeforeTheQueueIsTaken(t *testing.T) {
	g := NewGate(Bulkhead{Concurrency: 1}, fuseboard.NewClock()) // no queue
	w, err := g.join(context.Background(), unread, fuseboard.Never, nil)
	if w != nil || err != nil || g.Depth().InUse != 1 {
		t.Fatalf("refused beside a free permit: %v, %v, %+v", w, err, g.Depth())
	}
	if _, err := g.join(context.Background(), unread, fuseboard.Never, nil); !errors.Is(err, ErrFull) {
		t.Errorf("got %v", err)
	}
	g.Leave()
}
