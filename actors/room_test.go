// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

// traveller is a request that brings its own room, and keeps the contexts of its attempts.
type traveller struct {
	room  Room
	fails int
	seen  []context.Context
}

func (p *traveller) onward(ctx context.Context) (int, error) {
	p.seen = append(p.seen, ctx)
	if len(p.seen) <= p.fails {
		return 0, errDown
	}
	return len(p.seen), nil
}

func travel(ctx context.Context, p *traveller) (int, error) { return p.onward(ctx) }

func inRoom() With[*traveller, int] {
	return With[*traveller, int]{Safe: Always[*traveller], Room: func(p *traveller) *Room {
		if p.fails < 0 {
			return nil
		}
		return &p.room
	}}
}

func TestRoomServesTheFirstAttemptOfOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, policy := range []Policy{
			{Deadline: reading.Deadline, Retry: twice}, {Deadline: reading.Deadline, Retry: twice, Workers: fourWorkers.Workers},
		} {
			sys, err := Start(Options{Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			r, err := Spawn(sys, "payments", travel, policy, inRoom())
			if err != nil {
				t.Fatal(err)
			}
			p := &traveller{fails: 1}
			for range 2 {
				if _, err := r.Call(t.Context(), p); err != nil {
					t.Fatal(err)
				}
			}
			if len(p.seen) != 3 {
				t.Fatalf("%d attempts", len(p.seen))
			}
			for i, ctx := range p.seen {
				if inside := ctx == context.Context(&p.room.lazy); inside != (i == 0) {
					t.Errorf("attempt %d of both calls is in the room: %t", i+1, inside)
				}
				if until, has := ctx.Deadline(); !has || time.Until(until) > policy.Deadline.Attempt {
					t.Errorf("attempt %d ends at %v, %t", i+1, until, has)
				}
				if !errors.Is(ctx.Err(), context.Canceled) {
					t.Errorf("attempt %d is over, and its context says %v", i+1, ctx.Err())
				}
			}
			if err := sys.Shutdown(context.Background()); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestRequestThatBringsNoRoomHasOneMade(t *testing.T) {
	r := spawn(t, start(t), Policy{Deadline: reading.Deadline}, travel, inRoom())
	p := &traveller{fails: -1}
	if n, err := r.Call(t.Context(), p); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if p.seen[0] == context.Context(&p.room.lazy) {
		t.Error("the room that it did not bring was taken")
	}
}

func TestRoomWhoseHookPanicsIsTheFailureOfThatCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		with := inRoom()
		with.Room = func(*traveller) *Room { panic("no room") }
		r := spawn(t, start(t), Policy{Deadline: reading.Deadline, Bulkhead: Bulkhead{Concurrency: 1}}, travel, with)
		_, err := r.Call(t.Context(), new(traveller))
		if _, broke := errors.AsType[*PanicError](err); !broke {
			t.Errorf("%v", err)
		}
		if s := r.Stats(); s.Gate.InUse != 0 || s.Failures != 1 {
			t.Errorf("%+v", s)
		}
	})
}

func TestAllocCallInARoomIsThatOfItsRequest(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates, run without it")
	}
	with := inRoom()
	with.Hold = func(n int, h Held) int { h.End(nil); return n }
	r := spawn(t, start(t), reading, func(context.Context, *traveller) (int, error) { return 1, nil }, with)
	ctx := t.Context()
	if n := testing.AllocsPerRun(200, func() { _, _ = r.Call(ctx, new(traveller)) }); n != 1 {
		t.Errorf("a call allocates %v times, want its request alone", n)
	}
}

func TestAnswerThatIsAllThereIsNotHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, mode := range []PolicyMode{EnforcePolicy, ShadowPolicy} {
			for _, workers := range []Workers{{}, fourWorkers.Workers} {
				sys, err := Start(Options{Seed: 1})
				if err != nil {
					t.Fatal(err)
				}
				policy := Policy{Deadline: reading.Deadline, Workers: workers, Mode: mode}
				with := holds(new([]error))
				with.Glance = func(p *sheet) (fine, whole bool) { return false, p.number == 2 || p.number == -2 }
				r, err := Spawn(sys, "sheets", sheets, policy, with)
				if err != nil {
					t.Fatal(err)
				}
				whole, err := r.Call(t.Context(), 2)
				s := r.Stats()
				if err != nil || whole.kept || s.Gate.InUse != 0 || s.Successes != 1 || mode == EnforcePolicy && whole.ctx.Err() == nil {
					t.Errorf("%v: %+v, %v, %+v", mode, whole, err, s)
				}
				held, err := r.Call(t.Context(), 1)
				if err != nil || !held.kept || r.Stats().Gate.InUse != 1 {
					t.Fatalf("%v: %+v, %v", mode, held, err)
				}
				held.held.End(nil)
				// A failure is held in any case: until the last attempt it may be discarded.
				failed, err := r.Call(t.Context(), -2)
				if err != nil || failed.kept != (mode == EnforcePolicy) {
					t.Fatalf("%v: %+v, %v", mode, failed, err)
				}
				failed.held.End(nil)
				if s := r.Stats(); s.Gate.InUse != 0 || s.Failures != 1 || s.Successes != 2 {
					t.Errorf("%v: %+v", mode, s)
				}
				if err := sys.Shutdown(context.Background()); err != nil {
					t.Error(err)
				}
			}
		}
	})
}

