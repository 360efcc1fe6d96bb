// SPDX-License-Identifier: Apache-2.0

package ratelimit

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

func TestDrainLetsNothingThroughBeforeItsEndWhateverComesBack(t *testing.T) {
	for _, p := range []Policy{
		{Limit: 10, Burst: 5},
		{Kind: Smooth, Limit: 10},
		{Kind: SlidingLog, Limit: 10},
		{Kind: SlidingCounter, Limit: 10},
		{Kind: FixedWindow, Limit: 10},
		{Limit: 10, Burst: 5, WarmUp: time.Second},
		{PerTenant: PerKey{Limit: 1}}, // no limit of the whole
	} {
		l := New(p, nil)
		_, ok := l.Take(0, 1)
		equal(t, "before the drain", ok, true)
		l.Drain(at(time.Second), at(3*time.Second))
		l.Refund(0, 1)
		l.Drain(at(time.Second), at(2*time.Second)) // ends before: nothing new
		again, ok := l.Take(at(time.Second), 1)
		equal(t, p.Kind.String()+": in the drain", ok, false)
		equal(t, p.Kind.String()+": the end of the drain", again, at(3*time.Second))
		equal(t, "peek", l.Peek(at(time.Second)).Drained, at(3*time.Second))
		equal(t, "left", l.Peek(at(time.Second)).Left, 0)
		equal(t, p.Kind.String()+": just before", l.Allow(at(3*time.Second)-1), false)
		equal(t, p.Kind.String()+": after the drain", l.Allow(at(3*time.Second)), true)
	}
}

func TestDrainIsBoundedAndEmptiesTheBucket(t *testing.T) {
	l := New(Policy{Limit: 10, Burst: 5, MaxDrain: time.Second}, nil)
	l.Throttled(0, time.Hour)
	again, _ := l.Take(0, 1)
	equal(t, "the longest drain", again, at(time.Second))
	equal(t, "first after it", l.Allow(again), true)
	equal(t, "second after it", l.Allow(again), false)
	off := New(Policy{Limit: 10, Burst: 5, Throttled: IgnoreThrottling}, nil)
	off.Throttled(0, time.Hour)
	equal(t, "where it is ignored", off.Allow(0), true)
}

func TestWhoComesLaterNeverGetsAnEarlierTurn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := aBucket(t)
		p.Queue, p.MaxWait = 50, longestWait
		l := New(p, nil)
		var now, last fuseboard.Instant
		for range 60 {
			turn, err := l.Reserve(now, 1, fuseboard.Never)
			if err == nil {
				if turn < now || turn < last {
					t.Fatalf("at %d the turn is %d, after one at %d", now, turn, last)
				}
				last = turn
			}
			if l.Allow(now) && turn > now {
				t.Fatalf("at %d one went round those who wait until %d", now, turn)
			}
			now = now.Add(aPause(t, p.Per/time.Duration(p.Limit)))
		}
	})
}

func TestPlacesInTheQueueEndByThemselves(t *testing.T) {
	l := New(Policy{Kind: Smooth, Limit: 10, Queue: 3, MaxWait: time.Minute}, nil)
	for i, want := range []time.Duration{0, 100, 200, 300} {
		turn, err := l.Reserve(0, 1, fuseboard.Never)
		equal(t, fmt.Sprintf("turn %d", i), turn, at(want*time.Millisecond))
		equal(t, "error", err, nil)
	}
	equal(t, "waiting", l.Peek(0).Waiting, 3)
	turn, err := l.Reserve(0, 1, fuseboard.Never)
	equal(t, "one too many", err, ErrQueueFull)
	equal(t, "its turn would be", turn, at(400*time.Millisecond))
	equal(t, "waiting later", l.Peek(at(200*time.Millisecond)).Waiting, 1)
	_, err = l.Reserve(at(200*time.Millisecond), 1, at(300*time.Millisecond))
	equal(t, "no time", err, ErrNoTime)
	l.Refund(at(300*time.Millisecond), 1)
	equal(t, "waiting when the last left", l.Peek(at(200*time.Millisecond)).Waiting, 0)
	_, err = New(Policy{Limit: 1}, nil).Reserve(0, 2, fuseboard.Never)
	equal(t, "never", err, ErrNever)
	full := New(Policy{Limit: 1}, nil)
	full.Allow(0)
	_, err = full.Reserve(0, 1, fuseboard.Never)
	equal(t, "no queue", err, ErrLimited)
}

func TestSmoothSpacesUnitsEvenly(t *testing.T) {
	l := New(Policy{Kind: Smooth, Limit: 3, Queue: 100, MaxWait: time.Hour}, nil)
	for i := range 100 {
		turn, err := l.Reserve(0, 1, fuseboard.Never)
		if err != nil || turn != at((time.Duration(i)*time.Second+2)/3) {
			t.Errorf("turn %d is %v, %v", i, turn, err)
		}
	}
}

// source is a fleet of one.
type source struct {
	give    func(fuseboard.Instant, Share)
	stopped bool
}

