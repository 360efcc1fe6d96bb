// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"time"

	resiliencyCircuit "github.com/eapache/go-resiliency/breaker"
	resiliencyDeadline "github.com/eapache/go-resiliency/deadline"
	"github.com/eapache/go-resiliency/retrier"
	"github.com/eapache/go-resiliency/semaphore"
)

var _ = register(contender{
	name: "go-resiliency",
	has:  full,
	note: "its breaker counts failures alone, never a success, and has no window: so it stands outside the retry here, where single failures do not add up",
	ways: map[kind]way{
		circuits: func(n need) (task, error) {
			b, ctx := resiliencyBreaker(), context.Background()
			handler := func() error { return n.handler(ctx) }
			return plainly(func() error { return b.Run(handler) })
		},
		permits: func(n need) (task, error) {
			s, ctx := semaphore.New(n.permits, totalTime), context.Background()
			return plainly(func() error {
				if err := s.Acquire(); err != nil {
					return err
				}
				defer s.Release()
				return n.handler(ctx)
			})
		},
		timeouts: func(n need) (task, error) {
			d, ctx := resiliencyDeadline.New(n.limit), context.Background()
			handler := func(<-chan struct{}) error { return n.handler(ctx) }
			return plainly(func() error { return d.Run(handler) })
		},
		retrying: func(n need) (task, error) {
			r, ctx := resiliencyRetrier(), context.Background()
			return plainly(func() error { return r.RunCtx(ctx, n.handler) })
		},
		stacks: func(n need) (task, error) {
			run := resiliencyStack(n)
			ctx := context.Background()
			handler := func(<-chan struct{}) error { return n.handler(ctx) }
			return plainly(func() error { return run(handler) })
		},
		capturing: func(n need) (task, error) {
			run := resiliencyStack(n)
			ctx := context.Background()
			return task{caller: counting(func(i int) (got int, err error) {
				err = run(func(<-chan struct{}) error {
					got = i
					return n.handler(ctx)
				})
				return got, err
			})}, nil
		},
	},
})

func resiliencyBreaker() *resiliencyCircuit.Breaker {
	return resiliencyCircuit.New(minCalls, 1, openFor)
}

func resiliencyRetrier() *retrier.Retrier {
	return retrier.New(make([]time.Duration, attempts-1), nil)
}

func resiliencyStack(n need) func(func(<-chan struct{}) error) error {
	b, r, s, d := resiliencyBreaker(), resiliencyRetrier(), semaphore.New(n.permits, n.limit), resiliencyDeadline.New(n.limit)
	return func(handler func(<-chan struct{}) error) error {
		attempt := func() error {
			if err := s.Acquire(); err != nil {
				return err
			}
			defer s.Release()
			return d.Run(handler)
		}
		return b.Run(func() error { return r.Run(attempt) })
	}
}
