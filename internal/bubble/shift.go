// SPDX-License-Identifier: Apache-2.0

package bubble

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// shift is one run of a Crew.
type shift struct {
	Crew
	exe    string
	orders [][]byte

	mu      sync.Mutex
	next    int // job to be taken
	done    int // jobs that were answered or failed
	failed  []*ChildError
	trouble []error
	hearing sync.Mutex // held while Hear runs
}

func (s *shift) run(ctx context.Context) ([]*ChildError, error) {
	within, end := context.WithCancelCause(ctx)
	defer end(nil)
	var seats sync.WaitGroup
	for range min(s.Children, len(s.orders)) {
		seats.Go(func() {
			if err := s.seat(within); err != nil {
				end(err) // no child will do better
			}
		})
	}
	seats.Wait()
	slices.SortFunc(s.failed, func(a, b *ChildError) int { return a.Job - b.Job })
	switch {
	case s.done == len(s.orders):
		return s.failed, errors.Join(s.trouble...)
	case ctx.Err() != nil:
		return s.failed, ctx.Err()
	default:
		return s.failed, context.Cause(within)
	}
}

// seat is taken by one child after the other, until no job is left.
func (s *shift) seat(ctx context.Context) error {
	var c *child
	for ctx.Err() == nil {
		job, ok := s.take()
		if !ok {
			break
		}
		if c == nil {
			var err error
			if c, err = s.hire(ctx); err != nil {
				return err
			}
		}
		failure := s.do(ctx, c, job)
		if ctx.Err() != nil {
			break
		}
		s.answered(failure)
		if failure != nil { // it may hold what is stuck: the next job gets a child of its own
			c.dismiss()
			c = nil
		}
	}
	if c != nil {
		s.retire(ctx, c)
	}
	return nil
}

func (s *shift) take() (job int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	job = s.next
	s.next++
	return job, job < len(s.orders)
}

// answered writes down how a job went; nil is well.
func (s *shift) answered(failure *ChildError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done++
	if failure != nil {
		s.failed = append(s.failed, failure)
	}
}

// hire starts a child and waits until it serves.
func (s *shift) hire(ctx context.Context) (*child, error) {
	c, err := start(ctx, s.exe, s.Work)
	if err != nil {
		return nil, fmt.Errorf("bubble: start a child: %w", err)
	}
	late := time.NewTimer(max(s.Silence, defaultSilence))
	defer late.Stop()
	select {
	case a, open := <-c.heard:
		if open && a.Kind == isReady {
			return c, nil
		}
		c.dismiss()
		if open {
			return nil, fmt.Errorf("bubble: %s", a.Text)
		}
	case <-late.C:
		c.kill()
		c.dismiss()
	case <-ctx.Done():
		c.dismiss()
		return nil, ctx.Err()
	}
	return nil, fmt.Errorf("bubble: the child, which is %s run again, did not serve: call bubble.Serve first in main, and in TestMain (%s)",
		s.exe, c.obituary())
}

// do has the child do a job, and returns how it failed.
func (s *shift) do(ctx context.Context, c *child, job int) *ChildError {
	if err := c.order(s.orders[job], s.Silence); err != nil {
		return s.lost(c, job) // it ended, or takes nothing
	}
	silence := time.NewTimer(s.Silence)
	defer silence.Stop()
	for {
		select {
		case a, open := <-c.heard:
			switch {
			case !open:
				return s.lost(c, job)
			case a.Kind == isDone:
				return a.failure(job)
			}
			s.hear(job, a.Line)
			silence.Reset(s.Silence)
		case <-silence.C:
			return &ChildError{Job: job, Reason: Silent, Text: silentText(s.Silence, c.interrogate())}
		case <-ctx.Done():
			return s.lost(c, job)
		}
	}
}

// failure returns how the job failed that the answer is to, or nil.
func (a answer) failure(job int) *ChildError {
	if a.Reason == "" {
		return nil
	}
	return &ChildError{Job: job, Reason: a.Reason, Text: a.Text}
}

func (s *shift) hear(job int, line json.RawMessage) {
	if s.Hear == nil {
		return
	}
	s.hearing.Lock()
	defer s.hearing.Unlock()
	s.Hear(job, line)
}

// lost says how a child ended that has not answered.
func (s *shift) lost(c *child, job int) *ChildError {
	c.dismiss()
	reason := Ended
	if c.crashed() {
		reason = Panicked
	}
	return &ChildError{Job: job, Reason: reason, Text: c.obituary()}
}

// retire ends a child after its last job.
func (s *shift) retire(ctx context.Context, c *child) {
	c.dismiss()
	if ctx.Err() == nil && c.badly() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.trouble = append(s.trouble, fmt.Errorf("bubble: a child ended badly after its last job: %s", c.obituary()))
	}
}

func silentText(silence time.Duration, stacks string) string {
	text := fmt.Sprintf("virtual time stood still for %gs of real time: something waits outside the bubble (a socket, a lock) or spins.", silence.Seconds()) +
		" If the work was only slow, let it say more often how far it is, or give it a longer Silence."
	if stacks == "" {
		return text + "\nIt did not tell its stacks either, and was killed."
	}
	return clip(text + "\n\n" + stacks)
}
