// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// starter is a job that is run by one goroutine for all.
type starter struct {
	gate     *mailbox.Gate
	line     chan *starter
	started  atomic.Int32
	ran, why atomic.Int32
}

func (s *starter) Start() {
	s.started.Add(1)
	s.line <- s // buffered: never blocks
}

func (s *starter) Run() {
	defer s.gate.Leave()
	s.ran.Add(1)
}

func (s *starter) Refuse(error) { s.why.Add(1) }

func TestAJobThatBringsItsGoroutineIsToldToStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 1, Queue: 2}, fuseboard.NewClock())
		line := make(chan *starter, 10)
		jobs := make([]*starter, 4)
		for i := range jobs { // a free permit, two places in the queue, none
			jobs[i] = &starter{gate: g, line: line}
			g.Post(context.Background(), fuseboard.Never, jobs[i])
		}
		if len(line) != 1 || jobs[0].ran.Load() != 0 || jobs[3].why.Load() != 1 {
			t.Fatalf("%d started, %d run, %d refused; want the first started, the last refused", len(line), jobs[0].ran.Load(), jobs[3].why.Load())
		}
		for i := range 3 {
			s := <-line
			if s != jobs[i] {
				t.Errorf("number %d was started out of turn", i)
			}
			s.Run()
		}
		if err := g.Idle(t.Context()); err != nil {
			t.Error(err)
		}
		for i, s := range jobs[:3] {
			if s.started.Load() != 1 || s.ran.Load() != 1 || s.why.Load() != 0 {
				t.Errorf("number %d: started %d times, run %d times, refused %d times", i, s.started.Load(), s.ran.Load(), s.why.Load())
			}
		}
	})
}
