// SPDX-License-Identifier: Apache-2.0

package strategy_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
	"github.com/fuseboard/fuseboard/supervision/strategy"
)

var errDown = errors.New("down")

// charge is a request that carries the number of attempts made.
type charge struct{ attempt, succeedsAt int }

// worker makes an attempt for each charge, and says honestly how it went.
func worker(s *stage) func(actor.Context) {
	return func(ctx actor.Context) {
		switch msg := ctx.Message().(type) {
		case *actor.Started:
			s.note("started")
		case string:
			s.note(msg)
		case charge:
			msg.attempt++
			s.note(fmt.Sprint("attempt ", msg.attempt))
			if msg.attempt == msg.succeedsAt {
				ctx.Respond("charged")
				return
			}
			strategy.Fail(ctx, errDown, &actor.MessageEnvelope{Message: msg, Sender: ctx.Sender()})
		}
	}
}

// threeTimes repeats a charge after one and two seconds.
func threeTimes(_ error, envelope *actor.MessageEnvelope) (supervision.Fault, supervision.Retry) {
	return supervision.Fault{
		Outcome: fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassError},
		Attempt: envelope.Message.(charge).attempt, Safe: true, Until: fuseboard.Never,
	}, supervision.Retry{Attempts: 3, Backoff: exactly(time.Second)}
}

// customer sends a request and notes every reply it gets.
func (s *stage) customer(to *actor.PID, request any) *actor.PID {
	return s.system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
		switch msg := ctx.Message().(type) {
		case *actor.Started:
			ctx.RequestWithCustomSender(to, request, ctx.Self())
		case *actor.Stopping, *actor.Stopped:
		case *actor.DeadLetterResponse:
			s.note("reply: dead letter")
		default:
			s.note(fmt.Sprint("reply: ", msg))
		}
	}))
}

func TestAFailedRequestIsDeliveredAgainAndItsSenderAnsweredOnce(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{Fault: threeTimes})
		guard, child := s.guard(supervisor, worker(s))
		customer := s.customer(child, charge{succeedsAt: 3})
		s.pass(time.Minute)
		s.want(t, "0s started", "0s attempt 1", "1s attempt 2", "3s attempt 3", "3s reply: charged")
		supervisor.Stop()
		s.stop(customer, guard)
	})
}

func TestAFutureSurvivesTheRepetitionsOfItsRequest(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{Fault: threeTimes})
		guard, child := s.guard(supervisor, worker(s))
		answer, err := s.system.Root.RequestFuture(child, charge{succeedsAt: 2}, time.Minute).Result()
		if answer != "charged" || err != nil || s.elapsed() != time.Second {
			t.Errorf("%v, %v after %s", answer, err, s.elapsed())
		}
		supervisor.Stop()
		s.stop(guard)
	})
}

func TestAWorkerGoesOnWhileItsFailedRequestWaits(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{Fault: threeTimes})
		guard, child := s.guard(supervisor, worker(s))
		customer := s.customer(child, charge{succeedsAt: 2})
		s.log()
		s.system.Root.Send(child, "something else")
		s.pass(time.Minute)
		s.want(t, "0s started", "0s attempt 1", "0s something else", "1s attempt 2", "1s reply: charged")
		supervisor.Stop()
		s.stop(customer, guard)
	})
}

func TestARequestThatIsGivenUpIsAnsweredWithItsCause(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{}) // no Fault: nothing is repeated
		guard, child := s.guard(supervisor, worker(s))
		s.system.Root.Send(child, charge{}) // nobody to answer
		s.log()
		customer := s.customer(child, charge{})
		s.want(t, "0s started", "0s attempt 1", "0s attempt 1", "0s reply: down")
		supervisor.Stop()
		s.stop(customer, guard)
	})
}

func TestARequestThatFailsWithoutACauseIsAnsweredWithTheReason(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{})
		guard, child := s.guard(supervisor, func(ctx actor.Context) {
			if _, ok := ctx.Message().(charge); ok {
				strategy.Fail(ctx, nil, &actor.MessageEnvelope{Sender: ctx.Sender()})
			}
		})
		customer := s.customer(child, charge{})
		s.want(t, "0s reply: nothing failed that could be repeated")
		supervisor.Stop()
		s.stop(customer, guard)
	})
}

