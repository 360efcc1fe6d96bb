// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/fuseboard/fuseboard/actors"
)

// exchangesEach is how many requests an actor sends, one after the other, before who
// measures hears of it: the signal to and from it is then a small part of each.
const exchangesEach = 1000

// requester is an actor that sends requests to a PID, the next one when the last is
// answered.
type requester struct {
	ask    func(ctx actor.Context)
	answer func(message any) (is bool, err error)
	done   chan error
	left   int
}

// begin tells a requester to send its requests.
type begin struct{}

// Receive sends and counts.
func (r *requester) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case begin:
		r.left = exchangesEach
		r.ask(ctx)
	default:
		switch is, err := r.answer(m); {
		case !is:
		case err != nil:
			r.done <- err
		case r.left == 1:
			r.done <- nil
		default:
			r.left--
			r.ask(ctx)
		}
	}
}

// requesters make a task of a requester for each goroutine.
func requesters(spawn func(*actor.Props) (*actor.PID, *actor.RootContext, error), one func() *requester, finish func()) task {
	return task{each: exchangesEach, finish: finish, caller: func() func() error {
		r := one()
		r.done = make(chan error, 1)
		pid, root, err := spawn(actor.PropsFromProducer(func() actor.Actor { return r }))
		return func() error {
			if err != nil {
				return err
			}
			root.Send(pid, begin{})
			return <-r.done
		}
	}}
}

// fuseboardMessage sends messages to Guard.PID and is answered with a Reply.
func fuseboardMessage(n need) (task, error) {
	sys, finish, err := started()
	if err != nil {
		return task{}, err
	}
	ref, err := spawned(sys, "stub", n, fuseboardStack(n))
	if err != nil {
		return task{finish: finish}, err
	}
	root, err := rootOf(sys)
	if err != nil {
		return task{finish: finish}, err
	}
	var number atomic.Int64
	return requesters(func(props *actor.Props) (*actor.PID, *actor.RootContext, error) {
		pid, err := sys.SpawnActor("asker"+strconv.FormatInt(number.Add(1), 10), props)
		return pid, root, err
	}, func() *requester {
		return &requester{
			ask: func(ctx actor.Context) { ctx.Request(ref.PID(), ref.Message(context.Background(), 1)) },
			answer: func(message any) (bool, error) {
				reply, is := message.(actors.Reply[int, int])
				return is, reply.Err
			},
		}
	}, finish), nil
}

// rootOf is the context from outside of the actors beneath a System: an actor of ours
// hands it out.
func rootOf(sys *actors.System) (*actor.RootContext, error) {
	found := make(chan *actor.RootContext, 1)
	if _, err := sys.SpawnActor("root-finder", actor.PropsFromFunc(func(ctx actor.Context) {
		if _, is := ctx.Message().(*actor.Started); is {
			found <- ctx.ActorSystem().Root
		}
	})); err != nil {
		return nil, err
	}
	root := <-found
	if root == nil {
		return nil, errors.New("an actor without a system")
	}
	return root, nil
}