func TestGlanceThatPanicsIsTheFailureOfThatCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, mode := range []PolicyMode{EnforcePolicy, ShadowPolicy} {
			with := holds(new([]error))
			with.Glance = func(*sheet) (fine, whole bool) { panic("glance") }
			policy := reading
			policy.Mode = mode
			r, err := Spawn(start(t), "sheets", sheets, policy, with)
			if err != nil {
				t.Fatal(err)
			}
			p, err := r.Call(t.Context(), 1)
			if _, broke := errors.AsType[*PanicError](err); broke != (mode == EnforcePolicy) || mode == ShadowPolicy && p == nil {
				t.Errorf("%v: %+v, %v", mode, p, err)
			}
			if s := r.Stats(); s.Gate.InUse != 0 || s.Failures != 1 || s.Successes != 0 {
				t.Errorf("%v: %+v", mode, s)
			}
		}
	})
}

func TestAnswerThatIsFineAtAGlanceIsNotClassified(t *testing.T) {
	asked := 0
	r := spawn(t, start(t), Policy{}, func(_ context.Context, n int) (int, error) {
		if n < 0 {
			return n, errDown
		}
		return n, nil
	}, With[int, int]{
		Glance: func(n int) (fine, whole bool) { return n < 10, true },
		Classify: func(int, error) fuseboard.Outcome {
			asked++
			return fuseboard.Outcome{Kind: fuseboard.Failure, Class: "odd"}
		},
	})
	for n, want := range map[int]struct{ asked, successes int }{1: {0, 1}, 10: {1, 0}, -1: {1, 0}} {
		asked = 0
		before := r.Stats().Successes
		_, _ = r.Call(t.Context(), n)
		if succeeded := int(r.Stats().Successes - before); asked != want.asked || succeeded != want.successes {
			t.Errorf("%d: Classify asked %d times, %d successes", n, asked, succeeded)
		}
	}
}

func TestGlanceIsAskedWithoutAClassifier(t *testing.T) {
	for _, workers := range []Workers{{}, fourWorkers.Workers} {
		held := 0
		r, err := Spawn(start(t), "numbers", echo, Policy{Workers: workers, Deadline: reading.Deadline}, With[int, int]{
			Glance: func(n int) (fine, whole bool) { return false, n == 1 },
			Hold:   func(n int, h Held) int { held++; h.End(nil); return n },
		})
		if err != nil {
			t.Fatal(err)
		}
		for n, want := range []int{1, 0} { // 0 is held, 1 is not
			held = 0
			if _, err := r.Call(t.Context(), n); err != nil || held != want {
				t.Errorf("%d: held %d times, %v", n, held, err)
			}
		}
		if s := r.Stats(); s.Successes != 2 || s.Gate.InUse != 0 {
			t.Errorf("%+v", s)
		}
	}
}

// TestKeyIsKeptOnceByAHeldAnswer: the call's own keep goes with the answer, in any order of their ends.
func TestKeyIsKeptOnceByAHeldAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, err := SpawnKeyed(start(t), "tenants", sheets, reading, KeyLimits{Max: 1}, holds(new([]error)))
		if err != nil {
			t.Fatal(err)
		}
		entryOf := func() *entry { s, _ := k.shardOf("a"); return s.keys["a"] }
		for i := range 3 {
			p, err := k.Call(t.Context(), "a", 1)
			if err != nil {
				t.Fatal(err)
			}
			if n := entryOf().kept.Load(); n != 1 {
				t.Errorf("held: kept %d times", n)
			}
			if i > 0 {
				p.held.Settle()
			}
			p.held.End(nil)
			p.held.End(nil)
			if n := entryOf().kept.Load(); n != 0 {
				t.Errorf("ended: kept %d times", n)
			}
		}
		guard, _ := k.Guard("a")
		bound, err := Bind(guard, "again", sheets, holds(new([]error)))
		if err != nil {
			t.Fatal(err)
		}
		p, err := bound.Call(t.Context(), 1)
		if err != nil || entryOf().kept.Load() != 1 {
			t.Fatal(err, entryOf().kept.Load())
		}
		p.held.End(nil)
		if _, err := k.Call(t.Context(), "a", 0); !errors.Is(err, errDown) || entryOf().kept.Load() != 0 {
			t.Errorf("%v, kept %d times", err, entryOf().kept.Load())
		}
	})
}

func TestOutcomeIsCopiedWhole(t *testing.T) {
	from := fuseboard.Outcome{
		Kind: fuseboard.Failure, Class: fuseboard.ClassReset, Elapsed: 1, RetryAfter: 2, Repeats: 3, Final: true,
	}
	for i, v := 0, reflect.ValueOf(from); i < v.NumField(); i++ {
		if v.Field(i).IsZero() {
			t.Errorf("the test forgets %s", v.Type().Field(i).Name)
		}
	}
	var to fuseboard.Outcome
	copyOutcome(&to, &from)
	if to != from {
		t.Errorf("%+v, want %+v", to, from)
	}
}
