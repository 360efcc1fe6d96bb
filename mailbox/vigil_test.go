// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// lasts is a chore of so many seconds.
func lasts(seconds int) *chore {
	return &chore{run: func() { time.Sleep(time.Duration(seconds) * time.Second) }}
}

func TestVigilReturnsTheWorkThatEndsFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, mailbox.Workers{Max: 3})
		slow, quick, third := s.begin(lasts(5)), s.begin(lasts(2)), s.begin(lasts(9))
		v := s.pool.Vigil()
		defer v.End()
		for _, seat := range []*mailbox.Seat{slow, quick, third} {
			v.Add(seat)
		}
		if got, why := v.Wait(nil, fuseboard.Instant(time.Second)); got != nil || why != mailbox.TimeUp {
			t.Errorf("%v before any has ended", why)
		}
		for _, want := range []struct {
			seat *mailbox.Seat
			at   time.Duration
		}{{quick, 2 * time.Second}, {slow, 5 * time.Second}, {third, 9 * time.Second}} {
			got, why := v.Wait(nil, fuseboard.Never)
			if got != want.seat || why != mailbox.Answered || s.clock.Now() != fuseboard.Instant(want.at) {
				t.Errorf("%v at %v, want the one of %v", why, s.clock.Now(), want.at)
			}
			got.Free()
			s.gate.Leave()
		}
		s.close()
	})
}

func TestWorkThatHasLostKeepsItsPermitAndCountsAfterAGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, mailbox.Workers{Max: 2})
		var late atomic.Bool
		loser := s.begin(&chore{run: func() { time.Sleep(5 * time.Second) }, late: func() { late.Store(true) }})
		winner := s.begin(lasts(1))
		v := s.pool.Vigil()
		v.Add(loser)
		v.Add(winner)
		if got, why := v.Wait(nil, fuseboard.Never); got != winner {
			t.Fatal(why)
		}
		if !v.Lose(loser, s.clock.Now()) {
			t.Fatal("it has not ended")
		}
		loser.Settle()
		v.End()
		winner.Free()
		s.gate.Leave()
		s.wantCrew(mailbox.Crew{Running: 1, Abandoned: 1, Lost: 1, Idle: 1})
		if s.pool.Burdened(s.clock.Now(), 1) {
			t.Error("it counts at once")
		}
		time.Sleep(mailbox.LostGrace)
		if !s.pool.Burdened(s.clock.Now(), 1) || s.pool.Burdened(s.clock.Now(), 2) {
			t.Error("it does not count after its grace")
		}
		if d := s.gate.Depth(); d.InUse != 1 || late.Load() {
			t.Errorf("%+v", d)
		}
		time.Sleep(4 * time.Second)
		s.wantCrew(mailbox.Crew{Idle: 2})
		if d := s.gate.Depth(); d.InUse != 0 || !late.Load() {
			t.Errorf("%+v, disposed of: %v", d, late.Load())
		}
		s.close()
	})
}

func TestSeatOfAVigilServesTheNextCallerAsEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, mailbox.Workers{Max: 1})
		for range 3 {
			v := s.pool.Vigil()
			seat := s.begin(lasts(1))
			v.Add(seat)
			if _, why := v.Wait(nil, fuseboard.Never); why != mailbox.Answered {
				t.Error(why)
			}
			v.End()
			seat.Free()
			s.gate.Leave()
			if why := s.wait(s.begin(lasts(1)), nil, 0); why != mailbox.Answered {
				t.Error(why)
			}
			v = s.pool.Vigil()
			seat = s.begin(lasts(2))
			v.Add(seat)
			if _, why := v.Wait(nil, s.clock.Now().Add(time.Second)); why != mailbox.TimeUp || !v.Leave(seat) {
				t.Error(why)
			}
			v.End()
			seat.Settle()
			time.Sleep(time.Second)
			synctest.Wait()
		}
		s.close()
	})
}

func TestVigilEndsWithItsCallerOrThePool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShop(t, mailbox.Workers{Max: 1})
		seat := s.begin(lasts(5))
		v := s.pool.Vigil()
		v.Add(seat)
		done := make(chan struct{})
		time.AfterFunc(time.Second, func() { close(done) })
		if _, why := v.Wait(done, fuseboard.Never); why != mailbox.Gone || s.clock.Now() != fuseboard.Instant(time.Second) {
			t.Errorf("%v at %v", why, s.clock.Now())
		}
		time.AfterFunc(time.Second, s.pool.Interrupt)
		if _, why := v.Wait(nil, fuseboard.Never); why != mailbox.Interrupted || s.clock.Now() != fuseboard.Instant(2*time.Second) {
			t.Errorf("%v at %v", why, s.clock.Now())
		}
		if !v.Leave(seat) {
			t.Error("it has not ended")
		}
		seat.Settle()
		v.End()
		time.Sleep(3 * time.Second)
		s.close()
	})
}

// race does what a caller of several works does: the first to end wins, the others lose.
func (s *poolStorm) race(r *rand.Rand) {
	if s.gate.Enter(ctxBG, fuseboard.Never) != nil {
		return
	}
	v := s.pool.Vigil()
	seats := map[*mailbox.Seat]*turn{}
	add := func() {
		c := &turn{storm: s, takes: r.IntN(10), exits: r.IntN(8) == 0}
		seat := s.pool.Reserve()
		v.Add(seat)
		seats[seat] = c
		seat.Start(c)
	}
	add()
	_, why := v.Wait(nil, s.clock.Now()) // no time: the copy is sent at once, unless it has ended
	for why == mailbox.TimeUp && len(seats) < 3 && s.gate.TryEnter() {
		add()
	}
	winner, why := v.Wait(nil, s.clock.Now().Add(time.Duration(1+r.IntN(10))*s.unit))
	for seat, c := range seats {
		switch {
		case seat == winner:
		case v.Lose(seat, s.clock.Now()):
			s.left.Add(1)
			seat.Settle()
			continue
		}
		if seat == winner || why != mailbox.Answered || c.result != 0 {
			s.answered.Add(1)
		}
		if c.result != 42 {
			panic("the result of an ended work is not its caller's")
		}
		seat.Free()
		s.gate.Leave()
	}
	v.End()
}

func TestStorm_VigilsLoseNoPermitAndNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &poolStorm{shop: newShop(t, mailbox.Workers{Max: 8}), spend: yielding, unit: 10 * time.Microsecond}
		var all sync.WaitGroup
		for i := range 16 {
			all.Go(func() {
				r := rand.New(rand.NewPCG(1, uint64(i)))
				for range 300 {
					s.race(r)
				}
			})
		}
		all.Wait()
		synctest.Wait()
		if s.peak.Load() > 8 {
			t.Errorf("%d worked at once", s.peak.Load())
		}
		if s.lateOK.Load() != s.left.Load() {
			t.Errorf("%d left, %d disposed of", s.left.Load(), s.lateOK.Load())
		}
		if s.answered.Load() == 0 || s.left.Load() == 0 {
			t.Errorf("a calm: %d answered, %d left", s.answered.Load(), s.left.Load())
		}
		s.close()
	})
}
