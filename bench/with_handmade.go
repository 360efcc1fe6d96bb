// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"

	"github.com/sony/gobreaker/v2"
	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"
)

var _ = register(contender{
	name: "hand-made",
	has:  append([]policy{rates}, full...),
	note: "what one writes without a library for all: a loop around gobreaker, x/time/rate, x/sync/semaphore and context.WithTimeout",
	ways: map[kind]way{
		stacks: func(n need) (task, error) {
			m, ctx := handmadeOf[struct{}](n), context.Background()
			handler := func(ctx context.Context) (struct{}, error) { return struct{}{}, n.handler(ctx) } //nolint:unparam // a call without a result
			return plainly(func() error {
				_, err := m.call(ctx, handler)
				return err
			})
		},
		capturing: func(n need) (task, error) {
			m, ctx := handmadeOf[int](n), context.Background()
			return task{caller: counting(func(i int) (int, error) {
				return m.call(ctx, func(ctx context.Context) (int, error) { return i, n.handler(ctx) })
			})}, nil
		},
	},
})

type handmade[T any] struct {
	need
	breaker *gobreaker.CircuitBreaker[T]
	gate    *semaphore.Weighted
	rate    *rate.Limiter
}

func handmadeOf[T any](n need) *handmade[T] {
	return &handmade[T]{
		need: n, breaker: gobreakerOf[T](n),
		gate: semaphore.NewWeighted(int64(n.permits)), rate: rate.NewLimiter(1e9, 1e6),
	}
}

func (m *handmade[T]) call(ctx context.Context, work func(context.Context) (T, error)) (result T, err error) {
	for range attempts {
		result, err = m.breaker.Execute(func() (T, error) { return m.attempt(ctx, work) })
		if err == nil || errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
			return result, err
		}
	}
	return result, err
}

func (m *handmade[T]) attempt(ctx context.Context, work func(context.Context) (T, error)) (result T, err error) {
	if !m.rate.Allow() {
		return result, errRate
	}
	ctx, cancel := context.WithTimeout(ctx, m.limit)
	defer cancel()
	if err := m.gate.Acquire(ctx, 1); err != nil {
		return result, err
	}
	defer m.gate.Release(1)
	return work(ctx)
}
