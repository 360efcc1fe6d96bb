// SPDX-License-Identifier: Apache-2.0

package simtest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/simulations"
	"github.com/fuseboard/fuseboard/simulations/world"
)

// Played is what became of the requests of a load. It does not change.
type Played struct {
	// Offered is how many arrived, repetitions by impatient users included; each of them is one of the five that follow: Good (answered), Degraded (by a fallback, or stale, where the caller
	// gave its info to actors.WithInfo), Failed, Refused (by a policy), Late (the user's own timeout came first).
	Offered, Good, Degraded, Failed, Refused, Late int
	// Latencies are how long answers took, good or degraded, from the shortest to the longest.
	Latencies []time.Duration
	// Errors are those of what was not answered, each text once, with how often it came.
	Errors map[string]int
}

// Play lets the load arrive, as production does, and calls caller for each request on a goroutine of its own; it returns when all have ended. The load needs an end: Until, or recorded
// arrivals, which world.ReadArrivals reads. The same seed is the same arrivals. The context that caller gets carries the request (a [world.Dependency] draws by it), its priority and
// tenant, and ends after the user's Timeout.
//
// It runs in virtual time: call it within a bubble. The test ends at once where time is real, or where the load has a flaw. The load is over when the
// test's context ends.
func Play(t testing.TB, l world.Load, seed world.Seed, caller simulations.Caller, recorded ...world.Arrival) Played {
	t.Helper()
	virtual(t, "Play")
	if len(recorded) > 0 && l.Recorded == "" {
		l.Recorded = "recorded"
	}
	problems := l.Validate()
	if l.Until == 0 && l.Recorded == "" {
		problems = append(problems, fuseboard.Problem{Path: "until", Code: "missing", Message: "is missing: the load would never end", Fix: "set Until: time.Minute"})
	}
	if err := problems.Err(); err != nil {
		t.Fatalf("simtest: the load has flaws:\n%v", err)
	}
	p := &tally{found: Played{Errors: map[string]int{}}}
	world.Play(t.Context(), l, seed, 1, recorded, func(ctx context.Context, r *world.Request) bool {
		var info actors.Info
		at := time.Now()
		err := caller(ctx, r, &info)
		p.ended(ctx, time.Since(at), info, err)
		return err == nil
	})
	slices.Sort(p.found.Latencies)
	return p.found
}

// tally counts what has ended.
type tally struct {
	mu    sync.Mutex
	found Played
}

func (p *tally) ended(ctx context.Context, took time.Duration, info actors.Info, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f := &p.found
	f.Offered++
	if err == nil {
		f.Latencies = append(f.Latencies, took)
	} else {
		f.Errors[err.Error()]++
	}
	refusal, refused := errors.AsType[fuseboard.Rejection](err)
	switch {
	case err == nil && info.Degraded:
		f.Degraded++
	case err == nil:
		f.Good++
	case ctx.Err() != nil:
		f.Late++
	case refused && refusal.RejectedBy() != "":
		f.Refused++
	default:
		f.Failed++
	}
}

// Goodput is the share of requests that were answered well: 0.95. 0 where none arrived.
func (p Played) Goodput() float64 { return p.share(p.Good) }

// Answered is the share of requests that were answered, well or degraded. 0 where none arrived.
func (p Played) Answered() float64 { return p.share(p.Good + p.Degraded) }

func (p Played) share(n int) float64 { return float64(n) / float64(max(p.Offered, 1)) }

// P50 is the median of Latencies: see [Played.Quantile].
func (p Played) P50() time.Duration { return p.Quantile(0.5) }

// P99 is the 99th percentile of Latencies: see [Played.Quantile].
func (p Played) P99() time.Duration { return p.Quantile(0.99) }

// Quantile is the shortest of Latencies that is as long as the share q (0 to 1) of them all; 0 where there is none.
func (p Played) Quantile(q float64) time.Duration {
	n := len(p.Latencies)
	if n == 0 {
		return 0
	}
	at := int(math.Ceil(q*float64(n))) - 1
	return p.Latencies[min(max(at, 0), n-1)]
}

// String says it in a line: "1200 requests: 96.3% good, …, p50 40ms, p99 260ms".
func (p Played) String() string {
	return fmt.Sprintf("%s: %s good, %s degraded, %s failed, %s refused, %s late; p50 %s, p99 %s", plain.Count(p.Offered, "request", "requests"),
		plain.Percent(p.share(p.Good)), plain.Percent(p.share(p.Degraded)), plain.Percent(p.share(p.Failed)), plain.Percent(p.share(p.Refused)), plain.Percent(p.share(p.Late)),
		plain.Duration(p.P50().Round(time.Microsecond)), plain.Duration(p.P99().Round(time.Microsecond)))
}
