// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// sum is how many failures were not repeated, for whatever reason.
func (n NotRepeated) sum() (all uint64) {
	v := reflect.ValueOf(n)
	for i := range v.NumField() {
		all += v.Field(i).Uint()
	}
	return all
}

// classified fails in the class that the request names; "ok" succeeds.
func classified(out fuseboard.Outcome) With[string, int] {
	return With[string, int]{Safe: Always[string], Classify: func(int, error) fuseboard.Outcome { return out }}
}

func TestEveryFailureThatIsNotRepeatedHasOneReason(t *testing.T) {
	failing := fuseboard.Outcome{Kind: fuseboard.Failure}
	patient := Policy{Retry: Retry{Attempts: 2, Backoff: Backoff{Base: time.Second, Jitter: supervision.NoJitter}}}
	with := func(change func(*Policy)) Policy {
		p := patient
		change(&p)
		return p
	}
	of := func(change func(*fuseboard.Outcome)) With[string, int] {
		out := failing
		change(&out)
		return classified(out)
	}
	for _, c := range []struct {
		name   string
		policy Policy
		hooks  With[string, int]
		want   NotRepeated
	}{
		{"attempts", patient, classified(failing), NotRepeated{Attempts: 1}},
		{"attempts of the class", with(func(p *Policy) {
			p.Retry.Classes = map[fuseboard.Class]ClassRetry{"own": {Attempts: 1}}
		}), of(func(o *fuseboard.Outcome) { o.Class = "own" }), NotRepeated{Attempts: 1}},
		{"class", with(func(p *Policy) { p.Retry.Only = []fuseboard.Class{"reset"} }), classified(failing), NotRepeated{Class: 1}},
		{"unsafe", patient, With[string, int]{}, NotRepeated{Unsafe: 1}},
		{"a panicking hook", patient, With[string, int]{Safe: func(string) bool { panic("no") }}, NotRepeated{Unsafe: 1}},
		{"final", patient, of(func(o *fuseboard.Outcome) { o.Final = true }), NotRepeated{Final: 1}},
		{"innermost", with(func(p *Policy) { p.Retry.Innermost = true }), of(func(o *fuseboard.Outcome) { o.Repeats = 1 }), NotRepeated{Innermost: 1}},
		{"retry-after", patient, of(func(o *fuseboard.Outcome) { o.RetryAfter = time.Hour }), NotRepeated{RetryAfter: 1}},
		{"no time", with(func(p *Policy) { p.Deadline.Total = time.Second }), classified(failing), NotRepeated{Deadline: 1}},
		{"budget", with(func(p *Policy) {
			p.Retry.Budget = Budget{MinPerSecond: 1, Window: time.Second, Weights: map[fuseboard.Class]float64{"error": 2}}
		}), classified(failing), NotRepeated{Budget: 1}},
		{"circuit", with(func(p *Policy) { p.Breaker = Breaker{Consecutive: 1, OpenFor: time.Hour} }), classified(failing), NotRepeated{Breaker: 1}},
		{"one attempt", Policy{Retry: Retry{Attempts: 1}}, classified(failing), NotRepeated{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := spawn(t, start(t), c.policy, func(context.Context, string) (int, error) { return 0, errDown }, c.hooks)
				if _, err := r.Call(t.Context(), "x"); err == nil {
					t.Fatal("did not fail")
				}
				s := r.Stats()
				if s.NotRepeated != c.want || s.Failed != 1 || s.Suppressed != s.NotRepeated.Budget {
					t.Errorf("%+v, %d failed, %d suppressed, want %+v", s.NotRepeated, s.Failed, s.Suppressed, c.want)
				}
			})
		})
	}
}

