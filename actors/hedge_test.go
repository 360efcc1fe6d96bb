// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/patterns/deadline"
)

// hedged sends a copy after 100ms.
var hedged = Policy{
	Deadline: Deadline{Attempt: time.Second}, Hedge: Hedge{After: 100 * time.Millisecond},
	Workers: Workers{Max: 8},
}

// part is what one run of a handler does.
type part struct {
	takes time.Duration
	deaf  bool // whatever its context says
	err   error
}

// heat is an operation whose runs follow a script, in the order in which they begin. The
// answer of a run is its number, from 1.
type heat struct {
	mu        sync.Mutex
	parts     []part
	began     []time.Duration
	ended     []time.Duration // by run; 0: runs
	causes    []error         // of the contexts, by run
	discarded []int
	born      time.Time
}

func (h *heat) handle(ctx context.Context, _ int) (int, error) { return h.run(ctx) }

func (h *heat) run(ctx context.Context) (n int, err error) {
	h.mu.Lock()
	p := h.parts[len(h.began)]
	h.began = append(h.began, time.Since(h.born))
	h.ended, h.causes = append(h.ended, 0), append(h.causes, nil)
	n = len(h.began)
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.ended[n-1], h.causes[n-1] = time.Since(h.born), context.Cause(ctx)
	}()
	takes := time.After(p.takes)
	if p.deaf {
		<-takes
		return n, p.err
	}
	select {
	case <-takes:
		return n, p.err
	case <-ctx.Done():
		return n, ctx.Err()
	}
}

func (h *heat) discard(n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.discarded = append(h.discarded, n)
}

// wantDiscarded waits until everything is quiet, and checks which answers were disposed of.
func (h *heat) wantDiscarded(t *testing.T, runs ...int) {
	t.Helper()
	synctest.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	if got := slices.Sorted(slices.Values(h.discarded)); !slices.Equal(got, runs) {
		t.Errorf("discarded the answers of runs %v, want %v", got, runs)
	}
}

// newHeat makes a guard with such an operation.
func newHeat(t *testing.T, p Policy, parts ...part) (*heat, *Ref[int, int]) {
	t.Helper()
	h := &heat{parts: parts, born: time.Now()}
	r := spawn(t, start(t), p, h.handle, With[int, int]{Safe: Always[int], Discard: h.discard})
	return h, r
}

// wantTook checks how long something took since it began.
func wantTook(t *testing.T, begin time.Time, want time.Duration) {
	t.Helper()
	if took := time.Since(begin); took != want {
		t.Errorf("took %v, want %v", took, want)
	}
}

const ms = time.Millisecond

func TestCopyIsSentAfterTheWaitAndTheFirstAnswerWins(t *testing.T) {
	for name, c := range map[string]struct {
		parts []part
		want  int
		took  time.Duration
		won   uint64
	}{
		"copy":  {[]part{{takes: 900 * ms}, {takes: 50 * ms}}, 2, 150 * ms, 1},
		"first": {[]part{{takes: 130 * ms}, {takes: 500 * ms}}, 1, 130 * ms, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, r := newHeat(t, hedged, c.parts...)
				begin := time.Now()
				got, err := r.Call(t.Context(), 0)
				if got != c.want || err != nil {
					t.Errorf("%d, %v", got, err)
				}
				wantTook(t, begin, c.took)
				synctest.Wait()
				if !slices.Equal(h.began, []time.Duration{0, 100 * ms}) {
					t.Errorf("began at %v", h.began)
				}
				loser := 2 - c.want // its place
				if h.causes[loser] != ErrLost {
					t.Errorf("the loser's context ended because of %v", h.causes[loser])
				}
				h.wantDiscarded(t, loser+1) // what came with its error, as ever
				s := r.Stats()
				if s.Hedge.Sent != 1 || s.Hedge.Won != c.won || s.Hedge.Lost != 1 || s.Hedge.Wait != 100*ms {
					t.Errorf("%+v", s.Hedge)
				}
				if s.Calls != 1 || s.Attempts != 2 || s.Successes != 1 || s.Voids != 1 || s.Failures != 0 || s.Retries != 0 {
					t.Errorf("%+v", s)
				}
				if s.CallLatency.Count() != 1 || s.AttemptLatency.Count() != 2 {
					t.Errorf("%d calls and %d attempts were timed", s.CallLatency.Count(), s.AttemptLatency.Count())
				}
				wantTaken(t, r.Guard, 0, 0)
			})
		})
	}
}

