// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// throttleInterval is how long the goroutine that the actor library starts for a
// dead letter lives.
const throttleInterval = time.Nanosecond

// cancelGrace is how long a stop waits, after it has cancelled what still
// runs, for handlers to notice.
const cancelGrace = 100 * time.Millisecond

// shutdown is what all callers of Shutdown wait for.
type shutdown struct {
	done chan struct{}
	err  error
}

// Abandoned is a guard whose calls had not ended when its time to stop was over.
type Abandoned struct {
	// Dependency is the guard's name.
	Dependency string
	// Running is how many handlers still ran, a build of [Rebuild] among them.
	Running int
}

// AbandonedError reports what a Stop or Shutdown had to leave behind. What it
// counts goes on running; only a later Shutdown looks for it once more.
type AbandonedError struct {
	// Guards lists every guard with handlers still running, ordered by name.
	Guards []Abandoned
	// Actors lists the actors of SpawnActor that had not stopped, ordered by name.
	Actors []string
	// Cause is why there was no more time: the cause of the context's end.
	Cause error
}

// Shutdown stops every guard as [Guard.Stop] does, all at once, then the actors
// of SpawnActor and the System. It returns nil when every call ended by itself or
// when told to, and an [*AbandonedError] that names what had not, also of guards
// that were stopped before. After it every call, Protect and SpawnActor gets
// ErrStopped, and subscriptions are closed. A second Shutdown waits for the first,
// as long as its own ctx lasts, and returns the same. Not from inside a handler,
// an actor of SpawnActor or the log handler: it would wait for itself.
func (s *System) Shutdown(ctx context.Context) error {
	if !s.made() {
		return nil
	}
	if ctx == nil {
		ctx = context.Background()
	}
	s.mu.Lock()
	first := s.down == nil
	if first {
		s.down = &shutdown{done: make(chan struct{})}
	}
	down := s.down
	s.mu.Unlock()
	if !first {
		if err := waitFor(ctx, down.done); err != nil {
			return fmt.Errorf("shutdown is still under way: %w", err)
		}
		return down.err
	}
	defer close(down.done)
	left := stopGuards(ctx, s.unfinished())
	s.endGroups(ctx)
	left.Actors = s.stopUsers(ctx)
	s.strat.Stop()
	s.streams.close()
	s.actors.Root.Stop(s.watcher)
	s.actors.Shutdown()
	s.hands.close()
	if len(left.Guards)+len(left.Actors) == 0 { // else some do not end
		s.hands.wait(ctx)
	}
	time.Sleep(2 * throttleInterval) // a dead letter's goroutine ends too, also in virtual time
	s.unwind()                       // what was left behind has the standard clock from now on
	if s.journal != nil {
		s.journal.close(ctx)
	}
	if len(left.Guards)+len(left.Actors) > 0 {
		down.err = left
	}
	return down.err
}

// Stopping reports whether the System takes no calls any more: Shutdown was called, and
// perhaps still waits for what runs. One that Start did not make never takes any.
func (s *System) Stopping() bool {
	if !s.made() {
		return true
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.down != nil
}

// stopGuards stops the guards, all at once, and says what had not ended. Those that
// nobody has to wait for, which of very many are nearly all, need no goroutine for it.
func stopGuards(ctx context.Context, guards []*Guard) *AbandonedError {
	errs := make([]error, len(guards))
	var wait sync.WaitGroup
	for i, g := range guards {
		if !g.stopIdle() {
			wait.Go(func() { errs[i] = g.Stop(ctx) })
		}
	}
	wait.Wait()
	left := &AbandonedError{}
	for _, err := range errs {
		if one, ok := errors.AsType[*AbandonedError](err); ok {
			left.Guards = append(left.Guards, one.Guards...)
			left.Cause = one.Cause
		}
	}
	slices.SortFunc(left.Guards, func(a, b Abandoned) int { return cmp.Compare(a.Dependency, b.Dependency) })
	return left
}