func TestARepetitionThatDoesNotComeAboutIsCountedByWhatStopsIt(t *testing.T) {
	slow := Policy{Retry: Retry{Attempts: 2, Backoff: Backoff{Base: time.Second, Jitter: supervision.NoJitter}}}
	for _, c := range []struct {
		name   string
		policy Policy
		during func(*testing.T, *Ref[int, int], context.CancelFunc)
		want   NotRepeated
	}{
		{"its caller leaves", slow, func(_ *testing.T, _ *Ref[int, int], leave context.CancelFunc) { leave() }, NotRepeated{Left: 1}},
		{"the guard stops", slow, func(t *testing.T, r *Ref[int, int], _ context.CancelFunc) { _ = r.Stop(t.Context()) }, NotRepeated{Stopped: 1}},
		{"a command opens the circuit", slow, func(t *testing.T, r *Ref[int, int], _ context.CancelFunc) {
			if err := r.Command(t.Context(), Command{Mode: HoldOpen, Reason: "drill", By: "test", TTL: time.Hour}); err != nil {
				t.Error(err)
			}
		}, NotRepeated{Breaker: 1}},
		{"the permits are gone", Policy{Retry: slow.Retry, Bulkhead: Bulkhead{Concurrency: 1}}, func(t *testing.T, r *Ref[int, int], _ context.CancelFunc) {
			r.Ask(t.Context(), -1)
		}, NotRepeated{Refused: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := spawn(t, start(t), c.policy, func(_ context.Context, n int) (int, error) {
					if n < 0 {
						time.Sleep(time.Hour)
						return 0, nil
					}
					return 0, errDown
				}, With[int, int]{Safe: Always[int]})
				ctx, leave := context.WithCancel(t.Context())
				defer leave()
				f := r.Ask(ctx, 1)
				time.Sleep(500 * time.Millisecond)
				c.during(t, r, leave)
				_, _ = f.Wait(t.Context())
				if s := r.Stats(); s.NotRepeated != c.want {
					t.Errorf("%+v, want %+v", s.NotRepeated, c.want)
				}
			})
		})
	}
}

func TestAHandlerThatEndsItsGoroutineIsFinal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Retry: twice}, func(context.Context, int) (int, error) { runtime.Goexit(); return 0, nil })
		_, _ = r.Ask(t.Context(), 1).Wait(t.Context())
		if s := r.Stats(); s.NotRepeated != (NotRepeated{Final: 1}) {
			t.Errorf("%+v", s.NotRepeated)
		}
	})
}

func TestAmplificationIsOfLateAndNamesItsCauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Policy{Retry: Retry{Attempts: 2, Backoff: Backoff{Base: 1, Jitter: supervision.NoJitter}, Budget: Budget{MinPerSecond: 1, Ratio: 0.2}}}
		ends := []error{nil, context.DeadlineExceeded, syscall.ECONNRESET}
		r := spawn(t, start(t), p, func(_ context.Context, how int) (int, error) { return 0, ends[how] }, With[int, int]{Safe: Always[int]})
		if a := r.Stats().Amplification; a.Ratio != 1 || a.Calls != 0 {
			t.Errorf("before the first call: %+v", a)
		}
		time.Sleep(time.Minute)
		for i := range 100 {
			switch {
			case i < 30:
				_, _ = r.Call(t.Context(), 1)
			case i < 40:
				_, _ = r.Call(t.Context(), 2)
			default:
				_, _ = r.Call(t.Context(), 0)
			}
		}
		s := r.Stats()
		a := s.Amplification
		if a.Calls != 100 || a.Repeats != int(s.Retries) || a.Suppressed != 40-a.Repeats || a.Ratio != 1+float64(a.Repeats)/100 || a.Repeats == 0 || a.Suppressed == 0 {
			t.Errorf("%+v of %+v", a, s)
		}
		if len(a.Causes) != 2 || !reflect.DeepEqual(a.Causes, []Repeats{{Class: fuseboard.ClassTimeout, Count: s.Repeated[0].Count}, {Class: fuseboard.ClassReset, Count: s.Repeated[1].Count}}) {
			t.Errorf("%+v, %+v", a.Causes, s.Repeated)
		}
		if words := r.Explain().String(); !strings.Contains(strings.Join(strings.Fields(words), " "), a.String()) {
			t.Errorf("%q is not in\n%s", a.String(), words)
		}
		time.Sleep(time.Minute)
		if late := r.Stats(); late.Amplification.Ratio != 1 || late.Amplification.Calls != 0 || !reflect.DeepEqual(late.Repeated, s.Repeated) {
			t.Errorf("a minute later: %+v", late)
		}
	})
}

func TestAmplificationCountsWhatHopsFurtherInRepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Policy{Retry: Retry{Attempts: 4}}
		r := spawn(t, start(t), p, echo, With[int, int]{Safe: Always[int], Classify: func(n int, _ error) fuseboard.Outcome {
			if n > 0 {
				return fuseboard.Outcome{Kind: fuseboard.Success, Repeats: n}
			}
			return fuseboard.Outcome{Kind: fuseboard.Success}
		}})
		for n := range 3 {
			_, _ = r.Call(t.Context(), n)
		}
		if a := r.Stats().Amplification; a.Inner != 3 || a.Ratio != 2 || a.Repeats != 0 {
			t.Errorf("%+v", a)
		}
	})
}

