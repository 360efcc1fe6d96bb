// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

// waysToHedge are the ways in on which copies are sent.
var waysToHedge = map[string]func(r *Ref[int, int], ctx context.Context) (int, error){
	"call": func(r *Ref[int, int], ctx context.Context) (int, error) { return r.Call(ctx, 0) },
	"ask": func(r *Ref[int, int], ctx context.Context) (int, error) {
		return r.Ask(ctx, 0).Wait(context.Background())
	},
	"message": func(r *Ref[int, int], ctx context.Context) (int, error) {
		got, err := r.sys.root.RequestFuture(r.PID(), r.Message(ctx, 0), time.Minute).Result()
		if err != nil {
			return 0, err
		}
		reply := got.(Reply[int, int])
		return reply.Value, reply.Err
	},
}

func TestEveryWayInIsHedged(t *testing.T) {
	for name, call := range waysToHedge {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := hedged
				p.Retry = twice
				h, r := newHeat(t, p,
					part{takes: 3 * time.Second, deaf: true}, part{takes: 50 * ms},
					part{takes: 150 * ms, err: errDown}, part{takes: 10 * ms, err: errDown}, part{takes: 10 * ms})
				begin := time.Now()
				got, err := call(r, context.Background())
				if got != 2 || err != nil {
					t.Errorf("%d, %v", got, err)
				}
				wantTook(t, begin, 150*ms)
				wantTaken(t, r.Guard, 1, 1)
				if got, err = call(r, context.Background()); got != 5 || err != nil {
					t.Errorf("%d, %v", got, err)
				}
				if s := r.Stats(); s.Attempts != 5 || s.Retries != 1 || s.Voids != 1 || s.Failures != 2 || s.Successes != 2 ||
					s.Calls != 2 || s.CallLatency.Count() != 2 || s.AttemptLatency.Count() != 5 {
					t.Errorf("%+v", s)
				}
				time.Sleep(3 * time.Second)
				h.wantDiscarded(t, 1, 3, 4)
				wantTaken(t, r.Guard, 0, 0)
			})
		})
	}
	t.Run("tell", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h, r := newHeat(t, hedged, part{takes: time.Hour}, part{takes: 50 * ms})
			if err := r.Tell(t.Context(), 0); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Second)
			h.wantDiscarded(t, 1)
			if s := r.Stats(); s.Hedge.Won != 1 || s.Successes != 1 {
				t.Errorf("%+v", s)
			}
			wantTaken(t, r.Guard, 0, 0)
		})
	})
}

func TestKeysAreHedgedByTheirOwnGuards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &heat{born: time.Now(), parts: []part{{takes: 3 * time.Second, deaf: true}, {takes: 50 * ms}, {takes: time.Hour}, {takes: 50 * ms}}}
		k := keyed(t, start(t), hedged, KeyLimits{Max: 2}, h.handle, With[int, int]{Safe: Always[int], Discard: h.discard})
		for n, key := range []string{"a", "b"} {
			if got, err := k.Call(t.Context(), key, 0); got != 2*n+2 || err != nil {
				t.Errorf("%d, %v", got, err)
			}
		}
		synctest.Wait()
		if s := k.Stats(); s.Hedge.Sent != 2 || s.Hedge.Won != 2 || s.Hedge.Lost != 2 || s.Attempts != 4 || s.Calls != 2 || s.InUse != 1 || s.Overdue != 1 {
			t.Errorf("%+v", s)
		}
		time.Sleep(3 * time.Second)
		h.wantDiscarded(t, 1, 3)
		if s := k.Stats(); s.InUse != 0 || s.Overdue != 0 || s.Gate.InUse != 0 {
			t.Errorf("%+v", s)
		}
	})
}

func TestGroupAddsUpWhatBecameOfCopies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, err := start(t).Group("shop", GroupPolicy{})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"a", "b"} {
			h := &heat{born: time.Now(), parts: []part{{takes: time.Hour}, {takes: 50 * ms}}}
			r, err := Spawn(g, name, h.handle, hedged, With[int, int]{Safe: Always[int]})
			if err != nil {
				t.Fatal(err)
			}
			_, _ = r.Call(t.Context(), 0)
		}
		synctest.Wait()
		if s := g.Stats(); s.Hedge != (HedgeStats{Sent: 2, Ended: 2, Won: 2, Lost: 2}) || s.Attempts != 4 || s.Calls != 2 {
			t.Errorf("%+v", s)
		}
	})
}

