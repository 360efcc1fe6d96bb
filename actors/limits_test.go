// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// under makes a System with limits, which must be all given back when it has shut down.
func under(t testing.TB, l Limits) *System {
	t.Helper()
	sys, err := Start(Options{Seed: 1, Limits: l})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sys.Shutdown(context.Background()); err != nil {
			t.Errorf("shutdown: %v", err)
		}
		wantUse(t, sys, 0, 0, 0, 0)
	})
	return sys
}

// wantUse compares what is used of each limit now.
func wantUse(t testing.TB, sys *System, goroutines, queued, keys, bytes int64) {
	t.Helper()
	s := sys.Stats().Limits
	got := [...]int64{s.Goroutines.Used, s.Queued.Used, s.Keys.Used, s.WindowBytes.Used}
	if want := [...]int64{goroutines, queued, keys, bytes}; got != want {
		t.Errorf("goroutines, queued, keys, bytes: %v are used, want %v", got, want)
	}
}

// wantLimit wants a refusal for the limit of that path.
func wantLimit(t testing.TB, err error, path string) {
	t.Helper()
	wantIs(t, err, ErrLimit)
	if e := callError(t, err); e.RejectedBy() != "limits" || e.Attempts != 0 || !strings.Contains(err.Error(), path) {
		t.Errorf("%v (rejected by %s), want %s", err, e.RejectedBy(), path)
	}
}

func TestLimitsSayAllThatIsWrong(t *testing.T) {
	bad := Limits{Goroutines: -1, Queued: 1 << 40, Keys: -5, WindowBytes: 12}
	_, err := Start(Options{Limits: bad})
	ps := problemsIn(t, err)
	var paths []string
	for _, p := range ps {
		paths = append(paths, p.Path)
		if p.Accepted == "" || p.Fix == "" || p.Value == "" {
			t.Errorf("%+v", p)
		}
	}
	if got := strings.Join(paths, " "); got != "limits.goroutines limits.queued limits.keys limits.window_bytes" {
		t.Error(got)
	}
	for _, l := range []Limits{{WindowBytes: -1}, {WindowBytes: math.MaxInt64}, {WindowBytes: math.MinInt64}} {
		if l.Validate().Err() == nil {
			t.Errorf("%+v is accepted", l)
		}
	}
	ends := Limits{Goroutines: 1, Queued: mostLimit, Keys: 1, WindowBytes: leastWindowBytes}
	for _, l := range []Limits{{}, Limits{}.WithDefaults(), ends, {WindowBytes: mostWindowBytes}} {
		if ps := l.Validate(); ps != nil {
			t.Errorf("%+v: %v", l, ps)
		}
	}
}

func TestLimitsAreReadAsTheyAreWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Limits{
			Goroutines: rapid.Int().Draw(t, "goroutines"), Queued: rapid.Int().Draw(t, "queued"),
			Keys: rapid.Int().Draw(t, "keys"), WindowBytes: rapid.Int64().Draw(t, "bytes"),
		}
		data, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		var read Limits
		if err := json.Unmarshal(data, &read); err != nil || read != l {
			t.Fatalf("%s: %+v, %v", data, read, err)
		}
	})
	kept := Limits{Keys: 7}
	err := json.Unmarshal([]byte(`{"keyss":1,"queued":"many","window_bytes":1.5}`), &kept)
	if ps := problemsIn(t, err); len(ps) != 3 || kept != (Limits{Keys: 7}) {
		t.Errorf("%v, %+v", ps, kept)
	}
}

func TestSystemTellsItsLimitsWithTheirDefaults(t *testing.T) {
	l := under(t, Limits{Queued: 7}).Stats().Limits
	if l.Goroutines.Limit != 100_000 || l.Queued.Limit != 7 || l.Keys.Limit != 1_000_000 || l.WindowBytes.Limit != 1<<30 {
		t.Errorf("%+v", l)
	}
	if s := (*System)(nil).Stats(); s.Limits != (LimitStats{}) || s.Shedding != nil {
		t.Error("a System that is none has numbers")
	}
}

