// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	"github.com/fuseboard/fuseboard/actors"
)

// Contenders of ours by the sections that follow the load.
const (
	besideLoad = "Fuseboard, beside a guard with all sections of load"
	withLoad   = "Fuseboard, with rate, adaptive and shedding"
)

var _ = register(contender{
	name: besideLoad,
	has:  full,
	note: "the same guard in a System where another has a throttle, a rate limit, an adaptive one and shedding: what a guard has not, it does not pay",
	ways: map[kind]way{stacks: func(n need) (task, error) {
		sys, finish, err := startedWith(actors.Options{})
		if err != nil {
			return task{}, err
		}
		if _, err := spawned(sys, "laden", n, fuseboardLoad(n)); err != nil {
			return task{finish: finish}, err
		}
		ref, err := spawned(sys, "stub", n, fuseboardStack(n))
		ctx := context.Background()
		return task{finish: finish, do: func() error {
			_, err := ref.Call(ctx, 1)
			return err
		}}, err
	}},
})

var _ = register(contender{
	name: withLoad,
	has:  append([]policy{rates}, full...),
	note: "a rate limit that lets all through, an adaptive limit of the permits, and shedding on a host that is well",
	ways: map[kind]way{stacks: func(n need) (task, error) {
		p := fuseboardLoad(n)
		p.Throttle = actors.Throttle{}
		return guardedUnder(context.Background(), actors.Options{}, n, p)
	}},
})

// fuseboardLoad is the stack with all sections that follow the load.
func fuseboardLoad(n need) actors.Policy {
	p := fuseboardStack(n)
	p.Throttle = actors.Throttle{Ratio: 2}
	p.Rate = actors.RateLimit{Limit: 1e9, Burst: 1e9}
	p.Adaptive = actors.Adaptive{Min: n.permits, Max: n.permits}
	p.Shedding = actors.Shedding{CPU: 1, Memory: 1}
	return p
}
