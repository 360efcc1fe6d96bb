// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errDown = errors.New("down")

func start(t testing.TB, o actors.Options) *actors.System {
	t.Helper()
	o.Seed = 1
	sys, err := actors.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sys.Shutdown(context.Background()) })
	return sys
}

func telemetryOf(t testing.TB, sys *actors.System, o Options) *Telemetry {
	t.Helper()
	if o.Service == "" {
		o.Service = "shop"
	}
	tel, err := New(sys, o)
	if err != nil {
		t.Fatal(err)
	}
	return tel
}

// page returns the page as it is now.
func (t *Telemetry) page() string {
	var b strings.Builder
	t.WritePrometheus(&b)
	return b.String()
}

// takes is a handler that takes n milliseconds; a negative n fails after them.
func takes(ctx context.Context, n int) (int, error) {
	select {
	case <-time.After(time.Duration(max(n, -n)) * time.Millisecond):
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	if n < 0 {
		return 0, errDown
	}
	return n, nil
}

func echo(_ context.Context, n int) (int, error) { return n, nil }

var full = actors.Policy{
	Deadline: actors.Deadline{Total: 2 * time.Second, Attempt: 800 * time.Millisecond},
	Retry:    actors.Retry{Attempts: 2},
	Breaker:  actors.Breaker{FailureRate: 0.5, MinCalls: 4, OpenFor: 10 * time.Second},
	Bulkhead: actors.Bulkhead{Concurrency: 1, Queue: 4, MaxWait: time.Second},
}

// laden is a policy of the sections that follow the load.
var laden = actors.Policy{
	Rate: actors.RateLimit{
		Limit: 120, Per: time.Minute, Burst: 9, Queue: 5, MaxWait: time.Minute,
		PerTenant: ratelimit.PerKey{Limit: 60, Burst: 4},
	},
	Throttle: actors.Throttle{Window: 24 * time.Second, MinCalls: 4},
	Adaptive: actors.Adaptive{Min: 2, Max: 40, MinSamples: 2},
	Shedding: actors.Shedding{RunQueue: 20 * time.Millisecond},
}

// pressed is a System whose host is under pressure.
func pressed() actors.Options {
	return actors.Options{
		Shedding: actors.Shedding{CPU: 0.85, Memory: 0.9, GC: 0.3},
		Host: func(fuseboard.Instant) shedding.Signals {
			return shedding.Signals{CPU: 0.9, Memory: 0.7, GC: 0.1, RunQueue: 5 * time.Millisecond}
		},
	}
}

// ofTenant is a context of a tenant's.
func ofTenant(t testing.TB, name string) context.Context {
	return fuseboard.WithMeta(t.Context(), fuseboard.Meta{Tenant: name})
}

// throttled is a failure of a dependency that asks to be left alone.
type throttled time.Duration

func (throttled) Error() string               { return "too many" }
func (d throttled) RetryAfter() time.Duration { return time.Duration(d) }

// accepts is a handler that asks for n milliseconds to be left alone if n is not zero.
func accepts(_ context.Context, n int) (int, error) {
	if n > 0 {
		return 0, throttled(time.Duration(n) * time.Millisecond)
	}
	return n, nil
}

func spawn(t testing.TB, under actors.Parent, name string, p actors.Policy, h actors.Handler[int, int]) *actors.Ref[int, int] {
	t.Helper()
	r, err := actors.Spawn(under, name, h, p, actors.With[int, int]{Safe: actors.Always[int]})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func spawnKeyed(t testing.TB, under actors.Parent, name string, l actors.KeyLimits, h actors.Handler[int, int]) *actors.Keyed[int, int] {
	t.Helper()
	k, err := actors.SpawnKeyed(under, name, h, full, l, actors.With[int, int]{Safe: actors.Always[int]})
	if err != nil {
		t.Fatal(err)
	}
	return k
}
