// SPDX-License-Identifier: Apache-2.0

package strategy_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
	"github.com/fuseboard/fuseboard/supervision/strategy"
)

// order is a request that its worker handles, and knows how often it was tried.
type order struct {
	system   *actor.ActorSystem
	worker   *actor.PID
	envelope *actor.MessageEnvelope
	attempts int
}

func (o *order) Record(fuseboard.Instant) {} // there is no circuit here

func (o *order) Fault() (supervision.Fault, supervision.Retry) {
	return supervision.Fault{
		Outcome: supervision.Classify(errors.New("down"), false),
		Attempt: o.attempts, Safe: true, Until: fuseboard.Never,
	}, supervision.Retry{Attempts: 3, Backoff: supervision.Backoff{Base: time.Millisecond}}
}

func (o *order) Afford(fuseboard.Instant, time.Duration) error { return nil } // there is no budget
func (o *order) Context() context.Context                      { return context.Background() }
func (o *order) Again()                                        { o.system.Root.Send(o.worker, o.envelope) }

func (o *order) Answer(why error) { o.system.Root.Send(o.envelope.Sender, why) }

// A worker whose first attempt fails gets its request again; the one who asked
// notices nothing but the wait.
func ExampleNew() {
	supervisor := strategy.New(fuseboard.NewClock(), strategy.Options{})
	defer supervisor.Stop()

	system := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.DiscardHandler)
	}))
	worker := actor.PropsFromFunc(func(ctx actor.Context) {
		o, ok := ctx.Message().(*order)
		if !ok {
			return
		}
		if o.attempts++; o.attempts == 1 {
			o.system, o.worker = system, ctx.Self()
			o.envelope = &actor.MessageEnvelope{Message: o, Sender: ctx.Sender()}
			strategy.Fail(ctx, &strategy.Failed{Cause: errors.New("down")}, o.envelope)
			return
		}
		ctx.Respond(fmt.Sprint("answered at attempt ", o.attempts))
	})
	guard := actor.PropsFromFunc(func(ctx actor.Context) {
		if _, started := ctx.Message().(*actor.Started); started {
			ctx.Spawn(worker)
		}
		if _, request := ctx.Message().(*order); request {
			ctx.Forward(ctx.Children()[0])
		}
	}, actor.WithSupervisor(supervisor))

	pid := system.Root.Spawn(guard)
	fmt.Println(system.Root.RequestFuture(pid, &order{}, time.Minute).Result())
	_ = system.Root.StopFuture(pid).Wait()
	system.Shutdown()
	// Output: answered at attempt 2 <nil>
}