// two makes two guards with one permit each, which is taken until release.
func two(t *testing.T, sys *System, p Policy) (refs [2]*Ref[int, int], release func()) {
	held := make(chan struct{})
	wait := func(context.Context, int) (int, error) { <-held; return 0, nil }
	for i, name := range []string{"one", "other"} {
		r, err := Spawn(sys, name, wait, p)
		if err != nil {
			t.Fatal(err)
		}
		refs[i] = r
		go func() { _, _ = r.Call(context.Background(), 1) }()
	}
	synctest.Wait()
	return refs, func() { close(held) }
}

func TestCallsThatWaitAtAllGatesTogetherAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := under(t, Limits{Queued: 3})
		p := Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 2, MaxWait: time.Second}}
		refs, release := two(t, sys, p)
		base := sys.Stats().Limits.WindowBytes.Used
		var futures []*Future[int]
		for i := range 3 {
			futures = append(futures, refs[i%2].Ask(t.Context(), 1))
		}
		wantUse(t, sys, 3, 3, 0, base)
		_, err := refs[1].Call(t.Context(), 1)
		wantLimit(t, err, "limits.queued")
		_, err = refs[0].Call(t.Context(), 1) // its own queue is full, too: that is nearer
		wantIs(t, err, ErrFull)
		wantLimit(t, refs[1].Tell(t.Context(), 1), "limits.queued")
		if s := refs[1].Stats(); s.Rejected.Limits != 2 || s.Calls != 2 {
			t.Errorf("%+v", s)
		}
		if u := sys.Stats().Limits.Queued; u.Refused != 2 || u.Most != 3 {
			t.Errorf("%+v", u)
		}
		release()
		for _, f := range futures {
			if _, err := f.Wait(t.Context()); err != nil {
				t.Error(err)
			}
		}
		synctest.Wait()
		wantUse(t, sys, 0, 0, 0, base)
		if _, err := refs[1].Call(t.Context(), 1); err != nil {
			t.Error(err)
		}
	})
}

func TestWhoLeavesTheQueueMakesRoomForOthersWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := under(t, Limits{Queued: 1})
		refs, release := two(t, sys, Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 2, MaxWait: time.Second}})
		defer release()
		ctx, leave := context.WithCancel(t.Context())
		f := refs[0].Ask(ctx, 1)
		wantLimit(t, refs[1].Tell(t.Context(), 1), "limits.queued")
		leave()
		synctest.Wait()
		_, err := f.Wait(t.Context())
		wantIs(t, err, context.Canceled)
		if err := refs[1].Tell(t.Context(), 1); err != nil {
			t.Error(err)
		}
		time.Sleep(2 * time.Second) // and time passes for that one
		if u := sys.Stats().Limits.Queued; u.Used != 0 || u.Most != 1 {
			t.Errorf("%+v", u)
		}
	})
}

func TestGoroutinesOfPostedCallsAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := under(t, Limits{Goroutines: 3})
		refs, release := two(t, sys, Policy{Bulkhead: Bulkhead{Concurrency: 2, Queue: 2, MaxWait: time.Minute}})
		base := sys.Stats().Limits.WindowBytes.Used
		futures := []*Future[int]{refs[0].Ask(t.Context(), 1), refs[0].Ask(t.Context(), 1), refs[1].Ask(t.Context(), 1)}
		synctest.Wait()
		wantUse(t, sys, 3, 1, 0, base)
		wantLimit(t, refs[1].Tell(t.Context(), 1), "limits.goroutines")
		answer, _ := sys.actors.Root.RequestFuture(refs[1].PID(), refs[1].Message(t.Context(), 1), time.Minute).Result()
		reply, _ := answer.(Reply[int, int])
		wantLimit(t, reply.Err, "limits.goroutines")
		if s := refs[1].Stats(); s.Rejected.Limits != 2 || sys.Stats().Limits.Goroutines.Refused != 2 {
			t.Errorf("%+v", s)
		}
		go func() { time.Sleep(time.Second); release() }()
		if _, err := refs[1].Call(t.Context(), 1); err != nil { // on its caller's goroutine, which counts nowhere
			t.Error(err)
		}
		for _, f := range futures {
			if _, err := f.Wait(t.Context()); err != nil {
				t.Error(err)
			}
		}
		synctest.Wait()
		wantUse(t, sys, 0, 0, 0, base)
		if err := refs[1].Tell(t.Context(), 1); err != nil {
			t.Error(err)
		}
	})
}

