// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

var errClosed = errors.New("market is closed")

// exchange is open until it is closed.
type exchange struct{ closed bool }

func (e *exchange) rate(_ context.Context, pair string) (float64, error) {
	if e.closed {
		return 0, errClosed
	}
	fmt.Println("the exchange is asked for", pair)
	return 1.07, nil
}

// The second caller of a pair has the answer of the first, for as long as that is fresh.
func ExamplePolicy_cache() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		panic(err)
	}
	defer func() { _ = sys.Shutdown(ctx) }()

	rates, err := actors.Spawn(sys, "rates", new(exchange).rate, actors.Policy{
		Deadline: actors.Deadline{Total: time.Second},
		Cache:    actors.Cache{TTL: time.Minute, StaleIfError: time.Hour},
	}, actors.With[string, float64]{
		Key: func(pair string) (string, bool) { return pair, pair != "" },
	})
	if err != nil {
		panic(err)
	}
	for _, pair := range []string{"EURUSD", "EURUSD", "GBPUSD"} {
		var info actors.Info
		rate, err := rates.Call(actors.WithInfo(ctx, &info), pair)
		fmt.Println(rate, err, info.Source)
	}
	fmt.Println(rates.Stats().Cache.Hits, "hit")
	// Output:
	// the exchange is asked for EURUSD
	// 1.07 <nil> dependency
	// 1.07 <nil> cache
	// the exchange is asked for GBPUSD
	// 1.07 <nil> dependency
	// 1 hit
}

// Each failure is answered by the first step that is for it. Where no step has an answer, the
// error says why.
func ExamplePolicy_fallback() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		panic(err)
	}
	defer func() { _ = sys.Shutdown(ctx) }()

	rates, err := actors.Spawn(sys, "rates", (&exchange{closed: true}).rate, actors.Policy{
		Breaker: actors.Breaker{Consecutive: 2, OpenFor: time.Hour},
		Fallback: actors.Fallback{Steps: []actors.FallbackStep{
			{Use: actors.UseComputed, On: []fuseboard.Class{actors.OnFailure}}, // With.Fallback
			{Value: "1", On: []fuseboard.Class{"breaker"}},                     // while the circuit is open
		}},
	}, actors.With[string, float64]{
		Fallback: func(_ context.Context, pair string, cause error) (float64, error) {
			if pair == "EURDKK" { // bound to each other
				return 7.46, nil
			}
			return 0, actors.ErrDeclined
		},
	})
	if err != nil {
		panic(err)
	}
	for _, pair := range []string{"EURDKK", "EURUSD", "EURUSD"} {
		fmt.Println(rates.Call(ctx, pair))
	}
	// Output:
	// 7.46 <nil>
	// 0 rates: failed: market is closed (no fallback: 1 computed: declined; 2 value: only for breaker)
	// 1 <nil>
}

// Another exchange answers for one that is closed. Each has its own guard, and counts its own
// failures.
func ExampleInstead() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		panic(err)
	}
	defer func() { _ = sys.Shutdown(ctx) }()

	policy := actors.Policy{Deadline: actors.Deadline{Total: time.Second}}
	paris, err := actors.Spawn(sys, "paris", new(exchange).rate, policy)
	if err != nil {
		panic(err)
	}
	london, err := actors.Spawn(sys, "london", (&exchange{closed: true}).rate, policy, actors.With[string, float64]{
		Fallback: actors.Instead(paris),
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(london.Call(ctx, "EURUSD"))
	fmt.Println("london failed", london.Stats().Failures, "time, paris", paris.Stats().Failures)
	// Output:
	// the exchange is asked for EURUSD
	// 1.07 <nil>
	// london failed 1 time, paris 0
}

// An audit sees what callers get, whoever it came from.
func ExampleStage() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		panic(err)
	}
	defer func() { _ = sys.Shutdown(ctx) }()

	audit := actors.Stage[string, float64]{
		Name: "audit", At: actors.AroundCall,
		Around: func(ctx context.Context, pair string, next actors.Handler[string, float64]) (float64, error) {
			rate, err := next(ctx, pair)
			fmt.Println("audit:", pair, rate, err)
			return rate, err
		},
	}
	london := &exchange{}
	rates, err := actors.Spawn(sys, "rates", london.rate, actors.Policy{
		Fallback: actors.Fallback{Steps: []actors.FallbackStep{{Value: "1"}}},
	}, actors.With[string, float64]{Stages: []actors.Stage[string, float64]{audit}})
	if err != nil {
		panic(err)
	}
	_, _ = rates.Call(ctx, "EURUSD")
	london.closed = true
	_, _ = rates.Call(ctx, "EURUSD")
	// Output:
	// the exchange is asked for EURUSD
	// audit: EURUSD 1.07 <nil>
	// audit: EURUSD 1 <nil>
}

// A caller is told where its answer comes from, and can say so.
func ExampleWithInfo() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		panic(err)
	}
	defer func() { _ = sys.Shutdown(ctx) }()
	london := &exchange{}
	rates, err := actors.Spawn(sys, "rates", london.rate, actors.Policy{
		Fallback: actors.Fallback{Steps: []actors.FallbackStep{{MaxAge: time.Hour}}}, // the last good answer
	}, actors.With[string, float64]{
		Key: func(pair string) (string, bool) { return pair, true },
	})
	if err != nil {
		panic(err)
	}
	for range 2 {
		var info actors.Info
		rate, err := rates.Call(actors.WithInfo(ctx, &info), "EURUSD")
		switch {
		case err != nil:
			fmt.Println("no rate:", err)
		case info.Degraded:
			fmt.Printf("%.2f (%.0f s old, the market is closed)\n", rate, info.Age.Seconds())
		default:
			fmt.Println(rate)
		}
		london.closed = true
	}
	// Output:
	// the exchange is asked for EURUSD
	// 1.07
	// 1.07 (0 s old, the market is closed)
}

// lean is what stands between a caller and its call: it gives the call a context of its own, and
// lets it tell whoever asked.
func lean(ctx context.Context, rates *actors.Ref[string, float64], pair string) (float64, error) {
	own, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return rates.Call(actors.WithInfo(own, actors.InfoOf(ctx)), pair)
}

// WithInfo tells of the call that is made with exactly its context. Who derives another one
// passes the question on.
func ExampleInfoOf() {
	ctx := context.Background()
	sys, err := actors.Start(actors.Options{})
	if err != nil {
		panic(err)
	}
	defer func() { _ = sys.Shutdown(ctx) }()
	rates, err := actors.Spawn(sys, "rates", new(exchange).rate, actors.Policy{})
	if err != nil {
		panic(err)
	}
	var info actors.Info
	_, err = lean(actors.WithInfo(ctx, &info), rates, "EURUSD")
	fmt.Println(err, info.Source, info.Attempts)
	// Output:
	// the exchange is asked for EURUSD
	// <nil> dependency 1
}
