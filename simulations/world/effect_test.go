// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"errors"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// share is how many of 10000 requests fail with the class at once, or after the time.
func share(d *Dependency, class fuseboard.Class, after time.Duration) float64 {
	const requests = 10_000
	answers := make([]<-chan answer, requests)
	for i := range answers {
		c := make(chan answer, 1)
		answers[i] = c
		go func() {
			begin := time.Now()
			err := d.Serve(WithRequest(context.Background(), &Request{Load: "share", Number: uint64(i)}))
			c <- answer{err, time.Since(begin)}
		}()
	}
	n := 0
	for _, c := range answers {
		var e *Error
		if a := <-c; errors.As(a.err, &e) && e.Class == class && a.took == after {
			n++
		}
	}
	return float64(n) / requests
}

func near(got, want, by float64) bool { return math.Abs(got-want) <= by }

func TestErrorsHaveTheirShareAndTheirClass(t *testing.T) {
	for class, after := range map[string]time.Duration{"": 40 * ms, "error": 40 * ms, "timeout": 40 * ms, "throttled": 40 * ms, "refused": 0, "reset": 0} {
		in(t, constant(40*ms), func(t *testing.T, d *Dependency) {
			end := d.Begin(Effect{Errors: 0.3, Class: class})
			want := fuseboard.Class(class)
			if class == "" {
				want = fuseboard.ClassError
			}
			if got := share(d, want, after); !near(got, 0.3, 0.02) {
				t.Errorf("%q: %g fail", class, got)
			}
			end()
			if got := share(d, want, after); got != 0 {
				t.Errorf("%q: %g fail after the end", class, got)
			}
		})
	}
}

func TestEveryErrorIsOfItsClassForTheGuard(t *testing.T) {
	for _, class := range classes {
		err := error(&Error{Dependency: "payments", Class: class})
		if o := supervision.Classify(err, false); o.Kind != fuseboard.Failure || o.Class != class {
			t.Errorf("%s: %+v", class, o)
		}
	}
	err := &Error{Dependency: "payments", Class: fuseboard.ClassThrottled, After: 3 * time.Second}
	if o := supervision.Classify(err, false); o.Class != fuseboard.ClassThrottled || o.RetryAfter != 3*time.Second {
		t.Errorf("%+v", o)
	}
	if o := supervision.Classify(ErrImpatient, false); o.Class != fuseboard.ClassTimeout || !errors.Is(ErrImpatient, context.DeadlineExceeded) {
		t.Errorf("%+v", o)
	}
}

func TestEffectsAddUp(t *testing.T) {
	in(t, Model{Latency: Latency{Kind: Constant, Median: 40 * ms}, Errors: 0.5}, func(t *testing.T, d *Dependency) {
		d.Begin(Effect{Errors: 0.5, Latency: Stretch{Times: 3}})
		d.Begin(Effect{Errors: 0.5, Latency: Stretch{Plus: time.Second}})
		if got := share(d, fuseboard.ClassError, 1120*ms); !near(got, 0.875, 0.02) {
			t.Errorf("%g fail", got)
		}
		d.Begin(Effect{Latency: Stretch{Exactly: 7 * ms}})
		if a := <-ask(d, Request{}, time.Hour); a.took != 7*ms {
			t.Errorf("%+v", a)
		}
	})
}

func TestARampGrowsEvenly(t *testing.T) {
	in(t, constant(100*ms), func(t *testing.T, d *Dependency) {
		d.Begin(Effect{Latency: Stretch{Times: 11}, Ramp: 10 * time.Second})
		begun := time.Now()
		for _, c := range []struct{ at, want time.Duration }{{0, 100 * ms}, {5 * time.Second, 600 * ms}, {10 * time.Second, 1100 * ms}, {time.Minute, 1100 * ms}} {
			time.Sleep(c.at - time.Since(begun))
			if a := <-ask(d, Request{}, time.Hour); a.took != c.want {
				t.Errorf("after %s: %s, want %s", c.at, a.took, c.want)
			}
		}
	})
	in(t, Model{}, func(t *testing.T, d *Dependency) {
		d.Begin(Effect{Errors: 1, Ramp: 10 * time.Second})
		time.Sleep(2500 * ms)
		if got := share(d, fuseboard.ClassError, 0); !near(got, 0.25, 0.02) {
			t.Errorf("%g fail after a quarter", got)
		}
	})
}

func TestAnEffectIsOnThoseConcernedAlone(t *testing.T) {
	in(t, constant(time.Second), func(t *testing.T, d *Dependency) {
		hit := Request{Operation: "charge", Tenant: "acme", Node: 2}
		for name, e := range map[string]Effect{
			"operation": {Operations: []string{"refund", "charge"}}, "tenant": {Tenants: []string{"acme"}}, "node": {Nodes: []int{1, 2}},
			"all": {Operations: []string{"charge"}, Tenants: []string{"acme"}, Nodes: []int{2}},
		} {
			e.Errors, e.Class = 1, "refused"
			end := d.Begin(e)
			if a := <-ask(d, hit, time.Hour); a.err == nil {
				t.Errorf("%s: one concerned is served", name)
			}
			for _, other := range []Request{{}, {Operation: "status", Tenant: "other", Node: 3}} {
				if a := <-ask(d, other, time.Hour); a.err != nil {
					t.Errorf("%s: %+v is concerned", name, other)
				}
			}
			end()
		}
	})
}

