// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"context"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// poolStorm is many callers whose work hangs, ends its goroutine or is in time.
type poolStorm struct {
	*shop
	most                   int64     // goroutines that may work at once
	spend                  func(int) // takes that many units of time
	unit                   time.Duration
	inside, peak           atomic.Int64
	answered, left, lateOK atomic.Int64
}

// turn is one call. The work writes into it, as into a caller's own memory: the
// race detector sees a caller that reads what is not its own.
type turn struct {
	storm  *poolStorm
	takes  int
	exits  bool
	result int
}

func (c *turn) Run() {
	s := c.storm
	n := s.inside.Add(1)
	defer s.inside.Add(-1)
	for peak := s.peak.Load(); n > peak && !s.peak.CompareAndSwap(peak, n); peak = s.peak.Load() {
		continue
	}
	s.spend(c.takes)
	c.result = 42
	if c.exits {
		runtime.Goexit()
	}
}

func (c *turn) Late() {
	c.result = 0
	c.storm.lateOK.Add(1)
	if c.exits {
		runtime.Goexit()
	}
}

func napping(n int) { time.Sleep(time.Duration(n) * time.Millisecond) }

func yielding(n int) {
	for range n {
		runtime.Gosched()
	}
}

func (s *poolStorm) step(r *rand.Rand) {
	ctx, cancel := context.WithCancel(ctxBG)
	defer cancel()
	if s.gate.Enter(ctx, fuseboard.Never) != nil {
		return
	}
	if r.IntN(4) == 0 {
		time.AfterFunc(time.Duration(r.IntN(10))*s.unit, cancel)
	}
	c := &turn{storm: s, takes: r.IntN(10), exits: r.IntN(8) == 0}
	now := s.clock.Now()
	seat := s.pool.Start(c)
	switch seat.Wait(ctx.Done(), now, now.Add(time.Duration(1+r.IntN(10))*s.unit)) {
	case mailbox.Answered:
		s.answered.Add(1)
		if c.result != 42 {
			s.Error("answered without a result")
		}
		seat.Free()
		s.gate.Leave()
	default:
		s.left.Add(1)
		seat.Settle()
	}
}

func (s *poolStorm) rage(people, steps int, disturb func(*rand.Rand)) {
	var all sync.WaitGroup
	for p := range people {
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(p), 3))
			for range steps {
				s.step(r)
			}
		})
	}
	if disturb != nil {
		all.Go(func() {
			r := rand.New(rand.NewPCG(77, 3))
			for range steps {
				disturb(r)
				s.spend(1)
			}
		})
	}
	all.Wait()
	s.gate.Close()
	wantError(s.T, s.gate.Idle(ctxBG), nil)
	s.close()
	if s.peak.Load() > s.most {
		s.Errorf("%d at once, of %d", s.peak.Load(), s.most)
	}
	if s.left.Load() != s.lateOK.Load() || s.left.Load() == 0 || s.answered.Load() == 0 {
		s.Errorf("answered %d, left %d, disposed of %d", s.answered.Load(), s.left.Load(), s.lateOK.Load())
	}
}

func TestStorm_AllPooledGoroutinesAndPermitsAreBack(t *testing.T) {
	disturb := func(s *poolStorm) func(*rand.Rand) {
		return func(r *rand.Rand) {
			switch r.IntN(3) {
			case 0:
				s.pool.Resize(mailbox.Workers{Max: 4, Idle: time.Duration(1+r.IntN(5)) * time.Millisecond})
			case 1:
				s.pool.Resize(mailbox.Workers{})
			default:
				s.pool.Left(func(w mailbox.Work) bool { return w.(*turn).takes >= 0 })
				if crew := s.pool.Crew(); crew.Running+crew.Idle > 4 || crew.Abandoned > crew.Running {
					s.Errorf("%+v, with 4 permits", crew)
				}
			}
		}
	}
	t.Run("virtual time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := &poolStorm{shop: newShop(t, mailbox.Workers{Max: 4}), most: 4, spend: napping, unit: time.Millisecond}
			s.gate.Resize(mailbox.Bulkhead{Concurrency: 4, Queue: 100, MaxWait: time.Minute})
			s.rage(16, 200, disturb(s))
		})
	})
	t.Run("real threads", func(t *testing.T) {
		s := &poolStorm{shop: newShop(t, mailbox.Workers{Max: 4}), most: 4, spend: yielding, unit: time.Microsecond}
		s.gate.Resize(mailbox.Bulkhead{Concurrency: 4, Queue: 100, MaxWait: time.Minute})
		s.rage(8, 400, disturb(s))
	})
}
