// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/asynkron/protoactor-go/actor"
)

var _ = register(contender{
	name: "protoactor, RequestFuture",
	note: "asks an actor that answers at once and protects nothing, from a goroutine; its timeout sets a timer each time, where a deadline of Fuseboard's sets none that nobody looks at",
	ways: map[kind]way{asking: protoactorFuture, messages: protoactorFuture},
})

var _ = register(contender{
	name: "protoactor, Request",
	note: "one actor asks another, which answers at once and protects nothing",
	ways: map[kind]way{messages: func(n need) (task, error) {
		sys := quietActors()
		to := sys.Root.Spawn(answering(n))
		return requesters(func(props *actor.Props) (*actor.PID, *actor.RootContext, error) {
			return sys.Root.Spawn(props), sys.Root, nil
		}, func() *requester {
			return &requester{
				ask: func(ctx actor.Context) { ctx.Request(to, 1) },
				answer: func(message any) (bool, error) {
					_, is := message.(int)
					return is, nil
				},
			}
		}, sys.Shutdown), nil
	}},
})

func protoactorFuture(n need) (task, error) {
	sys := quietActors()
	to := sys.Root.Spawn(answering(n))
	return task{finish: sys.Shutdown, do: func() error {
		_, err := sys.Root.RequestFuture(to, 1, attemptTime).Result()
		return err
	}}, nil
}

// answering is an actor that runs the handler and gives the request back.
func answering(n need) *actor.Props {
	ctx := context.Background()
	return actor.PropsFromFunc(func(c actor.Context) {
		if req, is := c.Message().(int); is && n.handler(ctx) == nil {
			c.Respond(req)
		}
	})
}