func TestHungWorkEndsWithItsCallerAndAbandonedWithTheFault(t *testing.T) {
	for fate, busy := range map[Abandoned]int{WorksOn: 1, Dropped: 1, Cancelled: 0} {
		m := server(40*ms, 3, 0)
		m.Abandoned = fate
		in(t, m, func(t *testing.T, d *Dependency) {
			end := d.Begin(Effect{Hang: 1})
			a := <-ask(d, Request{}, 5*time.Second)
			if !errors.Is(a.err, context.DeadlineExceeded) || a.took != 5*time.Second {
				t.Errorf("%s: %+v", fate, a)
			}
			time.Sleep(time.Hour)
			if n := d.Numbers(); n.Busy != busy {
				t.Errorf("%s: %+v", fate, n)
			}
			later := ask(d, Request{}, 5*time.Second)
			end()
			synctest.Wait()
			if n := d.Numbers(); n.Busy != 1 || n.Wasted != 0 { // whose caller still waits is never answered
				t.Errorf("%s: %+v", fate, n)
			}
			if a := <-later; a.err == nil {
				t.Errorf("%s: a request that hangs is answered", fate)
			}
			if synctest.Wait(); d.Numbers().Busy != 0 {
				t.Errorf("%s: %+v", fate, d.Numbers())
			}
		})
	}
}

func TestLessCapacityEndsNoWorkAndLetsFewerIn(t *testing.T) {
	in(t, server(time.Second, 10, 10), func(t *testing.T, d *Dependency) {
		var answers []<-chan answer
		for range 10 {
			answers = append(answers, ask(d, Request{}, time.Hour))
		}
		end := d.Begin(Effect{Capacity: 0.11}) // 2 of 10
		d.Begin(Effect{Capacity: 0.5})
		for range 5 {
			answers = append(answers, ask(d, Request{}, time.Hour))
		}
		if n := d.Numbers(); n.Busy != 10 || n.Waiting != 5 {
			t.Errorf("%+v", n)
		}
		time.Sleep(1500 * ms)
		if n := d.Numbers(); n.Busy != 2 || n.Waiting != 3 || n.Served != 10 {
			t.Errorf("%+v", n)
		}
		end()
		if n := d.Numbers(); n.Busy != 5 || n.Waiting != 0 {
			t.Errorf("with half of it: %+v", n)
		}
		for _, c := range answers {
			if a := <-c; a.err != nil {
				t.Error(a.err)
			}
		}
	})
}

func TestACrashLosesAllWorkAndIsFollowedByAWarmUp(t *testing.T) {
	m := server(time.Second, 1, 5)
	m.WarmUp = WarmUp{For: 10 * time.Second, From: 0.5}
	in(t, m, func(t *testing.T, d *Dependency) {
		if a := <-ask(d, Request{}, time.Hour); a.took != time.Second {
			t.Errorf("before: %+v", a)
		}
		<-ask(d, Request{}, ms) // its work goes on
		working, waiting := ask(d, Request{}, time.Hour), ask(d, Request{}, time.Hour)
		end := d.Begin(Effect{Crash: true})
		for _, c := range []<-chan answer{working, waiting} {
			if a := <-c; a.err == nil || a.err.Error() != "payments: reset" || a.took != 0 {
				t.Errorf("under way: %+v", a)
			}
		}
		synctest.Wait()
		if n := d.Numbers(); n.Busy != 0 || n.Waiting != 0 || n.Failed != 2 || n.Wasted != 0 {
			t.Errorf("%+v", n)
		}
		if a := <-ask(d, Request{}, time.Hour); a.err == nil || a.err.Error() != "payments: refused" || a.took != 0 {
			t.Errorf("during: %+v", a)
		}
		time.Sleep(time.Minute)
		end()
		end() // once more does nothing
		if a := <-ask(d, Request{}, time.Hour); a.err != nil || a.took != 2*time.Second {
			t.Errorf("after: %+v", a)
		}
		time.Sleep(3 * time.Second) // half of the warm-up
		if a := <-ask(d, Request{}, time.Hour); !near(a.took.Seconds(), 1/0.75, 0.001) {
			t.Errorf("half warm: %+v", a)
		}
		time.Sleep(10 * time.Second)
		if a := <-ask(d, Request{}, time.Hour); a.took != time.Second {
			t.Errorf("warm: %+v", a)
		}
	})
}

func TestACrashOfSomeLeavesTheOthersAlone(t *testing.T) {
	in(t, constant(time.Second), func(t *testing.T, d *Dependency) {
		one, two := ask(d, Request{Node: 1}, time.Hour), ask(d, Request{Node: 2}, time.Hour)
		d.Begin(Effect{Crash: true, Nodes: []int{2}})()
		if a := <-two; a.err == nil || a.took != 0 {
			t.Errorf("concerned: %+v", a)
		}
		d.Begin(Effect{Crash: true, Nodes: []int{2}})
		if a := <-one; a.err != nil || a.took != time.Second {
			t.Errorf("not concerned: %+v", a)
		}
	})
}

func TestAColdStartIsSlow(t *testing.T) {
	m := constant(time.Second)
	m.WarmUp = WarmUp{For: time.Minute, Cold: true}
	in(t, m, func(t *testing.T, d *Dependency) {
		if a := <-ask(d, Request{}, time.Hour); a.took != 10*time.Second {
			t.Errorf("%+v", a)
		}
	})
}

func TestAnAnswerInTheInstantOfTheDeadlineIsTaken(t *testing.T) {
	in(t, constant(time.Second), func(t *testing.T, d *Dependency) {
		for range 50 {
			if a := <-ask(d, Request{}, time.Second); a.err != nil {
				t.Error(a.err)
			}
		}
		done := make(chan struct{})
		close(done)
		for after, want := range map[time.Duration]ending{0: goesOn, 1: left} { // the timer has not rung yet
			v := visit{step: works, life: d.life, timer: time.NewTimer(time.Hour), ends: d.now() + after}
			if got := d.work(&v, done); got != want {
				t.Errorf("where the work ends %s after the deadline: %d, want %d", after, got, want)
			}
		}
	})
}