func TestRebuiltHandlerIsHedgedOnItsGeneration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &heat{born: time.Now(), parts: []part{{takes: time.Hour}, {takes: 50 * ms}, {takes: time.Hour}, {takes: 50 * ms, err: Broken(errDown)}}}
		var builds atomic.Int64
		r, err := Rebuild(start(t), "payments", func(context.Context) (Handler[int, int], error) {
			builds.Add(1)
			return h.handle, nil
		}, hedged, With[int, int]{Safe: Always[int], Discard: h.discard})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got, err := r.Call(t.Context(), 0); got != 2 || err != nil {
			t.Errorf("%d, %v", got, err)
		}
		ctx, end := context.WithTimeout(t.Context(), 500*ms)
		defer end()
		_, _ = r.Call(ctx, 0)
		time.Sleep(time.Minute)
		if builds.Load() != 2 {
			t.Errorf("%d builds after a copy found its generation broken", builds.Load())
		}
		wantTaken(t, r.Guard, 0, 0)
	})
}

func TestCopyMayGoElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []int
		slow := func(ctx context.Context, n int) (int, error) { return stubborn(ctx, 3) }
		p := hedged
		p.Hedge.Copies = 2
		p.Deadline.Attempt = 10 * time.Second
		r := spawn(t, start(t), p, slow, With[int, int]{Safe: Always[int], Elsewhere: func(number int) Handler[int, int] {
			asked = append(asked, number)
			if number == 1 {
				return nil
			}
			return func(context.Context, int) (int, error) { time.Sleep(50 * ms); return 42, nil }
		}})
		got, err := r.Call(t.Context(), 0)
		if got != 42 || err != nil || len(asked) != 2 || asked[0] != 1 || asked[1] != 2 {
			t.Errorf("%d, %v; asked for %v", got, err, asked)
		}
		wantTaken(t, r.Guard, 2, 2)
		time.Sleep(3 * time.Second)
		wantTaken(t, r.Guard, 0, 0)
	})
}

func TestHooksThatBreakSendNoCopyAndLoseNothing(t *testing.T) {
	breaks := map[string]func(){"panic": func() { panic("hook") }, "goexit": runtime.Goexit}
	for name, fall := range breaks {
		for hook, with := range map[string]With[int, int]{
			"Safe":      {Safe: func(int) bool { fall(); return true }},
			"Elsewhere": {Safe: Always[int], Elsewhere: func(int) Handler[int, int] { fall(); return nil }},
			"Classify":  {Safe: Always[int], Classify: func(int, error) fuseboard.Outcome { fall(); return fuseboard.Outcome{} }},
			"Discard": {
				Safe: Always[int], Discard: func(int) { fall() },
				Classify: func(n int, _ error) fuseboard.Outcome {
					if n == 2 {
						return fuseboard.Outcome{Kind: fuseboard.Failure}
					}
					return fuseboard.Outcome{}
				},
			},
		} {
			t.Run(hook+" "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					h := &heat{born: time.Now(), parts: []part{{takes: 400 * ms, deaf: true}, {takes: 50 * ms, deaf: true}}}
					r := spawn(t, start(t), hedged, h.handle, with)
					ended := make(chan struct{})
					go func() {
						defer close(ended)
						_, _ = r.Call(context.Background(), 0)
					}()
					<-ended
					time.Sleep(time.Second)
					wantTaken(t, r.Guard, 0, 0)
					if s := r.Stats(); s.Calls != 1 || s.Attempts != uint64(len(h.began)) || s.Successes+s.Failures+s.Voids != s.Attempts {
						t.Errorf("%d runs, %+v", len(h.began), s)
					}
					if crew := r.pool.Load().Crew(); crew.Running != 0 {
						t.Errorf("%+v", crew)
					}
				})
			})
		}
	}
}

