// SPDX-License-Identifier: Apache-2.0

package strategy_test

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
	"github.com/fuseboard/fuseboard/supervision/strategy"
)

// A worker whose first attempt fails gets its request again; the one who asked
// notices nothing but the wait.
func ExampleNew() {
	supervisor := strategy.New(fuseboard.NewClock(), strategy.Options{
		Fault: func(cause error, envelope *actor.MessageEnvelope) (supervision.Fault, supervision.Retry) {
			return supervision.Fault{
				Outcome: supervision.Classify(cause, false),
				Attempt: envelope.Message.(int), Safe: true, Until: fuseboard.Never,
			}, supervision.Retry{Attempts: 3, Backoff: supervision.Backoff{Base: time.Millisecond}}
		},
	})
	defer supervisor.Stop()

	worker := actor.PropsFromFunc(func(ctx actor.Context) {
		if attempt, ok := ctx.Message().(int); ok {
			if attempt == 0 {
				strategy.Fail(ctx, errors.New("down"), &actor.MessageEnvelope{Message: attempt + 1, Sender: ctx.Sender()})
				return
			}
			ctx.Respond(fmt.Sprint("answered at attempt ", attempt+1))
		}
	})
	guard := actor.PropsFromFunc(func(ctx actor.Context) {
		if _, started := ctx.Message().(*actor.Started); started {
			ctx.Spawn(worker)
		}
		if _, request := ctx.Message().(int); request {
			ctx.Forward(ctx.Children()[0])
		}
	}, actor.WithSupervisor(supervisor))

	system := actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger {
		return slog.New(slog.DiscardHandler)
	}))
	pid := system.Root.Spawn(guard)
	fmt.Println(system.Root.RequestFuture(pid, 0, time.Minute).Result())
	system.Root.StopFuture(pid).Wait()
	system.Shutdown()
	// Output: answered at attempt 2 <nil>
}
