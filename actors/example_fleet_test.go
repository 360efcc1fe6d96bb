// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

// A policy with a fleet section lets the circuit go by what the other replicas of the service see, too. Package cluster joins a System to
// its fleet; without one, nothing changes.
func ExamplePolicy_fleet() {
	policy := actors.Policy{
		Breaker: actors.Breaker{FailureRate: 0.5},
		Fleet:   actors.Fleet{Mode: actors.FleetFollow, Hold: 2 * time.Second},
	}
	for _, p := range policy.Validate() {
		fmt.Println(p.Path, "=", p.Value, "("+p.Fix+")")
	}
	policy.Fleet.Hold = 0 // the default, 10s
	fmt.Println(len(policy.Validate()), "problems")
	// Output:
	// fleet.hold = 2s (raise fleet.hold to 3.5s or more; 10s is the default)
	// 0 problems
}

// lookout is a source that knows of an outage from elsewhere.
type lookout struct{ listens chan *actors.Guard }

func (l lookout) Attach(g *actors.Guard, _ actors.Fleet) { l.listens <- g } // there is room: it may not wait
func (l lookout) Detach(*actors.Guard)                   {}

// A source hears of the guards that have a fleet section, and sends them orders, which are leases. Package cluster is the source
// that replicas have; this one has heard that payments is down.
func ExampleSystem_FollowFleet() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		panic(err)
	}
	defer func() { _ = sys.Shutdown(ctx) }()
	payments, err := actors.Spawn(sys, "payments", func(_ context.Context, cents int) (int, error) { return cents, nil }, actors.Policy{
		Breaker: actors.Breaker{FailureRate: 0.5},
		Fleet:   actors.Fleet{Mode: actors.FleetFollow},
	})
	if err != nil {
		panic(err)
	}

	source := lookout{make(chan *actors.Guard, 1)}
	stop, err := sys.FollowFleet(source)
	if err != nil {
		panic(err)
	}
	defer stop()
	guard := <-source.listens
	hold := actors.FleetOrder{Phase: actors.FleetHold, Probe: sys.Now().Add(time.Second), Scope: "dependency", Why: "4 of 5 callers fail, quorum 3"}
	if err := guard.Follow(hold); err != nil {
		panic(err)
	}
	for guard.Evidence().Phase != actors.FleetHold { // it decides in its own turn
		runtime.Gosched()
	}
	_, err = payments.Call(ctx, 100)
	fmt.Println(guard.Name(), errors.Is(err, actors.ErrFleet), errors.Is(err, actors.ErrOpen))
	// Output: payments true true
}