func TestNoCopyOfWhatIsQuickOrUnsafeOrDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, r := newHeat(t, hedged, part{takes: 99 * ms}, part{takes: 100*ms - 1})
		for range 2 {
			_, _ = r.Call(t.Context(), 0)
		}
		unsafe, err := Bind(r.Guard, "unsafe", h.handle)
		if err != nil {
			t.Fatal(err)
		}
		never, _ := Bind(r.Guard, "never", h.handle, With[int, int]{Safe: Never[int]})
		h.parts = append(h.parts, part{takes: 500 * ms}, part{takes: 500 * ms}, part{takes: 500 * ms})
		_, _ = unsafe.Call(t.Context(), 0)
		_, _ = never.Call(t.Context(), 0)
		_, _ = Do(t.Context(), r.Guard, h.run)
		if s := r.Stats(); len(h.began) != 5 || s.Hedge.Sent != 0 || s.Hedge.Refused != (HedgeRefused{Unsafe: 1}) || s.Successes != 5 {
			t.Errorf("%d runs, %+v", len(h.began), s.Hedge)
		}
		wantTaken(t, r.Guard, 0, 0)
	})
}

func TestEachFurtherCopyWaitsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := hedged
		p.Hedge.Copies = 3
		h, r := newHeat(t, p, part{takes: 900 * ms}, part{takes: 900 * ms}, part{takes: 900 * ms}, part{takes: 10 * ms})
		got, err := r.Call(t.Context(), 0)
		if got != 4 || err != nil {
			t.Errorf("%d, %v", got, err)
		}
		synctest.Wait()
		if !slices.Equal(h.began, []time.Duration{0, 100 * ms, 200 * ms, 300 * ms}) {
			t.Errorf("began at %v", h.began)
		}
		if s := r.Stats().Hedge; s.Sent != 3 || s.Won != 1 || s.Lost != 3 {
			t.Errorf("%+v", s)
		}
		h.wantDiscarded(t, 1, 2, 3)
		wantTaken(t, r.Guard, 0, 0)
	})
}

func TestAFailureIsRecordedAndTheCallWaitsForTheOther(t *testing.T) {
	for name, parts := range map[string][]part{
		"first": {{takes: 150 * ms, err: errDown}, {takes: 300 * ms}},
		"copy":  {{takes: 400 * ms}, {takes: 50 * ms, err: errDown}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, r := newHeat(t, hedged, parts...)
				begin := time.Now()
				time.AfterFunc(200*ms, func() {
					if s := r.Stats(); s.Failures != 1 || s.Gate.InUse != 1 {
						t.Errorf("while the other runs: %+v", s)
					}
				})
				got, err := r.Call(t.Context(), 0)
				wantTook(t, begin, 400*ms)
				if name == "first" && got != 2 || name == "copy" && got != 1 || err != nil {
					t.Errorf("%d, %v", got, err)
				}
				if s := r.Stats(); s.Failures != 1 || s.Successes != 1 || s.Voids != 0 || s.Failed != 0 || s.Calls != 1 || s.Hedge.Lost != 0 {
					t.Errorf("%+v", s)
				}
				h.wantDiscarded(t, 3-got)
				wantTaken(t, r.Guard, 0, 0)
			})
		})
	}
}