func TestPooledGoroutinesAreLimitedUntilTheyReallyEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := under(t, Limits{Goroutines: 2})
		p := Policy{Deadline: Deadline{Attempt: time.Second}, Workers: Workers{Max: 4, MaxAbandoned: 4, Idle: time.Second}}
		slow, err := Spawn(sys, "slow", func(context.Context, int) (int, error) { time.Sleep(10 * time.Second); return 0, nil }, p)
		if err != nil {
			t.Fatal(err)
		}
		base := sys.Stats().Limits.WindowBytes.Used
		for range 2 {
			_, err := slow.Call(t.Context(), 1)
			wantIs(t, err, context.DeadlineExceeded)
		}
		_, err = slow.Call(t.Context(), 1)
		wantLimit(t, err, "limits.goroutines")
		if d := slow.Stats(); d.Gate.InUse != 2 || d.Overdue != 2 || d.Rejected.Limits != 1 || d.Attempts != 2 {
			t.Errorf("%+v", d)
		}
		wantUse(t, sys, 2, 0, 0, base)
		time.Sleep(9 * time.Second) // both have ended, and are idle
		synctest.Wait()
		_, err = slow.Call(t.Context(), 1)
		wantIs(t, err, context.DeadlineExceeded)
		time.Sleep(20 * time.Second)
		wantUse(t, sys, 0, 0, 0, base)
	})
}

func TestRepetitionThatFindsNoGoroutineIsNotMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := under(t, Limits{Goroutines: 1})
		r := spawn(t, sys, Policy{Retry: twice}, fail, With[int, int]{Safe: Always[int]})
		hold, err := Spawn(sys, "hold", func(context.Context, int) (int, error) { time.Sleep(time.Second); return 0, nil }, Policy{})
		if err != nil {
			t.Fatal(err)
		}
		reply := sys.actors.Root.RequestFuture(r.PID(), r.Message(t.Context(), 1), time.Minute)
		synctest.Wait() // it failed, and waits to be repeated
		if err := hold.Tell(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		answer, _ := reply.Result()
		got, _ := answer.(Reply[int, int])
		if e := callError(t, got.Err); e.Attempts != 1 || !errors.Is(e.Cause, errDown) || !errors.Is(e.Why, ErrLimit) || e.RejectedBy() != "" {
			t.Errorf("%v", got.Err)
		}
		if s := r.Stats(); s.Rejected.Limits != 0 || s.Failures != 1 || sys.Stats().Limits.Goroutines.Refused != 1 {
			t.Errorf("%+v", s)
		}
		time.Sleep(time.Minute)
	})
}

func TestCallWhoseContextBreaksGivesItsSeatBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := under(t, Limits{Goroutines: 1})
		r := spawn(t, sys, Policy{Workers: Workers{Max: 1, Idle: time.Second}}, echo)
		for range 3 {
			_, err := r.Call(brittle{t.Context()}, 1)
			if _, panicked := errors.AsType[*PanicError](err); !panicked {
				t.Errorf("%v", err)
			}
		}
		if _, err := r.Call(t.Context(), 1); err != nil {
			t.Error(err)
		}
		if d := r.Stats().Gate; d.InUse != 0 {
			t.Errorf("%+v", d)
		}
		time.Sleep(5 * time.Second)
		if u := sys.Stats().Limits.Goroutines; u.Used != 0 || u.Most != 1 {
			t.Errorf("%+v", u)
		}
	})
}

// brittle is a context of somebody's own that panics where an attempt begins.
type brittle struct{ context.Context }

func (brittle) Done() <-chan struct{} { panic("broken context") }
