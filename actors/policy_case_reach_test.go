// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// A class may have more attempts than the section: a case of these is met.
func TestCaseIsReachedByTheAttemptsOfAClass(t *testing.T) {
	p := Policy{
		Deadline: Deadline{Total: time.Minute, Attempt: time.Second},
		Retry:    Retry{Attempts: 2, Classes: map[fuseboard.Class]ClassRetry{"timeout": {Attempts: 5}}},
		Cases:    []Case{{Attempt: 3, Deadline: Deadline{Attempt: 100 * time.Millisecond}}, {Attempt: 6, Deadline: Deadline{Attempt: time.Millisecond}}},
	}
	problems := p.Validate()
	if len(problems) != 1 || problems[0].Path != "cases[1].attempt" || problems[0].Code != codeNeverReached {
		t.Errorf("got %v", problems)
	}
}

// Who has repeated and may not go on by a case of a later attempt is counted, and told why,
// as with any other end of its attempts; so is who was refused before that attempt.
func TestAttemptsThatALaterCaseEndsAreCountedAndTold(t *testing.T) {
	p := Policy{
		Deadline: Deadline{Total: time.Minute, Attempt: time.Second},
		Retry:    Retry{Attempts: 4, Backoff: Backoff{Base: time.Second, Jitter: supervision.NoJitter}},
		Cases:    []Case{{Attempt: 2, Retry: Retry{Attempts: 1}}},
	}
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), p, func(context.Context, int) (int, error) { return 0, errDown }, With[int, int]{Safe: Always[int]})
		for way, call := range map[string]func(context.Context, int) (int, error){
			"call": r.Call,
			"ask":  func(ctx context.Context, n int) (int, error) { return r.Ask(ctx, n).Wait(ctx) },
		} {
			before := r.Stats().NotRepeated
			_, err := call(t.Context(), 1)
			if e, is := errors.AsType[*CallError](err); !is || e.Attempts != 2 || !errors.Is(e.Why, supervision.ErrAttempts) {
				t.Errorf("%s: got %v", way, err)
			}
			if n := r.Stats().NotRepeated; n.Attempts != before.Attempts+1 {
				t.Errorf("%s: not repeated: %+v", way, n)
			}
		}
		if s := r.Stats(); s.Failed != 2 || s.NotRepeated.sum() != s.Failed {
			t.Errorf("%d failed, not repeated: %+v", s.Failed, s.NotRepeated)
		}
	})
}

func TestCallRefusedBeforeALaterCaseIsCounted(t *testing.T) {
	p := Policy{
		Deadline: Deadline{Total: time.Minute, Attempt: time.Second},
		Retry:    Retry{Attempts: 4, Backoff: Backoff{Base: time.Second, Jitter: supervision.NoJitter}},
		Bulkhead: Bulkhead{Concurrency: 1},
		Cases:    []Case{{Attempt: 2, Retry: Retry{Attempts: 1}}},
	}
	synctest.Test(t, func(t *testing.T) {
		r := spawn(t, start(t), p, func(_ context.Context, n int) (int, error) {
			if n == 0 {
				time.Sleep(900 * time.Millisecond)
				return 0, nil
			}
			return 0, errDown
		}, With[int, int]{Safe: Always[int]})
		time.AfterFunc(500*time.Millisecond, func() { _, _ = r.Call(t.Context(), 0) })
		_, err := r.Call(t.Context(), 1)
		if s := r.Stats(); err == nil || s.Failed != 1 || s.NotRepeated != (NotRepeated{Refused: 1}) {
			t.Errorf("%v; %d failed, not repeated: %+v", err, s.Failed, s.NotRepeated)
		}
		time.Sleep(time.Minute)
	})
}
