// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"testing"
	"time"

	cmap "github.com/orcaman/concurrent-map"
	"go.uber.org/goleak"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// protoactor makes 1024 maps of 32 parts for each System. Thousands of Systems live here for some virtual
// seconds each, and a third of all time went into those parts: tests have maps of one.
func TestMain(m *testing.M) {
	cmap.SHARD_COUNT = 1
	goleak.VerifyTestMain(m)
}

var errDown = errors.New("dependency down")

// start makes a System that is shut down when the test ends.
func start(t testing.TB) *System {
	t.Helper()
	return startWith(t, Options{Seed: 1})
}

func startWith(t testing.TB, o Options) *System {
	t.Helper()
	sys, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		sys.mu.RLock()
		again := sys.down != nil // the test has looked at its result
		sys.mu.RUnlock()
		err := sys.Shutdown(context.Background())
		if err != nil && !again {
			t.Errorf("shutdown: %v", err)
		}
		if err == nil && !t.Failed() {
			wantUse(t, sys, 0, 0, 0, 0)
		}
	})
	return sys
}

func spawn[Req, Resp any](t testing.TB, sys *System, p Policy, h Handler[Req, Resp], with ...With[Req, Resp]) *Ref[Req, Resp] {
	t.Helper()
	r, err := Spawn(sys, "payments", h, p, with...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func fail(context.Context, int) (int, error) { return 0, errDown }

func echo(_ context.Context, n int) (int, error) { return n, nil }

// hang waits for its context, as a dependency that never answers does.
func hang(ctx context.Context, _ int) (int, error) {
	<-ctx.Done()
	return 0, ctx.Err()
}

// sometimes fails while *down is true.
func sometimes(down *bool) Handler[int, int] {
	return func(_ context.Context, n int) (int, error) {
		if *down {
			return 0, errDown
		}
		return n, nil
	}
}

var (
	quickBreaker = Breaker{Consecutive: 3, OpenFor: 10 * time.Second, OpenGrowth: 1, OpenJitter: 0, Probes: 1, ProbeTimeout: 5 * time.Second}
	twice        = Retry{Attempts: 2, Backoff: Backoff{Base: 100 * time.Millisecond, Jitter: supervision.NoJitter}}
)

func callError(t testing.TB, err error) *CallError {
	t.Helper()
	e, ok := errors.AsType[*CallError](err)
	if !ok {
		t.Fatalf("want a *CallError, got %T: %v", err, err)
	}
	return e
}

func wantIs(t testing.TB, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Fatalf("want %v inside, got %v", target, err)
	}
}

func problemsIn(t testing.TB, err error) fuseboard.Problems {
	t.Helper()
	ps, ok := errors.AsType[fuseboard.Problems](err)
	if !ok {
		t.Fatalf("want Problems, got %T: %v", err, err)
	}
	return ps
}