func (s *source) Watch(give func(fuseboard.Instant, Share)) func() {
	s.give = give
	return func() { s.stopped = true }
}

func TestShareHoldsAtOnceAndUntilItExpires(t *testing.T) {
	for _, kind := range []Kind{TokenBucket, Smooth, SlidingLog, SlidingCounter, FixedWindow} {
		l, src := New(Policy{Kind: kind, Limit: 100, Fallback: 0.05}, fixedClock(0)), &source{}
		equal(t, "the whole", l.Peek(0).Limit, 100)
		stop := l.Follow(0, src)
		equal(t, kind.String()+": none yet", l.Peek(0).Limit, 5)
		src.give(0, Share{Part: 0.5, Until: at(time.Second)})
		equal(t, kind.String()+": half", l.Peek(0).Limit, 50)
		src.give(0, Share{Part: 0.02, Until: at(time.Second)})
		equal(t, kind.String()+": a smaller one", l.Peek(0).Limit, 2)
		src.give(0, Share{Part: 0, Until: at(time.Second)})
		again, ok := l.Take(0, 1)
		equal(t, kind.String()+": nothing", ok, false)
		equal(t, kind.String()+": nothing ends", again, at(time.Second))
		equal(t, kind.String()+": expired", l.Peek(at(time.Second)).Limit, 5)
		equal(t, kind.String()+": comes again", l.Allow(at(time.Second)), true)
		stop(at(time.Second))
		equal(t, "stopped", src.stopped, true)
		equal(t, kind.String()+": the whole again", l.Peek(at(time.Second)).Limit, 100)
	}
}

func TestAdaptiveLimitMovesBetweenFloorAndCeiling(t *testing.T) {
	p := Policy{Limit: 100, Adaptive: Adaptive{Floor: 20, Ceiling: 120, Step: 10, Every: time.Second}}
	l := New(p, nil)
	var now fuseboard.Instant
	limit := func(what string, want float64) {
		t.Helper()
		equal(t, what, l.Peek(now).Limit, want)
	}
	l.Succeeded(at(time.Minute))
	limit("not raised where it held nobody back", 100)
	l.Overload(now)
	limit("half", 50)
	l.Overload(at(time.Second) - 1)
	limit("once in an interval", 50)
	now = at(time.Second)
	l.Overload(now)
	limit("half again", 25)
	now = at(2 * time.Second)
	l.Overload(now)
	limit("not below the floor", 20)
	for want := 30.; want <= 130; want += 10 {
		for l.Allow(now) {
		}
		l.Succeeded(now)
		now = now.Add(time.Second)
		l.Succeeded(now)
		l.Succeeded(now)
		limit("a step in an interval, not above the ceiling", min(want, 120))
	}
}

func TestReshapeKeepsWhatIsSpentAndSaysWhatIsLost(t *testing.T) {
	kinds := []Kind{TokenBucket, Smooth, SlidingLog, SlidingCounter, FixedWindow}
	for _, from := range kinds {
		for _, to := range kinds {
			l := New(Policy{Kind: from, Limit: 10, Per: time.Minute, Burst: 10}, fixedClock(0))
			for l.Allow(0) {
			}
			lost := l.Reshape(0, Policy{Kind: to, Limit: 10, Per: time.Minute, Burst: 10})
			name := from.String() + " to " + to.String()
			if from != Smooth { // which has spent one only
				equal(t, name+": more at once", l.Allow(0), false)
			}
			spaced := from.spaced() && to.spaced()
			equal(t, name+": lost something", len(lost) > 0, from != to && !spaced)
			equal(t, name+": a minute later", l.Allow(at(2*time.Minute)), true)
		}
	}
	l := New(Policy{Limit: 10, Burst: 10}, nil)
	for range 5 {
		l.Allow(0)
	}
	l.Reshape(0, Policy{Limit: 100, Burst: 20})
	equal(t, "half of it is left", l.Peek(0).Left, 10)
	l = New(Policy{Kind: SlidingLog, Limit: 10}, nil)
	for l.Allow(0) {
	}
	equal(t, "lost of another Per", len(l.Reshape(0, Policy{Kind: SlidingLog, Limit: 10, Per: time.Minute})), 1)
}

func TestOffPolicyLimitsNothing(t *testing.T) {
	l := New(Policy{}, nil)
	for range 1000 {
		equal(t, "allowed", l.Allow(0), true)
	}
	equal(t, "limit", l.Peek(0).Limit, 0)
	if err := errors.Join(Policy{}.Validate().Err()); err != nil {
		t.Error(err)
	}
}

// A caller that holds a shape which another has taken the place of gets nothing from it.
func TestReplacedShapeGivesNothing(t *testing.T) {
	l := New(Policy{Limit: 10, Burst: 10}, nil)
	old := l.live.Load()
	l.Reshape(0, Policy{Limit: 10, Burst: 10})
	equal(t, "take", old.take(0), moved)
	_, v := old.claim(claim{cost: 2})
	equal(t, "claim", v, moved)
	equal(t, "refund", old.refund(0, 1, 0), moved)
	equal(t, "left", l.Peek(0).Left, 10)
}
