// SPDX-License-Identifier: Apache-2.0

package deadline_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/deadline"
)

// Two attempts share a total; the second has only what the first left.
func ExamplePolicy() {
	clock := fuseboard.NewClock()
	policy := deadline.Policy{Total: time.Second, Attempt: 800 * time.Millisecond}

	start := fuseboard.Instant(0)
	call := policy.Begin(context.Background(), clock, start)
	first := policy.Try(call, start)
	fmt.Println(first.Scope, first.Left(start))

	later := start.Add(700 * time.Millisecond)
	second := policy.Try(call, later)
	fmt.Println(second.Scope, second.Left(later))
	// Output:
	// attempt 800ms
	// total 300ms
}

// A handler that looks at its context sees the deadline, and which it was.
func ExampleContext() {
	clock := fuseboard.NewClock()
	span := deadline.Policy{Total: time.Millisecond}.Begin(context.Background(), clock, clock.Now())

	ctx, lazy := deadline.Context(context.Background(), clock, span, nil)
	defer lazy.End()
	<-ctx.Done()

	limit, _ := errors.AsType[*deadline.Error](context.Cause(ctx))
	fmt.Println(ctx.Err())
	fmt.Println(limit.Scope, limit.Limit)
	// Output:
	// context deadline exceeded
	// total 1ms
}

// A request has the place of its context in it: the two are one allocation.
func ExampleOrigin_ContextIn() {
	type request struct {
		number  int
		context deadline.Lazy
	}
	clock := fuseboard.NewClock()
	span := deadline.Policy{Total: time.Second}.Begin(context.Background(), clock, clock.Now())

	r := &request{number: 1}
	origin := deadline.NewOrigin(clock, nil)
	ctx, lazy := origin.ContextIn(&r.context, context.Background(), span)
	defer lazy.End()
	fmt.Println(r.number, ctx, ctx.Err())
	// Output: 1 context.Background.deadline(total 1s) <nil>
}

// A stream whose beginning was bounded goes on after that, until its owner stops.
func ExampleOutlast() {
	clock := fuseboard.NewClock()
	span := deadline.Policy{Total: time.Millisecond}.Begin(context.Background(), clock, clock.Now())

	var guard deadline.Family
	begins, lazy := deadline.Context(context.Background(), clock, span, &guard)
	defer lazy.End()
	goesOn, longer := deadline.Outlast(begins)
	defer longer.End()

	<-begins.Done()
	fmt.Println(goesOn.Err())
	guard.Cancel()
	fmt.Println(goesOn.Err())
	// Output:
	// <nil>
	// context canceled
}

// An owner that stops cancels the contexts it has given out.
func ExampleFamily() {
	clock := fuseboard.NewClock()
	span := deadline.Policy{Total: time.Minute}.Begin(context.Background(), clock, clock.Now())

	var guard deadline.Family
	ctx, lazy := deadline.Context(context.Background(), clock, span, &guard)
	defer lazy.End()

	guard.Cancel()
	fmt.Println(ctx.Err())
	// Output: context canceled
}

func ExamplePolicy_Validate() {
	fmt.Println(deadline.Policy{Total: time.Second, Attempt: 2 * time.Second, Reserve: -1}.Validate())
	// Output:
	// reserve = -1ns: must not be negative (accepted: 0s to 1h); leave it out to keep nothing back [negative]
	// attempt = 2s: is longer than total (1s), which ends every attempt first; lower attempt, or raise total to at least attempts times attempt plus backoff [attempt-over-total]
}

func ExampleSpan_Error() {
	clock := fuseboard.NewClock()
	span := deadline.Policy{Total: 2 * time.Second}.Begin(context.Background(), clock, 0)
	err := span.Error(fuseboard.Instant(2100*time.Millisecond), errors.New("row locked"))
	fmt.Println(err)
	// Output: the call did not end within deadline.total = 2s (elapsed 2.1s); raise deadline.total, or lower deadline.attempt or retry.attempts so that they fit: row locked
}

func ExamplePolicy_AttemptLimit() {
	p := deadline.Policy{Attempt: time.Second, Adaptive: deadline.Adaptive{Factor: 3}}
	fmt.Println(p.AttemptLimit(0, false))
	fmt.Println(p.AttemptLimit(40*time.Millisecond, true))
	fmt.Println(p.AttemptLimit(time.Minute, true))
	span := p.TryWithin(deadline.Span{Until: fuseboard.Never}, 0, 120*time.Millisecond)
	fmt.Println(span.Error(span.Until, nil))
	// Output:
	// 1s
	// 120ms
	// 1s
	// the attempt did not end within 120ms, which deadline.adaptive gives by how long attempts took lately (elapsed 120ms); raise deadline.adaptive.min or factor if the dependency is healthy and needs longer; the limit rises by itself if many attempts do
}
