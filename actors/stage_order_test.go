// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// passing notes when it is passed.
func passing(name string, at Seam, into *[]string) Stage[int, int] {
	return Stage[int, int]{Name: name, At: at, Around: func(ctx context.Context, req int, next Handler[int, int]) (int, error) {
		*into = append(*into, name)
		resp, err := next(ctx, req)
		*into = append(*into, "/"+name)
		return resp, err
	}}
}

func TestStagesAreWhereTheirSeamsSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var passed []string
		handler := func(_ context.Context, req int) (int, error) {
			passed = append(passed, "handler")
			if req < 0 {
				return 0, errDown
			}
			return req, nil
		}
		w := With[int, int]{
			Safe: Always[int], Key: func(req int) (string, bool) { return fmt.Sprint(req), true },
			Fallback: func(_ context.Context, req int, _ error) (int, error) {
				passed = append(passed, "fallback")
				return -req, nil
			},
			Stages: []Stage[int, int]{
				passing("h", AroundHandler, &passed), passing("a", AroundCall, &passed),
				passing("p", AroundProtection, &passed), passing("b", AroundCall, &passed), passing("a", AroundCall, &passed),
			},
		}
		r := spawn(t, start(t), Policy{Cache: Cache{TTL: time.Minute}, Retry: Retry{Attempts: 2}}, handler, w)
		for _, one := range []struct {
			req  int
			want string
		}{
			{1, "a b a p h handler /h /p /a /b /a"},
			{1, "a b a /a /b /a"},
			{-2, "a b a p h handler /h h handler /h /p fallback /a /b /a"},
		} {
			passed = nil
			if got, err := r.Call(context.Background(), one.req); err != nil || got != max(one.req, -one.req) {
				t.Errorf("%d: %d, %v", one.req, got, err)
			}
			if got := strings.Join(passed, " "); got != one.want {
				t.Errorf("%d passed %q, want %q", one.req, got, one.want)
			}
		}
		if err := r.sys.SetMode(BypassPolicy); err != nil {
			t.Fatal(err)
		}
		passed = nil
		if _, err := r.Call(context.Background(), 1); err != nil || strings.Join(passed, " ") != "a b a p h handler /h /p /a /b /a" {
			t.Errorf("in bypass: %v, %v", passed, err)
		}
	})
}

func TestAStageMayAnswerByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		for _, at := range []Seam{AroundCall, AroundProtection, AroundHandler} {
			w := With[int, int]{Stages: []Stage[int, int]{{Name: "own", At: at, Around: func(ctx context.Context, req int, next Handler[int, int]) (int, error) {
				switch req {
				case 1:
					return 100, nil
				case 2:
					return 0, errDown
				}
				_, _ = next(ctx, req)
				return next(ctx, req+10)
			}}}}
			calls := 0
			r, err := Spawn(sys, at.String(), func(_ context.Context, req int) (int, error) { calls++; return req, nil }, Policy{Bulkhead: Bulkhead{Concurrency: 1}}, w)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := r.Call(context.Background(), 1); got != 100 || err != nil || calls != 0 {
				t.Errorf("%s: %d, %v, %d calls", at, got, err, calls)
			}
			if _, err := r.Call(context.Background(), 2); !errors.Is(err, errDown) || calls != 0 {
				t.Errorf("%s: %v", at, err)
			}
			if got, err := r.Ask(context.Background(), 3).Wait(context.Background()); got != 13 || err != nil || calls != 2 {
				t.Errorf("%s: %d, %v, %d calls", at, got, err, calls)
			}
		}
	})
}

func TestAllThatIsWrongWithStagesIsTold(t *testing.T) {
	w := With[int, int]{
		Hold: func(resp int, _ Held) int { return resp }, Key: func(int) (string, bool) { return "", true },
		Stages: slices.Repeat([]Stage[int, int]{{Name: "Bad Name", At: 9}}, MaxStages+1),
	}
	_, err := Spawn(start(t), "payments", echo, Policy{}, w)
	for _, want := range []string{"with.stages = 17: are too many stages", "with.stages[0].name", "with.stages[3].at = 9: is no seam", "with.stages[16].around: must not be nil", "with.key: can't be given beside Hold"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %v", want, err)
		}
	}
}

func TestAStageAroundTheHandlerIsPassedByCopies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		passed := make(chan int, 4)
		slow := func(ctx context.Context, req int) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		}
		w := With[int, int]{
			Safe: Always[int],
			Elsewhere: func(int) Handler[int, int] {
				return func(_ context.Context, req int) (int, error) { return req * 10, nil }
			},
			Stages: []Stage[int, int]{{Name: "count", At: AroundHandler, Around: func(ctx context.Context, req int, next Handler[int, int]) (int, error) {
				passed <- req
				return next(ctx, req)
			}}},
		}
		p := Policy{Workers: Workers{Max: 4}, Hedge: Hedge{After: time.Second}, Deadline: Deadline{Attempt: time.Minute}}
		r := spawn(t, start(t), p, slow, w)
		if got, err := r.Call(context.Background(), 7); got != 70 || err != nil || len(passed) != 2 {
			t.Errorf("%d, %v, %d passages", got, err, len(passed))
		}
	})
}