func TestWhereAllFailTheLastFailureGoesOnAsOneAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := hedged
		p.Retry = twice
		first, last := errors.New("first"), errors.New("last")
		h, r := newHeat(t, p, part{takes: 150 * ms, err: last}, part{takes: 30 * ms, err: first}, part{takes: 10 * ms})
		got, err := r.Call(t.Context(), 0)
		if got != 3 || err != nil {
			t.Errorf("%d, %v", got, err)
		}
		if s := r.Stats(); s.Failures != 2 || s.Retries != 1 || s.Successes != 1 || s.Calls != 1 || s.Attempts != 3 {
			t.Errorf("%+v", s)
		}
		h.parts = append(h.parts, part{takes: 150 * ms, err: last}, part{takes: 30 * ms, err: first}, part{takes: 1 * ms, err: last})
		_, err = r.Call(t.Context(), 0)
		wantIs(t, err, last)
		if e := callError(t, err); e.Attempts != 2 {
			t.Errorf("%d attempts: %v", e.Attempts, e)
		}
		h.wantDiscarded(t, 1, 2, 4, 5)
		wantTaken(t, r.Guard, 0, 0)
	})
}

func TestARepetitionIsHedgedLikeAFirstAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := hedged
		p.Retry = twice
		h, r := newHeat(t, p, part{takes: 10 * ms, err: errDown}, part{takes: 900 * ms}, part{takes: 50 * ms})
		got, err := r.Call(t.Context(), 0)
		if got != 3 || err != nil {
			t.Errorf("%d, %v", got, err)
		}
		if s := r.Stats(); s.Attempts != 3 || s.Retries != 1 || s.Hedge.Ended != 1 || s.Failures != 1 || s.Voids != 1 || s.Successes != 1 || s.Calls != 1 {
			t.Errorf("%+v", s)
		}
		h.wantDiscarded(t, 1, 2)
		wantTaken(t, r.Guard, 0, 0)
	})
}

func TestEachRunHasItsOwnAttemptDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, r := newHeat(t, hedged, part{takes: 2 * time.Second, deaf: true}, part{takes: 2 * time.Second, deaf: true})
		begin := time.Now()
		time.AfterFunc(1050*ms, func() { wantTaken(t, r.Guard, 2, 1) })
		_, err := r.Call(t.Context(), 0)
		wantTook(t, begin, 1100*ms)
		wantIs(t, err, context.DeadlineExceeded)
		if e, ok := errors.AsType[*deadline.Error](err); !ok || e.Scope != deadline.Attempt || e.Elapsed != time.Second {
			t.Errorf("%v", err)
		}
		wantTaken(t, r.Guard, 2, 2)
		time.Sleep(time.Second)
		if s := r.Stats(); s.Failures != 2 || s.Voids != 0 || s.Calls != 1 || s.Failed != 1 || s.Hedge.Lost != 0 {
			t.Errorf("%+v", s)
		}
		h.wantDiscarded(t, 1, 2)
		wantTaken(t, r.Guard, 0, 0)
	})
}

func TestFirstRunTimesOutAndItsCopyStillAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := hedged
		p.Hedge.After = 600 * ms
		h, r := newHeat(t, p, part{takes: 2 * time.Second, deaf: true}, part{takes: 700 * ms})
		begin := time.Now()
		got, err := r.Call(t.Context(), 0)
		wantTook(t, begin, 1300*ms)
		if got != 2 || err != nil {
			t.Errorf("%d, %v", got, err)
		}
		if s := r.Stats(); s.Failures != 1 || s.Successes != 1 || s.Failed != 0 {
			t.Errorf("%+v", s)
		}
		wantTaken(t, r.Guard, 1, 1)
		time.Sleep(time.Second)
		h.wantDiscarded(t, 1)
		wantTaken(t, r.Guard, 0, 0)
	})
}

func TestP6_PermitOfALoserStaysTakenUntilItHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, r := newHeat(t, hedged, part{takes: 3 * time.Second, deaf: true}, part{takes: 50 * ms})
		got, err := r.Call(t.Context(), 0)
		if got != 2 || err != nil {
			t.Errorf("%d, %v", got, err)
		}
		wantTaken(t, r.Guard, 1, 1)
		h.wantDiscarded(t)
		time.Sleep(2849 * ms)
		wantTaken(t, r.Guard, 1, 1)
		time.Sleep(1 * ms)
		h.wantDiscarded(t, 1)
		wantTaken(t, r.Guard, 0, 0)
		if s := r.Stats(); s.Attempts != 2 || s.Voids != 1 || s.Successes != 1 {
			t.Errorf("the late answer of a loser counted: %+v", s)
		}
	})
}

