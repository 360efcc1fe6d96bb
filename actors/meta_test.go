// SPDX-License-Identifier: Apache-2.0

package actors_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/supervision"
)

// TestOnlyTheInnermostHopRepeats: a guard whose handler calls through another guard.
func TestOnlyTheInnermostHopRepeats(t *testing.T) {
	for _, c := range []struct {
		what  string
		outer actors.Retry
		sent  int
		why   error
	}{
		{"by default attempts do not multiply", actors.Retry{Attempts: 3}, 3, supervision.ErrAttempts},
		{"who allows more makes more", actors.Retry{Attempts: 4}, 6, supervision.ErrAttempts},
		{"innermost", actors.Retry{Attempts: 4, Innermost: true}, 3, supervision.ErrInnermost},
	} {
		synctest.Test(t, func(t *testing.T) {
			sys, err := actors.Start(actors.Options{Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = sys.Shutdown(context.Background()) }()
			sent := 0
			safe := actors.With[int, int]{Safe: actors.Always[int]}
			deadline := actors.Deadline{Total: time.Minute}
			inner, err := actors.Spawn(sys, "inner", func(context.Context, int) (int, error) {
				sent++
				return 0, errors.New("down")
			}, actors.Policy{Retry: actors.Retry{Attempts: 3}, Deadline: deadline}, safe)
			if err != nil {
				t.Fatal(err)
			}
			outer, err := actors.Spawn(sys, "outer", inner.Call, actors.Policy{Retry: c.outer, Deadline: deadline}, safe)
			if err != nil {
				t.Fatal(err)
			}
			_, err = outer.Call(context.Background(), 1)
			if call, ok := errors.AsType[*actors.CallError](err); sent != c.sent || !ok || !errors.Is(call.Why, c.why) {
				t.Errorf("%s: %d sent, want %d; %v", c.what, sent, c.sent, err)
			}
		})
	}
}
