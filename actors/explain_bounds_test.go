// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// What a bound makes of a wait or a limit is not said of the quantile: all attempts take 20 ms here.
func TestExplanationSaysWhichBoundAWaitOrALimitIs(t *testing.T) {
	adaptive := Deadline{Attempt: time.Second, Adaptive: AdaptiveAttempt{MinCalls: 20, Min: 100 * ms}}
	for name, c := range map[string]struct {
		policy Policy
		stage  string
		want   string
	}{
		"longest wait":  {Policy{Hedge: Hedge{MinCalls: 20, Max: 5 * ms}}, "hedge", "a copy after 5ms, as hedge.max says: more than 4% of the attempts took longer of late"},
		"shortest wait": {Policy{Hedge: Hedge{MinCalls: 20, Min: 50 * ms}}, "hedge", "a copy after 50ms, as hedge.min says: 96% of the attempts took no longer of late"},
		"least limit":   {Policy{Deadline: adaptive}, "attempt deadline", "a handler has 100ms now, as deadline.adaptive.min says, of at most 1s: 2 times what 99% of the attempts took of late is less"},
	} {
		synctest.Test(t, func(t *testing.T) {
			c.policy.Workers = Workers{Idle: time.Second}
			r := spawn(t, start(t), c.policy, func(ctx context.Context, n int) (int, error) {
				time.Sleep(20 * ms)
				return n, nil
			}, With[int, int]{Safe: Always[int]})
			for range 60 {
				_, _ = r.Call(t.Context(), 1)
			}
			time.Sleep(2 * time.Second)
			_, _ = r.Call(t.Context(), 1)
			for _, s := range r.Explain().Stages {
				if s.Name == c.stage && !strings.HasPrefix(s.Now, c.want) {
					t.Errorf("%s:\ngot  %s\nwant %s", name, s.Now, c.want)
				}
			}
		})
	}
}