func TestLosersCountAsAbandonedOnlyWhereTheyDoNotEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := hedged
		p.Workers.MaxAbandoned = 1
		h, r := newHeat(t, p,
			part{takes: 3 * time.Second, deaf: true}, part{takes: 50 * ms}, part{takes: 1}, part{takes: 1}, part{takes: 1})
		if _, err := r.Call(t.Context(), 0); err != nil {
			t.Error(err)
		}
		if _, err := r.Call(t.Context(), 0); err != nil {
			t.Errorf("at once: %v", err)
		}
		time.Sleep(100 * ms)
		_, err := r.Call(t.Context(), 0)
		wantIs(t, err, ErrAbandoned)
		time.Sleep(3 * time.Second)
		if _, err := r.Call(t.Context(), 0); err != nil {
			t.Error(err)
		}
		h.wantDiscarded(t, 1)
	})
}

func TestCallerThatLeavesLeavesAllRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, r := newHeat(t, hedged, part{takes: time.Second, deaf: true}, part{takes: time.Second, deaf: true})
		ctx, cancel := context.WithCancelCause(t.Context())
		closed := errors.New("the user closed the page")
		time.AfterFunc(300*ms, func() { cancel(closed) })
		begin := time.Now()
		_, err := r.Call(ctx, 0)
		wantTook(t, begin, 300*ms)
		wantIs(t, err, closed)
		wantTaken(t, r.Guard, 2, 2)
		time.Sleep(time.Second)
		if s := r.Stats(); s.Voids != 2 || s.Failures != 0 || s.Calls != 1 || s.Hedge.Lost != 0 {
			t.Errorf("%+v", s)
		}
		if h.causes[0] != closed || h.causes[1] != closed {
			t.Errorf("%v", h.causes)
		}
		h.wantDiscarded(t, 1, 2)
		wantTaken(t, r.Guard, 0, 0)
	})
}

func TestStopEndsAllRunsOfAHedgedCallAndSendsNoCopy(t *testing.T) {
	for stops, runs := range map[time.Duration]int{50 * ms: 1, 150 * ms: 2} {
		synctest.Test(t, func(t *testing.T) {
			p := hedged
			p.Deadline = Deadline{Attempt: time.Hour}
			h, r := newHeat(t, p, part{takes: time.Second, deaf: true}, part{takes: time.Second, deaf: true})
			time.AfterFunc(stops, func() {
				ctx, end := context.WithTimeout(context.Background(), 200*ms)
				defer end()
				if err := r.Stop(ctx); err == nil {
					t.Error("stopped while handlers run")
				}
			})
			begin := time.Now()
			_, err := r.Call(context.Background(), 0)
			wantTook(t, begin, stops+200*ms)
			wantIs(t, err, ErrStopped)
			time.Sleep(time.Second)
			if s := r.Stats(); s.Voids != uint64(runs) || s.Gate.InUse != 0 || s.Hedge.Sent != uint64(runs-1) || s.Hedge.Refused.Stopped != uint64(2-runs) {
				t.Errorf("%+v", s)
			}
			h.wantDiscarded(t, []int{1, 2}[:runs]...)
			if crew := r.pool.Load().Crew(); crew.Running != 0 || crew.Idle != 0 {
				t.Errorf("%+v", crew)
			}
		})
	}
}

func TestCallersOwnDeadlineIsNotTakenFromALoser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, r := newHeat(t, hedged, part{takes: time.Hour}, part{takes: 50 * ms})
		ctx, end := context.WithTimeout(t.Context(), 500*ms)
		defer end()
		got, err := r.Call(ctx, 0)
		if got != 2 || err != nil || ctx.Err() != nil {
			t.Errorf("%d, %v; %v", got, err, ctx.Err())
		}
		synctest.Wait()
		if h.causes[0] != ErrLost || h.ended[0] != 150*ms {
			t.Errorf("the loser's context: %v at %v", h.causes[0], h.ended[0])
		}
		wantTaken(t, r.Guard, 0, 0)
	})
}