func TestTheAnswerHookHearsCauseAndReason(t *testing.T) {
	for _, c := range []struct {
		why      error
		attempts int
		options  func(*strategy.Options)
	}{
		{supervision.ErrAttempts, 3, func(*strategy.Options) {}},
		{supervision.ErrBudget, 2, func(o *strategy.Options) {
			o.Spending = supervision.NewSpending(supervision.Budget{MinPerSecond: 1, Window: time.Second})
		}},
	} {
		onStage(t, func(t *testing.T, s *stage) {
			options := strategy.Options{Fault: func(cause error, envelope *actor.MessageEnvelope) (supervision.Fault, supervision.Retry) {
				fault, retry := threeTimes(cause, envelope)
				retry.Backoff = exactly(time.Millisecond)
				return fault, retry
			}}
			options.Answer = func(envelope *actor.MessageEnvelope, cause, why error) {
				s.note("answered")
				if cause != errDown || why != c.why || envelope.Message.(charge).attempt != c.attempts {
					t.Errorf("%v, %v, %+v; want reason %v", cause, why, envelope.Message, c.why)
				}
			}
			c.options(&options)
			supervisor := strategy.New(s.clock, options)
			guard, child := s.guard(supervisor, worker(s))
			s.system.Root.Send(child, charge{})
			s.pass(time.Minute)
			if lines := s.log(); len(lines) != c.attempts+2 {
				t.Errorf("%d attempts and one answer expected: %q", c.attempts, lines)
			}
			supervisor.Stop()
			s.stop(guard)
		})
	}
}

func TestTheAgainHookTakesTheEnvelopeOver(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{
			Fault: threeTimes,
			Again: func(child *actor.PID, envelope *actor.MessageEnvelope, after time.Duration) {
				s.note(fmt.Sprint("again after ", after))
				s.system.Root.Send(child, envelope) // at once: the wait is the hook's too
			},
		})
		guard, child := s.guard(supervisor, worker(s))
		customer := s.customer(child, charge{succeedsAt: 3})
		s.want(t, "0s started", "0s attempt 1", "0s again after 1s", "0s attempt 2", "0s again after 2s", "0s attempt 3", "0s reply: charged")
		supervisor.Stop()
		s.stop(customer, guard)
	})
}

func TestStopAnswersWaitingRequestsOnceAndLeavesNothingBehind(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{
			Fault:  threeTimes,
			Answer: func(_ *actor.MessageEnvelope, cause, why error) { s.note(fmt.Sprint(cause, ", ", why)) },
		})
		guard, child := s.guard(supervisor, worker(s))
		s.system.Root.Send(child, charge{})
		s.log()
		supervisor.Stop()
		s.want(t, "0s started", "0s attempt 1", "0s down, supervision stopped")
		s.system.Root.Send(child, charge{}) // fails after the stop
		s.pass(time.Minute)
		s.want(t, "0s started", "0s attempt 1", "0s down, supervision stopped", "0s attempt 1", "0s down, supervision stopped")
		s.stop(guard)
	})
}

func TestAfterStopTheAgainHookIsNotCalled(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{
			Fault: threeTimes,
			Again: func(*actor.PID, *actor.MessageEnvelope, time.Duration) { t.Error("repeated after the stop") },
		})
		guard, child := s.guard(supervisor, worker(s))
		supervisor.Stop()
		customer := s.customer(child, charge{})
		s.want(t, "0s started", "0s attempt 1", "0s reply: down")
		s.stop(customer, guard)
	})
}

func TestARequestForAChildThatWasStoppedMeanwhileIsADeadLetter(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{Fault: threeTimes})
		guard, child := s.guard(supervisor, worker(s))
		customer := s.customer(child, charge{})
		s.log()
		s.stop(child)
		s.pass(time.Minute)
		s.want(t, "0s started", "0s attempt 1", "1s reply: dead letter")
		supervisor.Stop()
		s.stop(customer, guard)
	})
}

func TestAFailureWithoutAnEnvelopeBreaksTheWorker(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{Restart: supervision.Restart{Backoff: exactly(time.Second)}})
		guard, child := s.guard(supervisor, func(ctx actor.Context) {
			switch ctx.Message().(type) {
			case *actor.Started:
				s.note("started")
			case string:
				ctx.(actor.Supervisor).EscalateFailure(&strategy.Failed{Cause: errDown}, "no envelope")
			}
		})
		s.system.Root.Send(child, "fail")
		s.pass(2 * time.Second)
		s.want(t, "0s started", "1s directive RestartDirective", "1s started")
		supervisor.Stop()
		s.stop(guard)
	})
}

func TestFailedCarriesItsCause(t *testing.T) {
	failed := &strategy.Failed{Cause: errDown}
	if !errors.Is(failed, errDown) || failed.Error() != "down" {
		t.Errorf("%v", failed)
	}
	if empty := (&strategy.Failed{}); empty.Error() != "request failed" || empty.Unwrap() != nil {
		t.Errorf("%v", empty)
	}
}

func TestFailNeedsTheWorkersOwnContext(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a context without a supervisor was taken")
		}
	}()
	strategy.Fail(struct{ actor.Context }{}, errDown, &actor.MessageEnvelope{})
}
