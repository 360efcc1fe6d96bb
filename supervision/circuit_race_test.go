// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"weak"

	"github.com/fuseboard/fuseboard"
)

// crowd runs f in n goroutines and waits for them.
func crowd(n int, f func(worker int)) {
	var all sync.WaitGroup
	for w := range n {
		all.Go(func() { f(w) })
	}
	all.Wait()
}

func TestNoOlderPermitIsStillValidAfterATransition(t *testing.T) {
	for _, workers := range []int{1, 64} {
		for range 20 {
			c := NewCircuit(Breaker{Consecutive: 5}, 1)
			var opened atomic.Bool
			crowd(workers, func(int) {
				for range 20 {
					p, ok := c.Admit(0)
					if !ok {
						return
					}
					if _, moved := c.Record(0, p, broken); moved {
						opened.Store(true)
					}
					if opened.Load() && (c.Still(p) || c.Start(0, &p)) {
						t.Error("a permit of before the opening may still start")
					}
				}
			})
			if !opened.Load() {
				t.Fatal("never opened")
			}
		}
	}
}

func TestTransitionHasOneWinner(t *testing.T) {
	for range 50 {
		c := NewCircuit(Breaker{Consecutive: 10}, 1)
		permits := make([]Permit, 64)
		for i := range permits {
			permits[i], _ = c.Admit(0)
		}
		var winners atomic.Int64
		crowd(64, func(w int) {
			if _, moved := c.Record(0, permits[w], broken); moved {
				winners.Add(1)
			}
		})
		equal(t, "winners", winners.Load(), 1)
		equal(t, "epoch", c.Epoch(), 2)
		crowd(64, func(int) {
			if _, moved, _ := c.Expire(fuseboard.Instant(time.Hour)); moved {
				winners.Add(1)
			}
		})
		equal(t, "winners of open and half-open", winners.Load(), 2)
	}
}

func TestNeverMoreUnexpiredProbesThanAllowed(t *testing.T) {
	const probes = 3
	for range 20 {
		c := NewCircuit(Breaker{Consecutive: 1, Probes: probes, ProbeRate: 1, ProbeTimeout: time.Minute}, 1)
		p, _ := c.Admit(0)
		opening, _ := c.Record(0, p, broken)
		var running atomic.Int64
		crowd(64, func(w int) {
			for range 50 {
				p, ok := c.Admit(opening.Until)
				if !ok {
					continue
				}
				if now := running.Add(1); now > probes || !p.Probe() {
					t.Errorf("%d probes at once", now)
				}
				started := c.Start(opening.Until, &p)
				running.Add(-1)
				if !started {
					t.Error("a live probe did not start")
				}
				if w%2 == 0 {
					c.Return(p)
				} else {
					c.Record(opening.Until, p, void)
				}
			}
		})
		equal(t, "state", c.State(), HalfOpen)
		equal(t, "numbers", c.Numbers(opening.Until), Numbers{})
	}
}

// Workers run calls, commands and policies while one reader follows the log.
func TestLogIsGaplessAndOrderedWhateverMovesTheCircuit(t *testing.T) {
	b := Breaker{Consecutive: 2, OpenFor: time.Millisecond, Probes: 2, ProbeTimeout: 3 * time.Millisecond, Ramp: 2 * time.Millisecond}
	c := NewCircuit(b, 1)
	var clock atomic.Int64
	var winners atomic.Int64
	var done atomic.Bool
	var reader sync.WaitGroup
	log := c.Log()
	follow := &follower{T: t, epoch: 1}
	reader.Go(func() {
		for !done.Load() {
			follow.read(log)
		}
		follow.read(log)
	})
	crowd(64, func(w int) {
		for i := range 200 {
			now := fuseboard.Instant(clock.Add(int64(50 * time.Microsecond)))
			switch {
			case w == 0 && i%10 == 0:
				c.Reshape(now, b)
			case w == 1 && i%10 == 0:
				cmd := Command{Mode: Mode(i / 10 % len(modeNames)), Reason: "r", By: "b", TTL: 5 * time.Millisecond, Reset: i%30 == 0}
				if _, moved, _ := c.Command(now, cmd); moved {
					winners.Add(1)
				}
			case w == 2:
				c.Expire(now)
			default:
				if p, ok := c.Admit(now); ok && c.Start(now, &p) {
					o := good
					if (w+i)%3 == 0 {
						o = broken
					}
					if _, moved := c.Record(now, p, o); moved {
						winners.Add(1)
					}
				}
			}
		}
	})
	done.Store(true)
	reader.Wait()
	equal(t, "last epoch read", follow.epoch, c.Epoch())
	equal(t, "last state read", follow.state, c.State())
	if follow.epoch < 20 || winners.Load() == 0 {
		t.Fatalf("only %d transitions: the test shows nothing", follow.epoch)
	}
}

// follower checks that each transition continues the one before.
type follower struct {
	*testing.T
	epoch uint64
	state State
	mode  Mode
}

func (f *follower) read(l *Log) {
	for next, ok := l.Next(); ok; next, ok = l.Next() {
		if next.Epoch != f.epoch+1 || next.From != f.state || next.FromMode != f.mode {
			f.Errorf("after epoch %d %v/%v came %+v", f.epoch, f.state, f.mode, next)
		}
		f.epoch, f.state, f.mode = next.Epoch, next.To, next.Mode
	}
}

func TestConcurrentReshapesLoseNoOpening(t *testing.T) {
	for range 50 {
		b := Breaker{FailureRate: 1, MinCalls: 64, Window: Window{Calls: 64}}
		c := NewCircuit(b, 1)
		permits := make([]Permit, 64)
		for i := range permits {
			permits[i], _ = c.Admit(0)
		}
		crowd(66, func(w int) {
			if w >= 64 {
				c.Reshape(0, b)
				return
			}
			c.Record(0, permits[w], broken)
		})
		equal(t, "state", c.State(), Open)
	}
}

// Errors are kept for as long as somebody likes; a phase leads to every later
// one, so a refusal that held its phase would hold all history since.
func TestRefusalHoldsOnToNothingOfTheCircuit(t *testing.T) {
	c := NewCircuit(Breaker{Consecutive: 1}, 1)
	p, _ := c.Admit(0)
	opened, _ := c.Record(0, p, broken)
	refusal, phase := c.Refusal(), weak.Make(c.phase.Load())
	c.Expire(opened.Until)
	runtime.GC()
	equal(t, "phase is gone", phase.Value() == nil, true)
	equal(t, "refusal", refusal.Epoch, opened.Epoch)
	runtime.KeepAlive(c)
}