func TestKeysAndGroupsAddUpAmplificationsAlsoOfOwnClasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		eu, err := sys.Group("eu", GroupPolicy{})
		if err != nil {
			t.Fatal(err)
		}
		own := With[int, int]{Safe: Always[int], Classify: func(n int, _ error) fuseboard.Outcome {
			return fuseboard.Outcome{Kind: fuseboard.Failure, Class: [...]fuseboard.Class{"stale", "torn"}[n%2]}
		}}
		p := Policy{Retry: Retry{Attempts: 2, Backoff: Backoff{Base: 1}}}
		k, err := SpawnKeyed(eu, "tenants", echo, p, KeyLimits{Max: 4}, own)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 7 {
			_, _ = k.Call(t.Context(), string(rune('a'+n%4)), n)
		}
		want := []Repeats{{Class: "stale", Count: 4}, {Class: "torn", Count: 3}}
		s, g := k.Stats(), eu.Stats()
		if a := s.Amplification; a.Ratio != 2 || a.Calls != 7 || !reflect.DeepEqual(a.Causes, want) || !reflect.DeepEqual(g.Amplification, a) {
			t.Errorf("%+v, %+v", a, g.Amplification)
		}
		if !reflect.DeepEqual(s.Repeated, want) || s.NotRepeated.Attempts != 7 || g.NotRepeated != s.NotRepeated {
			t.Errorf("%+v, %+v, %+v", s.Repeated, s.NotRepeated, g.NotRepeated)
		}
		time.Sleep(2 * time.Hour) // all keys are forgotten
		if s := k.Stats(); s.Keys != 0 || !reflect.DeepEqual(s.Repeated, want) || s.NotRepeated.Attempts != 7 || s.Amplification.Ratio != 1 {
			t.Errorf("%+v", s)
		}
	})
}

// envoy#30205: retries in their backoff were not counted, and all were released at once.
func TestP11_CallsThatBackOffTogetherAreRepeatedWithinTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Policy{Retry: Retry{
			Attempts: 2, Backoff: Backoff{Base: time.Second, Jitter: supervision.NoJitter}, Budget: Budget{Ratio: 0.1, MinPerSecond: 1, Window: 2 * time.Second},
		}}
		r := spawn(t, start(t), p, func(context.Context, int) (int, error) { time.Sleep(time.Millisecond); return 0, errDown }, With[int, int]{Safe: Always[int]})
		var all []*Future[int]
		for n := range 50 {
			all = append(all, r.Ask(t.Context(), n))
		}
		time.Sleep(500 * time.Millisecond) // all have failed, and none of the backoffs is over
		if s := r.Stats(); s.Amplification.Repeats != 7 || s.Suppressed != 43 || s.Retries != 0 {
			t.Errorf("in the backoff: %+v", s)
		}
		for _, f := range all {
			_, _ = f.Wait(t.Context())
		}
		if s := r.Stats(); s.Retries != 7 || s.Attempts != 57 {
			t.Errorf("%d repetitions, 2 a window and a tenth of 50 calls are allowed", s.Retries)
		}
	})
}

// failsafe-go#139 and #141: a spent budget ended the original call that was in flight.
func TestP11_ASpentBudgetEndsNoCallThatRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Policy{Retry: Retry{Attempts: 2, Backoff: Backoff{Base: 1}, Budget: Budget{Ratio: 0.01, MinPerSecond: 1, Window: time.Second}}}
		r := spawn(t, start(t), p, func(ctx context.Context, n int) (int, error) {
			if n < 0 {
				return 0, errDown
			}
			time.Sleep(time.Second)
			return n, ctx.Err()
		}, With[int, int]{Safe: Always[int]})
		running := r.Ask(t.Context(), 7)
		time.Sleep(500 * time.Millisecond)
		for range 20 {
			_, _ = r.Call(t.Context(), -1)
		}
		if left := r.Stats().BudgetLeft; left != 0 {
			t.Fatalf("%d left", left)
		}
		if n, err := running.Wait(t.Context()); n != 7 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	})
}

// finagle#956: each attempt deposited, so that repetitions paid for repetitions.
func TestP11_ACallDepositsOnceHoweverManyAttemptsItHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), Policy{Retry: Retry{Attempts: 5, Backoff: Backoff{Base: 1}}}, fail, With[int, int]{Safe: Always[int]})
		for _, way := range []func(){
			func() { _, _ = r.Call(t.Context(), 1) },
			func() { _, _ = r.Ask(t.Context(), 1).Wait(t.Context()) },
			func() { _, _ = r.sys.root.RequestFuture(r.PID(), r.Message(t.Context(), 1), time.Hour).Result() },
		} {
			before := r.Stats().Amplification
			way()
			if after := r.Stats().Amplification; after.Calls != before.Calls+1 || after.Repeats != before.Repeats+4 {
				t.Errorf("%+v, then %+v", before, after)
			}
		}
	})
}

