// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"encoding/json"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// fateOf finds the happening whose reason has these words.
func fateOf(t testing.TB, g *Guard, fate Fate, words string) Happening {
	t.Helper()
	var all []string
	for _, h := range g.Explain().Happened {
		if h.Fate == fate && strings.Contains(h.Why, words) {
			return h
		}
		all = append(all, string(h.Fate)+" "+h.Why)
	}
	t.Fatalf("no %s call with %q in %q", fate, words, all)
	return Happening{}
}

func TestExplanationTellsWhyCallsWereRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1, Queue: 1, MaxWait: time.Second}, Breaker: Breaker{Consecutive: 2}},
			func(ctx context.Context, n int) (int, error) {
				if n < 0 {
					return 0, errDown
				}
				return hang(ctx, n)
			})
		if got := r.Explain().Happened; len(got) != 0 {
			t.Errorf("nothing has happened: %+v", got)
		}
		over, end := context.WithTimeout(t.Context(), time.Nanosecond)
		defer end()
		time.Sleep(time.Nanosecond)
		_, _ = r.Call(over, 1)
		busy, free := context.WithCancel(t.Context())
		r.Ask(busy, 1)
		synctest.Wait()
		waiting := r.Ask(t.Context(), 1)
		_, _ = r.Call(t.Context(), 1)
		_, _ = r.Call(t.Context(), 1)
		_, _ = waiting.Wait(t.Context())
		free()
		synctest.Wait()
		r.gate.Suspend()
		_, _ = r.Call(t.Context(), 1)
		r.gate.Resume()
		for range 5 {
			_, _ = r.Call(t.Context(), -1)
		}
		for _, want := range []struct {
			by, words string
			count     uint64
			last      bool
		}{
			{byDeadline, "the caller's deadline passed", 1, false},
			{byBulkhead, "no permit of 1 is free and the queue of 1 is full", 2, false},
			{byBulkhead, "came free in time (bulkhead.max_wait: 1s)", 1, false},
			{byBulkhead, "its supervisor is restarting the guard", 1, false},
			{byBreaker, "2 failures in a row", 3, true},
		} {
			h := fateOf(t, r.Guard, Refused, want.words)
			if h.By != want.by || h.Count != want.count || h.Last != want.last || h.At != 0 {
				t.Errorf("%q: %+v", want.words, h)
			}
		}
		if s := r.Stats().Rejected; s != (Rejected{Breaker: 3, Bulkhead: 4, Deadline: 1}) {
			t.Errorf("%+v", s)
		}
		_ = r.Stop(t.Context())
		_, _ = r.Call(t.Context(), 1)
		if h := fateOf(t, r.Guard, Refused, "stopped"); h.By != bySystem || h.Count != 1 || !h.Last {
			t.Errorf("%+v", h)
		}
	})
}

// asked is an error that names a Retry-After.
type asked time.Duration

func (asked) Error() string               { return "throttled" }
func (a asked) RetryAfter() time.Duration { return time.Duration(a) }

// endings are the reasons for which a failure is not repeated.
var endings = []struct {
	words  string
	policy Policy
	fails  func(context.Context) error
	safe   func(int) bool
	reach  func(*Ref[int, int])
	class  fuseboard.Class
	tries  int
}{
	{words: "the policy makes one attempt", class: "error", tries: 1},
	{words: supervision.ErrAttempts.Error(), policy: Policy{Retry: twice}, safe: Always[int], class: "error", tries: 2},
	{words: supervision.ErrUnsafe.Error(), policy: Policy{Retry: twice}, class: "error", tries: 1},
	{words: "Safe hook panicked", policy: Policy{Retry: twice}, safe: func(int) bool { panic("hook") }, class: "error", tries: 1},
	{
		words: supervision.ErrClass.Error(), policy: Policy{Retry: twice}, safe: Always[int], class: "panicked", tries: 1,
		fails: func(context.Context) error { panic("bug") },
	},
	{
		words: ErrGoexit.Error(), policy: Policy{Retry: twice}, safe: Always[int], class: "panicked", tries: 1,
		fails: func(context.Context) error { runtime.Goexit(); return nil },
	},
	{
		words: supervision.ErrRetryAfter.Error(), policy: Policy{Retry: twice}, safe: Always[int], class: "throttled", tries: 1,
		fails: func(context.Context) error { return asked(time.Hour) },
	},
	{
		words: supervision.ErrNoTime.Error(), safe: Always[int], class: "error", tries: 1,
		policy: Policy{Retry: twice, Deadline: Deadline{Total: 50 * time.Millisecond}},
	},
	{
		words: supervision.ErrBudget.Error(), policy: Policy{Retry: twice}, safe: Always[int], class: "error", tries: 1,
		reach: func(r *Ref[int, int]) {
			for r.spent.Withdraw(r.clock.Now()) {
			}
		},
	},
	{
		words: "the next attempt was refused by breaker", safe: Always[int], class: "error", tries: 1,
		policy: Policy{Retry: twice, Breaker: Breaker{Consecutive: 1}},
	},
	{
		words: "its caller left", policy: Policy{Retry: twice}, safe: Always[int], class: "error", tries: 1,
		reach: func(r *Ref[int, int]) {
			ctx, leave := context.WithCancelCause(context.Background())
			time.AfterFunc(time.Millisecond, func() { leave(&CallError{Dependency: "other", by: byBreaker, Cause: ErrOpen}) })
			_, _ = r.Call(ctx, 1)
		},
	},
	{
		words: "the guard was stopped", policy: Policy{Retry: twice}, safe: Always[int], class: "error", tries: 1,
		reach: func(r *Ref[int, int]) {
			r.Ask(context.Background(), 1)
			synctest.Wait()
			_ = r.Stop(context.Background())
		},
	},
}

