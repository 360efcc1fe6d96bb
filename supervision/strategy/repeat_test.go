// SPDX-License-Identifier: Apache-2.0

package strategy_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
	"github.com/fuseboard/fuseboard/supervision/strategy"
)

// charge is a request as a guard would make it: it counts its attempts, notes what
// it is asked and told, and goes back to the worker it came from.
type charge struct {
	stage      *stage
	to         *actor.PID
	envelope   *actor.MessageEnvelope // the same one for every attempt
	attempt    int
	succeedsAt int
	poor       bool            // cannot afford a repetition
	ctx        context.Context // of who asks; nil: it never leaves
	quiet      bool
}

var (
	errDown = errors.New("down")
	errPoor = errors.New("too poor")
)

func (c *charge) say(line string) {
	if !c.quiet {
		c.stage.note(line)
	}
}

func (c *charge) Record(fuseboard.Instant) { c.say("recorded") }

// Fault repeats a charge after one and two seconds. The strategy must not be led
// astray by what does not concern a request.
func (c *charge) Fault() (supervision.Fault, supervision.Retry) {
	return supervision.Fault{
		Outcome: fuseboard.Outcome{Kind: fuseboard.Failure, Class: fuseboard.ClassError},
		Attempt: c.attempt, Safe: true, Until: fuseboard.Never, Broken: true, Restarts: 20,
	}, supervision.Retry{Attempts: 3, Backoff: exactly(time.Second)}
}

func (c *charge) Afford(fuseboard.Instant, time.Duration) error {
	if c.poor {
		return errPoor
	}
	return nil
}

func (c *charge) Context() context.Context {
	if c.ctx == nil {
		return context.Background()
	}
	return c.ctx
}

func (c *charge) Again() { c.stage.system.Root.Send(c.to, c.envelope) }

func (c *charge) Answer(why error) {
	if c.envelope != nil && c.envelope.Sender != nil {
		c.stage.system.Root.Send(c.envelope.Sender, fmt.Sprint("down: ", why))
		return
	}
	c.stage.note(fmt.Sprint("answered: ", why))
}

// worker makes an attempt for each charge, and says honestly how it went.
func worker(s *stage) func(actor.Context) {
	return func(ctx actor.Context) {
		switch msg := ctx.Message().(type) {
		case *actor.Started:
			s.note("started")
		case string:
			s.note(msg)
		case error:
			strategy.Fail(ctx, &strategy.Failed{Cause: msg}, &actor.MessageEnvelope{Message: msg, Sender: ctx.Sender()})
		case *charge:
			if msg.attempt++; msg.attempt == 1 {
				msg.stage, msg.to = s, ctx.Self()
				msg.envelope = &actor.MessageEnvelope{Message: msg, Sender: ctx.Sender()}
			}
			s.note(fmt.Sprint("attempt ", msg.attempt))
			if msg.attempt == msg.succeedsAt {
				ctx.Respond("charged")
				return
			}
			strategy.Fail(ctx, &strategy.Failed{Cause: errDown}, msg.envelope)
		}
	}
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
		supervisor := strategy.New(s.clock, strategy.Options{})
		guard, child := s.guard(supervisor, worker(s))
		customer := s.customer(child, &charge{succeedsAt: 3})
		s.pass(time.Minute)
		s.want(t, "0s started", "0s attempt 1", "0s recorded", "1s attempt 2", "1s recorded", "3s attempt 3", "3s reply: charged")
		supervisor.Stop()
		s.stop(customer, guard)
	})
}

func TestAFutureSurvivesTheRepetitionsOfItsRequest(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{})
		guard, child := s.guard(supervisor, worker(s))
		answer, err := s.system.Root.RequestFuture(child, &charge{succeedsAt: 2}, time.Minute).Result()
		if answer != "charged" || err != nil || s.elapsed() != time.Second {
			t.Errorf("%v, %v after %s", answer, err, s.elapsed())
		}
		supervisor.Stop()
		s.stop(guard)
	})
}

func TestAWorkerGoesOnWhileItsFailedRequestWaits(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{})
		guard, child := s.guard(supervisor, worker(s))
		customer := s.customer(child, &charge{succeedsAt: 2})
		s.log()
		s.system.Root.Send(child, "something else")
		s.pass(time.Minute)
		s.want(t, "0s started", "0s attempt 1", "0s recorded", "0s something else", "1s attempt 2", "1s reply: charged")
		supervisor.Stop()
		s.stop(customer, guard)
	})
}

func TestAFailedMessageThatIsNoRequestIsAnsweredWithItsCause(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{})
		guard, child := s.guard(supervisor, worker(s))
		s.system.Root.Send(child, errDown) // nobody to answer
		customer := s.customer(child, errDown)
		s.pass(time.Minute)
		s.want(t, "0s started", "0s reply: down")
		supervisor.Stop()
		s.stop(customer, guard)
	})
}

