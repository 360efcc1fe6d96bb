// SPDX-License-Identifier: Apache-2.0

// Command ratelimit calls a partner that allows 20 requests a second, stays under that quota,
// and leaves the partner alone when it says so all the same.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "ratelimit:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	quota := ratelimit.Policy{Limit: 20, Burst: 5, Queue: 10, MaxWait: time.Second}
	if err := quota.Validate().Err(); err != nil {
		return err
	}
	clock := fuseboard.NewClock()
	limiter, partner := ratelimit.New(quota, clock), &Partner{busyAt: 12, retryAfter: 300 * time.Millisecond}

	fmt.Fprintf(out, "%d may come at once\n", limiter.Peek(clock.Now()).Left)
	began := clock.Now()
	for request := range 20 {
		if err := limiter.Wait(ctx, 1); err != nil {
			return err
		}
		answer := partner.Get()
		if answer.Status == StatusTooManyRequests {
			limiter.Throttled(clock.Now(), answer.RetryAfter)
			fmt.Fprintf(out, "request %d: asked to wait for %s\n", request, answer.RetryAfter)
		}
		if request%5 == 4 {
			fmt.Fprintf(out, "after %s: %d requests sent, %d may come at once\n",
				clock.Now().Sub(began).Round(50*time.Millisecond), partner.Got, limiter.Peek(clock.Now()).Left)
		}
	}
	return nil
}
