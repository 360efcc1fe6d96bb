// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// Its driver has words of its own for a time that is over.
func TestAttemptLimitRisesWhateverErrorAHandlerMakesOfItsEnd(t *testing.T) {
	errDriver := errors.New("driver: query cancelled")
	for name, c := range map[string]struct {
		p   Policy
		err error
	}{
		"straight": {adapting, errDriver}, "workers": {withWorkers(adapting), errDriver},
		"straight canceled": {adapting, context.Canceled}, "workers canceled": {withWorkers(adapting), context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := spawn(t, start(t), c.p, func(ctx context.Context, n int) (int, error) {
					select {
					case <-time.After(time.Duration(n) * ms):
						return n, nil
					case <-ctx.Done():
						return 0, c.err
					}
				})
				for range 200 {
					_, _ = r.Call(t.Context(), 40)
				}
				for range 600 {
					_, _ = r.Call(t.Context(), 120)
				}
				if _, err := r.Call(t.Context(), 120); err != nil {
					t.Errorf("still, after a minute at three times the time: %v; limit %v", err, r.Stats().AttemptLimit)
				}
			})
		})
	}
}

// Callers with little time say nothing about how long answers take.
func TestCallersWithLittleTimeDoNotLowerTheAttemptLimit(t *testing.T) {
	for name, p := range map[string]Policy{"straight": adapting, "workers": withWorkers(adapting)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := spawn(t, start(t), p, taking)
				for range 50 {
					_, _ = r.Call(t.Context(), 40)
				}
				before := r.Stats().AttemptLimit
				for range 1000 {
					ctx, end := context.WithTimeout(t.Context(), 3*ms)
					_, _ = r.Call(ctx, 40)
					end()
				}
				if after := r.Stats().AttemptLimit; after < before*9/10 {
					t.Errorf("the limit fell from %v to %v", before, after)
				}
				if _, err := r.Call(t.Context(), 40); err != nil {
					t.Errorf("a call as always: %v", err)
				}
			})
		})
	}
}

// A timeout that the dependency tells of at once is no time.
func TestTimeoutsThatAreToldAtOnceDoNotLowerTheAttemptLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), adapting, func(ctx context.Context, n int) (int, error) {
			if n == 0 {
				_, _ = taking(ctx, 1)
				return 0, context.DeadlineExceeded
			}
			return taking(ctx, n)
		})
		for range 50 {
			_, _ = r.Call(t.Context(), 40)
		}
		for range 31_000 {
			_, _ = r.Call(t.Context(), 0)
		}
		if _, err := r.Call(t.Context(), 40); err != nil {
			t.Errorf("a call as always: %v; limit %v", err, r.Stats().AttemptLimit)
		}
	})
}

func TestUpdateSaysWhereTheAttemptLimitKnowsTooLittleNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), adapting, taking)
		for range 10 {
			_, _ = r.Call(t.Context(), 40)
		}
		p := adapting
		p.Deadline.Adaptive.MinCalls = 100
		change, err := r.Update(t.Context(), p)
		if limit := r.Stats().AttemptLimit; err != nil || limit != 2*time.Second || len(change.Lost) != 1 {
			t.Errorf("%v: limit %v, lost %q", err, limit, change.Lost)
		}
	})
}
