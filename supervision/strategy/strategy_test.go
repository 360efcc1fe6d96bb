// SPDX-License-Identifier: Apache-2.0

package strategy_test

import (
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
	c.options.Fault = func(error, *actor.MessageEnvelope) (supervision.Fault, supervision.Retry) {
		careless := fault
		careless.U, careless.Restarts, careless.Broken = 0.99, 20, true // the strategy knows better
		return careless, c.retry
	}
	c.options.Again = func(_ *actor.PID, _ *actor.MessageEnvelope, after time.Duration) {
		s.note("again after " + after.String())
	}
	c.options.Answer = func(_ *actor.MessageEnvelope, _, why error) { s.note("answer " + why.Error()) }
	supervisor := strategy.New(s.clock, c.options)
	defer supervisor.Stop()
	child, life := &actor.PID{Id: "child"}, actor.NewRestartStatistics()
	var restarts []fuseboard.Instant // all of them, counted by hand
	for n, line := range c.failures {
		now := s.clock.Now()
		fault = line.fault
		if line.left >= 0 {
			fault.Until = now.Add(line.left)
		}
		fault.U = supervision.Uniform(c.options.Seed, uint64(n+1))
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
			reason, message = &strategy.Failed{Cause: errDown}, &actor.MessageEnvelope{Message: "request"}
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
		return []string{line(0, "resume child"), line(0, "again after "+d.After.String())}
	case d.Verb == supervision.GiveUp:
		return []string{line(0, "resume child"), line(0, "answer "+d.Why.Error())}
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
		if seen[verb] == 0 {
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

// Each wait ends either by its time or by the stop, never both, however they race.
func TestStopRacesWithTimersAndEveryRequestIsAnsweredOrRepeatedOnce(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		for range 20 {
			s.lines = nil
			probe := s.system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
				if msg, ok := ctx.Message().(charge); ok {
					s.note(fmt.Sprint("charge ", msg.attempt))
				}
			}))
			supervisor := strategy.New(s.clock, strategy.Options{
				Fault:  threeTimes,
				Answer: func(e *actor.MessageEnvelope, _, _ error) { s.note(fmt.Sprint("charge ", e.Message.(charge).attempt)) },
			})
			const requests = 50
			for i := range requests {
				supervisor.HandleFailure(s.system, silent{}, probe, nil, &strategy.Failed{Cause: errDown},
					&actor.MessageEnvelope{Message: charge{attempt: -i}})
			}
			time.Sleep(time.Second) // to the very instant at which the waits end
			supervisor.Stop()
			lines := s.log()
			slices.Sort(lines)
			if ended := len(slices.Compact(lines)); len(lines) != requests || ended != requests {
				t.Fatalf("%d ends of %d requests, %d different", len(lines), requests, ended)
			}
			s.stop(probe)
		}
	})
}

// silent is a supervisor that does nothing.
type silent struct{ actor.Supervisor }

func (silent) ResumeChildren(...*actor.PID) {}
