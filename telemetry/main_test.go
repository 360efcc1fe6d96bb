// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fuseboard/fuseboard/actors"
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
