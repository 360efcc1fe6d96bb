// SPDX-License-Identifier: Apache-2.0

package strategy_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
	"github.com/fuseboard/fuseboard/supervision/strategy"
)

// recorder is a supervisor that notes what it is told to do.
type recorder struct{ s *stage }

func (r recorder) Children() []*actor.PID            { panic("asked for children, as a guardian cannot be") }
func (r recorder) EscalateFailure(reason, _ any)     { r.s.note(fmt.Sprint("escalate ", reason)) }
func (r recorder) RestartChildren(pid ...*actor.PID) { r.s.note("restart " + pid[0].Id) }
func (r recorder) StopChildren(pid ...*actor.PID)    { r.s.note("stop " + pid[0].Id) }
func (r recorder) ResumeChildren(pid ...*actor.PID)  { r.s.note("resume " + pid[0].Id) }

// asked is a request that notes what is done about it.
type asked struct {
	s     *stage
	fault supervision.Fault
	retry supervision.Retry
}

func (a *asked) Fault() (supervision.Fault, supervision.Retry) {
	careless := a.fault
	careless.Restarts, careless.Broken = 20, true // the strategy knows better
	return careless, a.retry
}

func (a *asked) Record(fuseboard.Instant)                      { a.s.note("record") }
func (a *asked) Afford(fuseboard.Instant, time.Duration) error { return nil }
func (a *asked) Context() context.Context                      { return context.Background() }
func (a *asked) Again()                                        { a.s.note("again") }
func (a *asked) Answer(why error)                              { a.s.note("answer " + why.Error()) }

// script is a random life of one child, to be played on a stage.
type script struct {
	options  strategy.Options
	retry    supervision.Retry
	failures []failureLine
}

// failureLine is one failure: of the actor if fault.Broken, else of a request.
type failureLine struct {
	fault supervision.Fault
	left  time.Duration // until the deadline; negative if there is none
}

func drawScript(t *rapid.T) script {
	return script{
		options: strategy.Options{
			Seed: rapid.Uint64().Draw(t, "seed"), Root: rapid.Bool().Draw(t, "root"),
			Restart: supervision.Restart{
				Max: rapid.IntRange(1, 2).Draw(t, "max"), Within: time.Duration(rapid.IntRange(1, 600).Draw(t, "within")) * time.Second,
			},
		},
		retry:    supervision.Retry{Attempts: rapid.IntRange(0, 5).Draw(t, "attempts")},
		failures: rapid.SliceOfN(rapid.Custom(drawFailure), 1, 8).Draw(t, "failures"),
	}
}

func drawFailure(t *rapid.T) failureLine {
	line := failureLine{left: -1, fault: supervision.Fault{
		Outcome: fuseboard.Outcome{
			Kind:  rapid.SampledFrom([]fuseboard.Kind{fuseboard.Failure, fuseboard.Failure, fuseboard.Failure, fuseboard.Void}).Draw(t, "kind"),
			Class: rapid.SampledFrom([]fuseboard.Class{"error", "refused", "throttled", "panicked"}).Draw(t, "class"),
		},
		Attempt: rapid.IntRange(1, 4).Draw(t, "attempt"),
		Safe:    rapid.Bool().Draw(t, "safe"),
		Until:   fuseboard.Never,
		Broken:  rapid.Bool().Draw(t, "broken"),
	}}
	if rapid.Bool().Draw(t, "has deadline") {
		line.left = time.Duration(rapid.Int64Range(0, int64(10*time.Second)).Draw(t, "left"))
	}
	if rapid.Bool().Draw(t, "asks") {
		line.fault.Outcome.RetryAfter = time.Duration(rapid.Int64Range(0, int64(40*time.Second)).Draw(t, "asked"))
	}
	return line
}

// play lets a strategy live through the script and compares each step with what
// Decide alone says. It returns the first difference and the verbs that occurred.
func (c script) play(s *stage) (difference string, verbs []supervision.Verb) {
	var fault supervision.Fault
	supervisor := strategy.New(s.clock, c.options)
	defer supervisor.Stop()
	child, life := &actor.PID{Id: "child"}, actor.NewRestartStatistics()
	var restarts []fuseboard.Instant // all of them, counted by hand
	broken := uint64(0)
	for _, line := range c.failures {
		now := s.clock.Now()
		fault = line.fault
		if line.left >= 0 {
			fault.Until = now.Add(line.left)
		}
		if fault.U = 0.75; fault.Broken {
			broken++
			fault.U = supervision.Uniform(c.options.Seed, broken)
		}
		fault.Restarts = younger(restarts, now, c.options.Restart.Within)
		decision := supervision.Decide(now, fault, c.retry, c.options.Restart)
		verbs = append(verbs, decision.Verb)
		switch decision.Verb {
		case supervision.Rebuild:
			restarts = append(restarts, now)
		case supervision.Escalate:
			restarts = nil
		}
		want := append(s.log(), expected(s, decision, c.options.Root)...)
		var reason, message any = "broken", "message"
		if !fault.Broken {
			reason, message = &strategy.Failed{Cause: errDown}, &actor.MessageEnvelope{Message: &asked{s, fault, c.retry}}
		}
		supervisor.HandleFailure(s.system, recorder{s}, child, life, reason, message)
		s.pass(time.Minute)
		if got := s.log(); !slices.Equal(got, want) {
			return fmt.Sprintf("%+v of %+v:\n%q\nwant\n%q", decision, fault, got, want), verbs
		}
	}
	return "", verbs
}