func TestExplanationTellsWhyFailuresWereNotRepeated(t *testing.T) {
	for _, c := range endings {
		t.Run(c.words, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				fails := c.fails
				if fails == nil {
					fails = func(context.Context) error { return errDown }
				}
				r := spawn(t, start(t), c.policy, func(ctx context.Context, _ int) (int, error) { return 0, fails(ctx) },
					With[int, int]{Safe: c.safe})
				if c.reach != nil {
					c.reach(r)
				}
				if !r.hasStopped() && c.words != "its caller left" {
					_, _ = r.Ask(t.Context(), 1).Wait(t.Context())
				}
				h := fateOf(t, r.Guard, GivenUp, c.words)
				if h.Count != 1 || h.Class != c.class || h.Attempts != c.tries || h.By != "" {
					t.Errorf("%+v", h)
				}
				checkFates(t, r.Guard)
				if text := r.Explain().String(); !strings.Contains(text, "1 failure not repeated") {
					t.Error(text)
				}
			})
		})
	}
}

// checkFates: every failure was either repeated or given up, every refusal is
// counted once.
func checkFates(t testing.TB, g *Guard) {
	t.Helper()
	n := map[Fate]uint64{}
	for _, h := range g.Explain().Happened {
		n[h.Fate] += h.Count
	}
	s := g.Stats()
	if r := s.Rejected; n[Refused] != r.Breaker+r.Bulkhead+r.Deadline+r.Stopped || n[Repeated] != s.Retries || n[Repeated]+n[GivenUp] != s.Failures {
		t.Errorf("%v, %+v", n, s)
	}
}

func TestExplanationTellsOfTheLastRepetition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		r := spawn(t, start(t), Policy{Retry: twice}, func(context.Context, int) (int, error) {
			if tries++; tries == 1 {
				return 0, errDown
			}
			return 1, nil
		}, With[int, int]{Safe: Always[int]})
		if _, err := r.Call(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Second)
		e := r.Explain()
		if len(e.Happened) != 1 {
			t.Fatalf("%+v", e.Happened)
		}
		want := Happening{Fate: Repeated, Count: 1, Class: "error", Attempts: 2, After: 100 * time.Millisecond, At: e.At.Add(-3 * time.Second)}
		if e.Happened[0] != want {
			t.Errorf("%+v", e.Happened[0])
		}
		if text := strings.Join(strings.Fields(e.String()), " "); !strings.Contains(text,
			"1 attempt repeated; the last one 3s ago, as attempt 2, 100ms after a failure of class error") {
			t.Error(text)
		}
		data, err := json.Marshal(e)
		if text := string(data); err != nil || !strings.Contains(text,
			`"happened":[{"fate":"repeated","count":1,"class":"error","attempts":2,"after":"100ms","at":"100ms"}]`) {
			t.Errorf("%s, %v", text, err)
		}
	})
}