func TestAMessageThatFailsWithoutACauseIsAnsweredAllTheSame(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{})
		guard, child := s.guard(supervisor, func(ctx actor.Context) {
			if _, ok := ctx.Message().(error); ok {
				strategy.Fail(ctx, &strategy.Failed{}, &actor.MessageEnvelope{Sender: ctx.Sender()})
			}
		})
		customer := s.customer(child, errDown)
		s.want(t, "0s reply: request failed")
		supervisor.Stop()
		s.stop(customer, guard)
	})
}

func TestARequestThatIsGivenUpHearsTheReason(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{})
		guard, child := s.guard(supervisor, worker(s))
		spent := s.customer(child, &charge{quiet: true})
		s.pass(time.Minute)
		poor := s.customer(child, &charge{poor: true, quiet: true})
		s.want(t, "0s started", "0s attempt 1", "1s attempt 2", "3s attempt 3", "3s reply: down: "+supervision.ErrAttempts.Error(),
			"1m0s attempt 1", "1m0s reply: down: "+errPoor.Error())
		supervisor.Stop()
		s.stop(spent, poor, guard)
	})
}

func TestARequestWhoseSenderLeavesIsAnsweredAtOnce(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{})
		guard, child := s.guard(supervisor, worker(s))
		ctx, leave := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second/2, func() { leave(errors.New("gone home")) })
		customer := s.customer(child, &charge{ctx: ctx, quiet: true})
		s.pass(time.Minute)
		s.want(t, "0s started", "0s attempt 1", "500ms reply: down: gone home")
		supervisor.Stop()
		s.stop(customer, guard)
	})
}

func TestARequestThatNeedNotWaitIsDeliveredInTheSameTurn(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{})
		supervisor.Stop() // there is nothing to wait for, so nothing to drop
		child := s.system.Root.Spawn(actor.PropsFromFunc(func(ctx actor.Context) {
			if _, ok := ctx.Message().(*charge); ok {
				s.note("delivered")
			}
		}))
		request := &hasty{charge{stage: s, to: child, attempt: 1}}
		request.envelope = &actor.MessageEnvelope{Message: &request.charge}
		supervisor.HandleFailure(s.system, silent{}, child, nil, &strategy.Failed{Cause: errDown}, &actor.MessageEnvelope{Message: request})
		s.want(t, "0s recorded", "0s delivered")
		s.stop(child)
	})
}

// hasty is a charge that is repeated without a wait.
type hasty struct{ charge }

func (h *hasty) Fault() (supervision.Fault, supervision.Retry) {
	fault, retry := h.charge.Fault()
	fault.U, retry.Backoff.Jitter = 0, supervision.FullJitter // the least there is: nothing
	return fault, retry
}

func TestABrokenWorkerIsRebuiltAtOnceAndItsRequestRepeatedLikeAnyOther(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{})
		guard, child := s.guard(supervisor, func(ctx actor.Context) {
			request, ok := ctx.Message().(*charge)
			if !ok || request.attempt > 0 {
				worker(s)(ctx)
				return
			}
			request.stage, request.to, request.attempt = s, ctx.Self(), 1
			request.envelope = &actor.MessageEnvelope{Message: request, Sender: ctx.Sender()}
			strategy.Fail(ctx, &strategy.Failed{Cause: errDown, Broken: true}, request.envelope)
		})
		customer := s.customer(child, &charge{succeedsAt: 2})
		s.pass(time.Minute)
		s.want(t, "0s started", "0s recorded", "0s directive RestartDirective", "0s started", "1s attempt 2", "1s reply: charged")
		supervisor.Stop()
		s.stop(customer, guard)
	})
}

func TestStopAnswersWaitingRequestsOnceAndLeavesNothingBehind(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{})
		guard, child := s.guard(supervisor, worker(s))
		ctx, leave := context.WithCancel(t.Context())
		s.system.Root.Send(child, &charge{ctx: ctx})
		s.log()
		supervisor.Stop()
		s.want(t, "0s started", "0s attempt 1", "0s recorded", "0s answered: supervision stopped")
		s.system.Root.Send(child, &charge{ctx: ctx}) // fails after the stop
		leave()
		s.pass(time.Minute)
		s.want(t, "0s started", "0s attempt 1", "0s recorded", "0s answered: supervision stopped",
			"0s attempt 1", "0s recorded", "0s answered: supervision stopped")
		s.stop(guard)
	})
}

func TestARequestForAChildThatWasStoppedMeanwhileIsADeadLetter(t *testing.T) {
	onStage(t, func(t *testing.T, s *stage) {
		supervisor := strategy.New(s.clock, strategy.Options{})
		guard, child := s.guard(supervisor, worker(s))
		customer := s.customer(child, &charge{quiet: true})
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
	strategy.Fail(struct{ actor.Context }{}, &strategy.Failed{Cause: errDown}, &actor.MessageEnvelope{})
}
