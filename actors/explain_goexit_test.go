// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/fuseboard/fuseboard"
)

func TestWhoeverEndsTheGoroutineIsToldOnceInEachWay(t *testing.T) {
	over := func() bool { runtime.Goexit(); return true }
	plain := With[int, int]{Safe: Always[int]}
	for name, one := range map[string]struct {
		handle Handler[int, int]
		with   With[int, int]
	}{
		"handler":  {func(context.Context, int) (int, error) { over(); return 0, nil }, plain},
		"Classify": {fail, With[int, int]{Safe: Always[int], Classify: func(int, error) (o fuseboard.Outcome) { over(); return o }}},
		"Safe":     {fail, With[int, int]{Safe: func(int) bool { return over() }}},
	} {
		for _, workers := range []Workers{{}, {Max: 1}} {
			for _, way := range []string{"call", "ask", "message"} {
				t.Run(fmt.Sprintf("%s/%s/workers %v", name, way, workers.On()), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						r := spawn(t, start(t), Policy{Retry: twice, Workers: workers, Bulkhead: Bulkhead{Concurrency: 1}}, one.handle, one.with)
						switch way {
						case "call":
							go func() { _, _ = r.Call(context.Background(), 1) }()
						case "ask":
							_, _ = r.Ask(context.Background(), 1).Wait(t.Context())
						case "message":
							_ = replyOf[int, int](t, messaged(context.Background(), r, 1))
						}
						synctest.Wait()
						if h := fateOf(t, r.Guard, GivenUp, ErrGoexit.Error()); h.Count != 1 || h.Attempts != 1 {
							t.Errorf("%+v", h)
						}
						checkFates(t, r.Guard)
						if d := r.Stats().Gate; d.InUse != 0 {
							t.Errorf("%+v", d)
						}
					})
				})
			}
		}
	}
}
