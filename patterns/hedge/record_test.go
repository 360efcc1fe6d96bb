// SPDX-License-Identifier: Apache-2.0

package hedge

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// learnt returns a hedger that has recorded 99 first copies of 10ms, with which nothing is known, and waits 15ms until then.
func learnt() *Hedger {
	h := New(Policy{Quantile: 0.99, MinCalls: 100, After: 15 * ms})
	for range 99 {
		h.Record(0, 10*ms)
	}
	return h
}

// What Do records of a call is seen from whether it is the hundredth record, and then from the longest of them.
func TestDoRecordsFirstCopiesAndOfLosersWhatTheyHad(t *testing.T) {
	for name, c := range map[string]struct {
		first, second time.Duration
		fails         bool // the first copy
		leaves        time.Duration
		want          time.Duration // zero: nothing
	}{
		"an answer":              {first: 3 * ms, want: 10 * ms}, // that of the others
		"a slow answer":          {first: 17 * ms, second: time.Second, want: 17 * ms},
		"a loser":                {first: time.Second, second: 5 * ms, want: 20 * ms},
		"a fast failure":         {first: 3 * ms, fails: true},
		"a slow failure":         {first: 16 * ms, second: time.Second, fails: true, want: 16 * ms},
		"a caller leaves early":  {first: time.Second, leaves: 5 * ms},
		"a caller leaves late":   {first: time.Second, second: time.Second, leaves: 50 * ms, want: 50 * ms},
		"a winner beside a fail": {first: 18 * ms, second: 10 * ms, fails: true, want: 18 * ms},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := learnt()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if c.leaves > 0 {
				defer time.AfterFunc(c.leaves, cancel).Stop()
			}
			_, _ = Do(ctx, h, Options[int]{Safe: true}, func(ctx context.Context, which int) (int, error) {
				if which > 0 {
					return which, sleep(ctx, c.second)
				}
				if err := sleep(ctx, c.first); err != nil || c.fails {
					return 0, errBroken
				}
				return 0, nil
			})
			closed(t, h)
			if v := h.View(); v.Known != (c.want > 0) {
				t.Errorf("%s: recorded %t", name, v.Known)
			}
			h.Reshape(Policy{Quantile: 0.999, MinCalls: 100, After: 15 * ms})
			if v := h.View(); c.want > 0 && !near(v.Wait, c.want) {
				t.Errorf("%s: recorded %s, want %s", name, v.Wait, c.want)
			}
		})
	}
}
