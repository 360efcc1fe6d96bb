// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/fuseboard/fuseboard/actors"
)

// started is a System and the end of it.
func started() (*actors.System, func(), error) { return startedWith(actors.Options{}) }

func startedWith(o actors.Options) (*actors.System, func(), error) {
	sys, err := actors.Start(o)
	if err != nil {
		return nil, nil, err
	}
	return sys, func() { _ = sys.Shutdown(context.Background()) }, nil
}

// spawned is an operation whose handler may always be repeated.
func spawned(sys *actors.System, name string, n need, p actors.Policy) (*actors.Ref[int, int], error) {
	return actors.Spawn(sys, name, func(ctx context.Context, req int) (int, error) { return req, n.handler(ctx) },
		p, actors.With[int, int]{Safe: actors.Always[int]})
}

// guarded is Ref.Call under that policy.
func guarded(n need, p actors.Policy) (task, error) {
	return guardedUnder(context.Background(), actors.Options{}, n, p)
}

func guardedUnder(ctx context.Context, o actors.Options, n need, p actors.Policy) (task, error) {
	sys, finish, err := startedWith(o)
	if err != nil {
		return task{}, err
	}
	ref, err := spawned(sys, "stub", n, p)
	return task{finish: finish, do: func() error {
		_, err := ref.Call(ctx, 1)
		return err
	}}, err
}

// entered is what lies between Enter and End, in a loop for the repetitions. The
// handler is given a context of its own where it looks at that: it is an allocation.
func entered(o actors.Options, n need, p actors.Policy) (task, error) {
	sys, finish, err := startedWith(o)
	if err != nil {
		return task{}, err
	}
	guard, err := actors.Protect(sys, "stub", p)
	ctx := context.Background()
	return task{finish: finish, do: func() (err error) {
		for range attempts {
			entry, refused := guard.Enter(ctx)
			if refused != nil {
				return refused
			}
			within := ctx
			if n.looks {
				within = entry.Context()
			}
			if err = entry.End(n.handler(within)); err == nil {
				return nil
			}
		}
		return err
	}}, err
}

// guardedClosure is Do: the call site captures what it needs.
func guardedClosure(n need, p actors.Policy) (task, error) {
	sys, finish, err := started()
	if err != nil {
		return task{}, err
	}
	guard, err := actors.Protect(sys, "stub", p)
	ctx := context.Background()
	return task{finish: finish, caller: counting(func(i int) (int, error) {
		return actors.Do(ctx, guard, func(ctx context.Context) (int, error) { return i, n.handler(ctx) })
	})}, err
}

// counting calls with another argument each time and looks at what comes back.
func counting(call func(int) (int, error)) func() func() error {
	return func() func() error {
		i := 0
		return func() error {
			i++
			got, err := call(i)
			if err == nil && got != i {
				return fmt.Errorf("%w: got %d, want %d", errEnding, got, i)
			}
			return err
		}
	}
}

// fuseboardAsk is Ask and Wait.
func fuseboardAsk(n need) (task, error) {
	sys, finish, err := started()
	if err != nil {
		return task{}, err
	}
	ref, err := spawned(sys, "stub", n, fuseboardStack(n))
	ctx := context.Background()
	return task{finish: finish, do: func() error {
		_, err := ref.Ask(ctx, 1).Wait(ctx)
		return err
	}}, err
}

// fuseboardMany are guards of one System, each with an operation that was called once.
func fuseboardMany(n need, count int) (any, func(), error) {
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		return nil, nil, err
	}
	made, finish := make([]*actors.Ref[int, int], count), func() { _ = sys.Shutdown(context.Background()) }
	for i := range made {
		if made[i], err = spawned(sys, "stub"+strconv.Itoa(i), n, fuseboardStack(n)); err != nil {
			return nil, finish, err
		}
		if _, err = made[i].Call(context.Background(), i); err != nil {
			return nil, finish, err
		}
	}
	return made, finish, nil
}
