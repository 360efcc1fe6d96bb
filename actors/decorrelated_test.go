// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// What a dependency asks for is no wait of the backoff's: else each wait after it would be
// Max, and callers that were asked together would come together.
func TestRetryAfterDoesNotStretchTheDecorrelatedWaitsAfterIt(t *testing.T) {
	p := Policy{Retry: Retry{Attempts: 3, Backoff: Backoff{Base: 100 * time.Millisecond, Max: 10 * time.Second, Jitter: supervision.DecorrelatedJitter}}}
	const asked = 9 * time.Second
	synctest.Test(t, func(t *testing.T) {
		var at []time.Time
		r := spawn(t, start(t), p, func(context.Context, int) (int, error) {
			at = append(at, time.Now())
			return len(at), errDown
		}, With[int, int]{Safe: Always[int], Classify: func(n int, _ error) fuseboard.Outcome {
			if n == 1 {
				return fuseboard.Outcome{Kind: fuseboard.Failure, RetryAfter: asked}
			}
			return fuseboard.Outcome{Kind: fuseboard.Failure}
		}})
		for way, call := range map[string]func(){
			"call":    func() { _, _ = r.Call(t.Context(), 1) },
			"ask":     func() { _, _ = r.Ask(t.Context(), 1).Wait(t.Context()) },
			"message": func() { _, _ = r.sys.root.RequestFuture(r.PID(), r.Message(t.Context(), 1), time.Minute).Result() },
		} {
			for range 20 {
				at = nil
				call()
				if len(at) != 3 {
					t.Fatalf("%s: %d attempts", way, len(at))
				}
				first, second := at[1].Sub(at[0])-asked, at[2].Sub(at[1])
				if first < 100*time.Millisecond || first > 300*time.Millisecond || second < 100*time.Millisecond || second > 3*first+time.Nanosecond {
					t.Fatalf("%s: waits of %v and then %v beside the %v that were asked for", way, first, second, asked)
				}
			}
		}
	})
}