// pagesOf are answers that are held, or discarded, once each.
type pagesOf struct {
	held      []Held
	given     []int
	discarded []int
}

func TestWinnersAnswerIsHeldAndLosersAreDiscarded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type page struct {
			n   int
			ctx context.Context
		}
		var all pagesOf
		h := &heat{born: time.Now(), parts: []part{{takes: 2 * time.Second, deaf: true}, {takes: 50 * ms}}}
		r := spawn(t, start(t), hedged, func(ctx context.Context, _ int) (*page, error) {
			n, err := h.run(ctx)
			return &page{n, ctx}, err
		}, With[int, *page]{
			Safe: Always[int],
			Hold: func(p *page, held Held) *page {
				all.held, all.given = append(all.held, held), append(all.given, p.n)
				return p
			},
			Discard: func(p *page) { all.discarded = append(all.discarded, p.n) },
		})
		p, err := r.Call(t.Context(), 0)
		if err != nil || p.n != 2 || len(all.given) != 1 || p.ctx.Err() != nil {
			t.Fatalf("%+v, %v; held %v", p, err, all.given)
		}
		wantTaken(t, r.Guard, 2, 1)
		time.Sleep(3 * time.Second)
		wantTaken(t, r.Guard, 1, 0)
		if len(all.discarded) != 1 || all.discarded[0] != 1 || p.ctx.Err() == context.Canceled && context.Cause(p.ctx) == ErrLost {
			t.Errorf("discarded %v; the winner's context: %v", all.discarded, context.Cause(p.ctx))
		}
		all.held[0].End(nil)
		if s := r.Stats(); s.Successes != 1 || s.Voids != 1 || s.Calls != 1 || s.Attempts != 2 || s.Hedge.Won != 1 {
			t.Errorf("%+v", s)
		}
		if s := r.Stats(); s.AttemptLatency.Count() != 2 || s.CallLatency.Count() != 1 {
			t.Errorf("%v, %v", s.CallLatency, s.AttemptLatency)
		}
		wantTaken(t, r.Guard, 0, 0)
	})
}

func TestUpdateTurnsHedgingOffAndOnWhileCallsRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		off := hedged
		off.Hedge = Hedge{}
		h, r := newHeat(t, hedged, part{takes: 500 * ms}, part{takes: 500 * ms}, part{takes: time.Hour}, part{takes: 50 * ms})
		update := func(p Policy) {
			t.Helper()
			if _, err := r.Update(t.Context(), p); err != nil {
				t.Fatal(err)
			}
		}
		time.AfterFunc(50*ms, func() { update(off) })
		if got, err := r.Call(t.Context(), 0); got != 1 || err != nil { // armed before, and then there is no hedger
			t.Errorf("%d, %v", got, err)
		}
		time.AfterFunc(50*ms, func() { update(hedged) })
		if got, err := r.Call(t.Context(), 0); got != 2 || err != nil { // it began without
			t.Errorf("%d, %v", got, err)
		}
		time.AfterFunc(120*ms, func() { update(off) })
		if got, err := r.Call(t.Context(), 0); got != 4 || err != nil { // its copy runs already
			t.Errorf("%d, %v", got, err)
		}
		if s := r.Stats().Hedge; s.Sent != 1 || s.Won != 1 || s.Wait != 0 {
			t.Errorf("%+v", s)
		}
		h.wantDiscarded(t, 3)
		wantTaken(t, r.Guard, 0, 0)
	})
}

func TestNothingIsHedgedInShadowOrBypass(t *testing.T) {
	for _, m := range []PolicyMode{ShadowPolicy, BypassPolicy} {
		synctest.Test(t, func(t *testing.T) {
			p := hedged
			p.Mode = m
			h, r := newHeat(t, p, part{takes: 500 * ms})
			if got, err := r.Call(t.Context(), 0); got != 1 || err != nil {
				t.Errorf("%d, %v", got, err)
			}
			if s := r.Stats().Hedge; s.Sent != 0 || s.Refused != (HedgeRefused{}) || len(h.began) != 1 {
				t.Errorf("%+v", s)
			}
		})
	}
}
