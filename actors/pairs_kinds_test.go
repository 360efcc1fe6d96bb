// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/supervision"
)

// Experiments that are alike for many pairs.

// refusesFirst: where both refuse, the outer one is heard; without it, the inner one is.
func refusesFirst(t *testing.T, p pair, outer, inner refuser) {
	x := newTestbed(t, p, func(x *testbed) { outer.lay(x); inner.lay(x) })
	first, then := outer, inner
	if inner.turn < outer.turn {
		first, then = inner, outer
	}
	first.ready(x)
	then.ready(x)
	by := x.calls("A", outer.shy)
	want := map[string]int{outer.by: 1}
	if outer.shy { // who comes through meets the other
		if by[outer.by] == 0 || by[outer.by]+by[inner.by] != 50 {
			t.Errorf("refused by %v", by)
		}
	} else if !maps.Equal(by, want) {
		t.Errorf("refused by %v, want %v", by, want)
	}
	outer.lift(x)
	if by := x.calls("A", inner.shy); by[inner.by] == 0 || by[outer.by] > 0 {
		t.Errorf("without %s refused by %v, want by %s", p.outer, by, inner.by)
	}
	if x.runs.Load() > 0 && !inner.shy {
		t.Errorf("the handler ran %d times", x.runs.Load())
	}
}

// keepsFromTheHandler: what is refused does not come to the stages around the handler.
func keepsFromTheHandler(t *testing.T, p pair, outer refuser) {
	x := newTestbed(t, p, func(x *testbed) {
		outer.lay(x)
		x.hooks.Stages = []Stage[string, quote]{x.stage("h", AroundHandler)}
	})
	outer.ready(x)
	by := x.calls("A", outer.shy)
	if entered := strings.Count(x.take(), "h("); by[outer.by] == 0 || entered != by[""] {
		t.Errorf("refused %v, %d entered", by, entered)
	}
	outer.lift(x)
	if _, err := x.call("A"); err != nil || x.take() != "h( h)" {
		t.Errorf("let in: %v", err)
	}
}

// answerer is a pattern that answers, or is passed, although what stands further in refuses.
type answerer struct {
	lay   func(x *testbed)
	prime func(x *testbed)
	check func(x *testbed, n int) // after n calls that the inner one would refuse
}

// answerers are those that stand around the protected call.
var answerers = map[string]*answerer{
	"stage call":       passesStage(AroundCall),
	"stage protection": passesStage(AroundProtection),
	"cache": {
		lay:   func(x *testbed) { x.policy.Cache, x.hooks.Key = Cache{TTL: 24 * time.Hour}, byPair },
		prime: func(x *testbed) { _, _ = x.call("hit") },
		check: func(x *testbed, n int) {
			if s := x.ref.Stats().Cache; s.Hits != uint64(n) {
				x.Errorf("%d hits of %d calls", s.Hits, n)
			}
		},
	},
	"fallback": {
		lay: func(x *testbed) {
			x.hooks.Fallback = func(_ context.Context, _ string, cause error) (quote, error) {
				x.note("%s", refusedBy(cause))
				return quote{Pair: "none"}, nil
			}
		},
		prime: func(x *testbed) {
			// A caller whose time is over gets no step that takes time: one that takes none.
			if x.inner == "total deadline" {
				x.policy.Fallback.Steps = []FallbackStep{{Value: `{"pair":"none"}`}}
				x.update()
			}
		},
		check: func(x *testbed, n int) {
			if given := x.ref.Stats().Fallback.Given; given == 0 || given > uint64(n) {
				x.Errorf("%d answers of the fallback in %d calls", given, n)
			}
		},
	},
}

func passesStage(at Seam) *answerer {
	return &answerer{
		lay: func(x *testbed) {
			x.hooks.Stages = []Stage[string, quote]{{Name: "s", At: at, Around: func(ctx context.Context, pair string, next Handler[string, quote]) (quote, error) {
				_, err := next(ctx, pair)
				x.note("%s", refusedBy(err))
				return quote{Pair: "seen"}, nil
			}}}
		},
		prime: func(*testbed) {},
		check: func(x *testbed, n int) {
			if seen := x.take(); len(seen) < len(refusersByName[x.inner].by) || n == 1 && seen != refusersByName[x.inner].by {
				x.Errorf("the stage saw %q in %d calls", seen, n)
			}
		},
	}
}

// answersWhileRefused: the outer one is there although the inner one refuses.
func answersWhileRefused(t *testing.T, p pair, outer *answerer, inner refuser) {
	x := newTestbed(t, p, func(x *testbed) { outer.lay(x); inner.lay(x) })
	outer.prime(x)
	inner.ready(x)
	before := x.runs.Load()
	by := x.calls("hit", inner.shy)
	n := by[""]
	if len(by) != 1 || n == 0 {
		t.Errorf("answered %v", by)
	}
	if !inner.shy && x.runs.Load() != before {
		t.Error("the handler has run")
	}
	outer.check(x, n)
	if by := bareRefusals(x, inner); by == 0 { // and it does refuse
		t.Errorf("%s refuses nothing", p.inner)
	}
}

// bareRefusals are those of calls around which nothing stands.
func bareRefusals(x *testbed, inner refuser) (n int) {
	for range 50 {
		if _, err := Do(x.ctx, x.ref.Guard, func(context.Context) (int, error) { return 0, nil }); refusedBy(err) == inner.by {
			n++
		}
	}
	return n
}

// slowly repeats after a backoff in which everything can be made ready.
var slowly = Retry{Attempts: 2, Backoff: Backoff{Base: 10 * time.Minute, Max: 10 * time.Minute, Jitter: supervision.NoJitter}}

// refusesTheRepetition: each attempt is asked anew, so what refuses during the backoff refuses the second.
func refusesTheRepetition(t *testing.T, p pair, inner refuser) {
	x := newTestbed(t, p, func(x *testbed) { x.policy.Retry = slowly; inner.lay(x) })
	x.during = func(_ context.Context, run int) (quote, error) {
		if run == 1 {
			time.AfterFunc(time.Minute, func() { inner.ready(x) })
		}
		return quote{}, errDown
	}
	_, err := x.call("A")
	if e := callError(t, err); refusedBy(err) != inner.by || e.Attempts != 1 || x.runs.Load() != 1 {
		t.Errorf("%v after %d runs", err, x.runs.Load())
	}
}

// refusesTheCopy: a copy is asked as an attempt is, so what refuses when it is due keeps it back.
func refusesTheCopy(t *testing.T, p pair, inner refuser) {
	x := newTestbed(t, p, func(x *testbed) {
		x.policy.Workers = Workers{Max: 8}
		x.policy.Hedge = Hedge{After: 10 * time.Minute}
		inner.lay(x)
	})
	x.during = func(_ context.Context, run int) (quote, error) {
		if run == 1 {
			time.AfterFunc(time.Minute, func() { inner.ready(x) })
			<-time.After(20 * time.Minute)
		}
		return quote{}, nil
	}
	_, err := x.call("A")
	s := x.ref.Stats().Hedge
	if err != nil || x.runs.Load() != 1 || s.Sent != 0 || inner.count(s.Refused) != 1 {
		t.Errorf("%v after %d runs; %+v", err, x.runs.Load(), s)
	}
	synctest.Wait()
}