func TestDecorrelatedWaitsGrowFromTheWaitBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Policy{Retry: Retry{Attempts: 8, Backoff: Backoff{Base: 100 * time.Millisecond, Max: time.Hour, Jitter: supervision.DecorrelatedJitter}}}
		var began []time.Time
		r := spawn(t, start(t), p, func(context.Context, int) (int, error) { began = append(began, time.Now()); return 0, errDown }, With[int, int]{Safe: Always[int]})
		grown := 0
		for range 50 {
			began = nil
			_, _ = r.Call(t.Context(), 1)
			last := 100 * time.Millisecond
			for i := range began[1:] {
				wait := began[i+1].Sub(began[i])
				if wait < 100*time.Millisecond || wait > 3*last {
					t.Fatalf("wait %d is %s after %s", i+1, wait, last)
				}
				if last = wait; wait > 900*time.Millisecond { // more than three times the longest second wait
					grown++
				}
			}
		}
		if grown == 0 {
			t.Error("the wait before does not count")
		}
	})
}

func TestPoliciesOfClassesTravelAsFiles(t *testing.T) {
	const file = `{"retry":{"backoff":{"jitter":"equal"},"budget":{"weights":{"timeout":2.5}},"classes":{"throttled":{"attempts":2,"backoff":{"base":"1s","jitter":"decorrelated"}},"timeout":{"attempts":1}}}}`
	var p Policy
	if err := p.UnmarshalJSON([]byte(file)); err != nil {
		t.Fatal(err)
	}
	if data, err := p.MarshalJSON(); err != nil || string(data) != file {
		t.Errorf("%s, %v", data, err)
	}
	if problems := p.Validate(); problems.Err() != nil {
		t.Error(problems)
	}
	var typo Policy
	err := typo.UnmarshalJSON([]byte(`{"retry":{"classes":{"timeout":{"atempts":2}}}}`))
	if problems, ok := errors.AsType[Problems](err); !ok || problems[0].Path != "retry.classes.timeout.atempts" {
		t.Error(err)
	}
	settings := map[string]Setting{}
	r := spawn(t, start(t), p, echo)
	for _, stage := range r.Explain().Stages {
		for _, s := range stage.Settings {
			settings[s.Path] = s
		}
	}
	for path, want := range map[string]Setting{
		"retry.budget.weights.timeout":         {Value: "2.5", Origin: Given},
		"retry.classes.throttled.backoff.base": {Value: "1s", Origin: Given},
		"retry.classes.throttled.backoff.max":  {Value: "5s", Origin: Default},
		"retry.classes.timeout.attempts":       {Value: "1", Origin: Given},
	} {
		if want.Path = path; settings[path] != want {
			t.Errorf("%+v, want %+v", settings[path], want)
		}
	}
}

func TestAnUpdateNamesTheClassThatChanged(t *testing.T) {
	r := spawn(t, start(t), Policy{Retry: Retry{Attempts: 3}}, echo)
	next := Policy{Retry: Retry{Attempts: 3, Classes: map[fuseboard.Class]ClassRetry{
		"timeout": {Attempts: 2}, "reset": {Attempts: 3}, "refused": {}, // the last two say what holds anyway
	}, Budget: Budget{Weights: map[fuseboard.Class]float64{"timeout": 2, "reset": 1}}}}
	change, err := r.Update(t.Context(), next)
	if err != nil || !reflect.DeepEqual(change.Changed, []string{"retry.budget.weights.timeout", "retry.classes.timeout"}) {
		t.Errorf("%v, %v", change.Changed, err)
	}
	next.Retry.Classes["timeout"] = ClassRetry{Attempts: 9} // the caller's own
	if r.Policy().Retry.Classes["timeout"].Attempts != 2 {
		t.Error("a policy changed by the hand that gave it")
	}
	given := r.Policy()
	given.Retry.Classes["timeout"] = ClassRetry{Attempts: 1}
	if change, err = r.Update(t.Context(), given); err != nil || !reflect.DeepEqual(change.Changed, []string{"retry.classes.timeout.attempts"}) {
		t.Errorf("%v, %v", change.Changed, err)
	}
}