func younger(restarts []fuseboard.Instant, now fuseboard.Instant, within time.Duration) (n int) {
	for _, at := range restarts {
		if now.Sub(at) < within {
			n++
		}
	}
	return n
}

// expected is what the strategy must do about one failure.
func expected(s *stage, d supervision.Decision, root bool) []string {
	line := func(after time.Duration, what string) string { return (s.elapsed() + after).String() + " " + what }
	switch {
	case d.Verb == supervision.Again:
		return []string{line(0, "record"), line(0, "resume child"), line(d.After, "again")}
	case d.Verb == supervision.GiveUp:
		return []string{line(0, "record"), line(0, "resume child"), line(0, "answer "+d.Why.Error())}
	case d.Verb == supervision.Rebuild:
		return []string{line(d.After, "directive RestartDirective"), line(d.After, "restart child")}
	case root:
		return []string{line(0, "directive StopDirective"), line(0, "stop child")}
	}
	return []string{line(0, "escalate broken")}
}

func TestTheStrategyActsAsDecideSays(t *testing.T) {
	seen := map[supervision.Verb]int{}
	rapid.Check(t, func(r *rapid.T) {
		c := drawScript(r)
		onStage(t, func(_ *testing.T, s *stage) {
			difference, verbs := c.play(s)
			if difference != "" {
				r.Error(difference) // not Fatal: this is not the goroutine of the check
			}
			for _, verb := range verbs {
				seen[verb]++
			}
		})
	})
	for _, verb := range []supervision.Verb{supervision.GiveUp, supervision.Again, supervision.Rebuild, supervision.Escalate} {
		if !testing.Short() && seen[verb] == 0 { // a short run has few scripts
			t.Errorf("no failure led to %s", verb)
		}
	}
}

func TestOptionsReportEveryProblemUnderTheirPath(t *testing.T) {
	options := strategy.Options{Restart: supervision.Restart{Max: -1, Backoff: supervision.Backoff{Factor: math.Inf(1)}}}
	var paths []string
	for _, p := range options.Validate() {
		paths = append(paths, p.Path)
	}
	if want := []string{"restart.max", "restart.backoff.factor"}; !slices.Equal(paths, want) {
		t.Errorf("%q, want %q", paths, want)
	}
	if problems := (strategy.Options{}).Validate(); len(problems) != 0 {
		t.Errorf("the zero Options: %v", problems)
	}
}

// Each wait ends by its time, by its context or by the stop, never by two of them,
// however they race.
func TestStopRacesWithTimersAndEveryRequestIsAnsweredOrRepeatedOnce(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		for range 20 {
			s.lines = nil
			supervisor := strategy.New(s.clock, strategy.Options{})
			ctx, leave := context.WithTimeout(t.Context(), time.Second)
			const requests = 60
			for i := range requests {
				request := &ending{charge: charge{stage: s, attempt: 1, quiet: true}, number: i}
				if i%2 == 0 {
					request.ctx = ctx
				}
				supervisor.HandleFailure(s.system, silent{}, nil, nil, &strategy.Failed{Cause: errDown}, &actor.MessageEnvelope{Message: request})
			}
			time.Sleep(time.Second) // to the very instant at which the waits end
			supervisor.Stop()
			leave()
			lines := s.log()
			slices.Sort(lines)
			if ended := len(slices.Compact(lines)); len(lines) != requests || ended != requests {
				t.Fatalf("%d ends of %d requests, %d different", len(lines), requests, ended)
			}
		}
	})
}

// ending notes its number at its end, whichever it is.
type ending struct {
	charge
	number int
}

func (e *ending) Again()       { e.stage.note(fmt.Sprint("end of ", e.number)) }
func (e *ending) Answer(error) { e.stage.note(fmt.Sprint("end of ", e.number)) }

// silent is a supervisor that does nothing.
type silent struct{ actor.Supervisor }

func (silent) ResumeChildren(...*actor.PID) {}