func TestEveryFailureOfAStormIsToldOnce(t *testing.T) {
	sys := start(t)
	r := spawn(t, sys, Policy{
		Bulkhead: Bulkhead{Concurrency: 2, Queue: 2, MaxWait: time.Millisecond}, Breaker: Breaker{Consecutive: 6, OpenFor: time.Millisecond},
		Retry: Retry{Attempts: 3, Backoff: Backoff{Base: time.Microsecond}},
	}, func(_ context.Context, n int) (int, error) {
		if n%3 != 0 {
			return 0, errDown
		}
		return n, nil
	}, With[int, int]{Safe: Always[int]})
	var work sync.WaitGroup
	for range 8 {
		work.Go(func() {
			for n := range 300 {
				if n%2 == 0 {
					_, _ = r.Ask(t.Context(), n).Wait(t.Context())
				} else {
					_, _ = r.Call(t.Context(), n)
				}
				if n%50 == 0 {
					_ = r.Explain().String()
				}
			}
		})
	}
	work.Wait()
	checkFates(t, r.Guard)
}

func TestRepetitionsForetoldAreThoseThatHappen(t *testing.T) {
	policies := map[string]Retry{
		"defaults": {Attempts: 2},
		"fixed":    {Attempts: 2, Backoff: Backoff{Kind: supervision.Constant, Base: time.Second, Jitter: supervision.NoJitter}},
		"only":     {Attempts: 2, Only: []fuseboard.Class{"timeout", "panicked", "own", "downstream"}},
		"once":     {Attempts: 1},
		"off":      {},
	}
	for name, retry := range policies {
		for hook, safe := range map[string]func(int) bool{"no hook": nil, "always": Always[int], "never": Never[int]} {
			t.Run(name+" "+hook, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					class := fuseboard.ClassError
					var began []time.Time
					p := Policy{Retry: retry, Deadline: Deadline{Total: time.Hour}}
					sys := start(t)
					g, err := Protect(sys, "payments", p)
					if err != nil {
						t.Fatal(err)
					}
					r, err := Bind(g, "charge", func(context.Context, int) (int, error) {
						began = append(began, time.Now())
						return 0, errDown
					}, With[int, int]{Safe: safe, Classify: func(int, error) fuseboard.Outcome {
						return fuseboard.Outcome{Kind: fuseboard.Failure, Class: class}
					}})
					if err != nil {
						t.Fatal(err)
					}
					for _, foretold := range r.Explain().Operations[0].Classes {
						class = foretold.Class
						for range 5 {
							began = nil
							_, err := r.Call(t.Context(), 1)
							again := len(began) == 2
							if want := foretold.Repeated && (!foretold.IfSafe || hook == "always"); again != want {
								t.Errorf("%+v: %d attempts, %v", foretold, len(began), err)
							}
							if again && (began[1].Sub(began[0]) < foretold.Least || began[1].Sub(began[0]) > foretold.Most) {
								t.Errorf("%+v: after %v", foretold, began[1].Sub(began[0]))
							}
							if why := callError(t, err).Why; !foretold.Repeated && why != nil && why.Error() != foretold.Why {
								t.Errorf("%+v: %v", foretold, why)
							}
						}
					}
				})
			})
		}
	}
}

func TestRepetitionsSayWhatStandsAgainstThemNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPatient(t, explained)
		last := func() string { return p.Explain().Operations[1].Repeated }
		for _, step := range []struct {
			reach func()
			want  string
		}{
			{func() {}, "now the budget allows 10 repetitions"},
			{func() {
				for p.spent.Withdraw(p.sys.Now()) {
				}
			}, "none now: the budget is used up"},
			{func() { p.later(15 * time.Second); p.trip() }, "none now: the circuit would refuse it"},
			{func() { _ = p.Stop(context.Background()) }, "none now: the guard has stopped"},
		} {
			step.reach()
			if !strings.HasSuffix(last(), step.want) {
				t.Errorf("%q, want %q", last(), step.want)
			}
		}
	})
}

func TestDefaultsInWordsAreInTheirPlace(t *testing.T) {
	r := spawn(t, start(t), Policy{
		Breaker:  Breaker{Weights: map[fuseboard.Class]float64{"own": 2}},
		Bulkhead: Bulkhead{Concurrency: 3, MaxWait: time.Second}, Retry: Retry{Attempts: 3},
	}, echo)
	var paths []string
	for _, stage := range r.Explain().Stages {
		for _, s := range stage.Settings {
			paths = append(paths, s.Path+" "+s.Value)
		}
	}
	all := strings.Join(paths, ", ")
	for _, want := range []string{
		"bulkhead.concurrency 3, bulkhead.queue 0, bulkhead.max_wait 1s",
		"retry.budget.window 10s, retry.only by class, retry.max_retry_after 30s",
		"breaker.weights.own 2, breaker.weights by class",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in %s", want, all)
		}
	}
}
