// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

// told is an Info without what depends on the policy's mode and on time.
func (i *Info) told() string {
	return fmt.Sprintf("%s degraded %t %q age %s attempts %d waited %s %s %s", i.Source, i.Degraded, i.Fallback, i.Age, i.Attempts, i.Waited, i.Outcome.Kind, i.Outcome.Class)
}

// derives is a stage that gives next a context of its own.
func derives(at Seam) Stage[string, quote] {
	return Stage[string, quote]{Name: "derives", At: at, Around: func(ctx context.Context, pair string, next Handler[string, quote]) (quote, error) {
		ctx, end := context.WithTimeout(ctx, time.Hour)
		defer end()
		return next(ctx, pair)
	}}
}

// infoStages are those with which a call must be told the same as without.
func infoStages() map[string][]Stage[string, quote] {
	return map[string][]Stage[string, quote]{
		"none":       nil,
		"call":       {derives(AroundCall)},
		"protection": {derives(AroundProtection), derives(AroundProtection)},
		"handler":    {derives(AroundHandler)},
		"all":        {derives(AroundCall), derives(AroundProtection), derives(AroundHandler)},
	}
}

// An Info is the same by every way in, with every kind of guard, and with stages that derive contexts; also
// where the one that is given was used before.
func TestInfoTellsHowACallCameByItsAnswer(t *testing.T) {
	p := Policy{
		Cache: Cache{TTL: time.Minute, StaleWhileRevalidate: time.Minute, StaleIfError: time.Hour, Jitter: 0.001},
		Retry: twice, Fallback: Fallback{Steps: []FallbackStep{{Value: `{"pair":"none"}`}}},
	}
	steps := []struct {
		pair string
		wait time.Duration
		down error
		want string
	}{
		{"A", 0, nil, `dependency degraded false "" age 0s attempts 1 waited 0s success `},
		{"A", 30 * time.Second, nil, `cache degraded false "" age 30s attempts 0 waited 0s unclassified `},
		{"A", 60 * time.Second, errDown, `stale degraded false "" age 1m30s attempts 0 waited 0s unclassified `},
		{"A", 30 * time.Minute, errDown, `stale-if-error degraded true "" age 31m30.1s attempts 2 waited 0s failure error`},
		{"B", 0, errDown, `fallback degraded true "value" age 0s attempts 2 waited 0s failure error`},
		{"", 0, nil, `dependency degraded false "" age 0s attempts 1 waited 0s success `},
		{"", 0, errDown, `fallback degraded true "value" age 0s attempts 2 waited 0s failure error`},
	}
	for kind, spawned := range staged {
		for way := range waysOfQuotes {
			for name, stages := range infoStages() {
				synctest.Test(t, func(t *testing.T) {
					m := &market{}
					r := spawned(t, p, m.quote, With[string, quote]{Key: byPair, Safe: Always[string], Stages: stages})
					info := Info{Source: "old", Fallback: "old", Attempts: 99, Degraded: true, Age: 99}
					for i, s := range steps {
						m.fail(s.down)
						time.Sleep(s.wait)
						if _, err := waysOfQuotes[way](WithInfo(t.Context(), &info), r, s.pair); err != nil {
							t.Errorf("%s, %s: %v", kind, way, err)
						}
						if got := info.told(); got != s.want {
							t.Errorf("%s, %s, stages %s, step %d:\n%s, want\n%s", kind, way, name, i, got, s.want)
						}
						synctest.Wait() // for the refresh behind it
					}
				})
			}
		}
	}
}

// In shadow an Info tells of the handler alone; in bypass it is zero.
func TestInfoOfAPolicyThatIsNotEnforced(t *testing.T) {
	p := Policy{Cache: Cache{TTL: time.Minute}, Fallback: Fallback{Steps: []FallbackStep{{Value: `{"pair":"none"}`}}}}
	want := map[PolicyMode][2]string{
		ShadowPolicy: {`dependency degraded false "" age 0s attempts 1 waited 0s success `, ` degraded false "" age 0s attempts 1 waited 0s failure error`},
		BypassPolicy: {new(Info).told(), new(Info).told()},
	}
	for mode, told := range want {
		for kind, spawned := range staged {
			for way := range waysOfQuotes {
				for name, stages := range infoStages() {
					synctest.Test(t, func(t *testing.T) {
						p.Mode = mode
						m := &market{}
						r := spawned(t, p, m.quote, With[string, quote]{Key: byPair, Stages: stages})
						info := Info{Source: "old", Attempts: 99}
						for i, down := range []error{nil, errDown} {
							m.fail(down)
							_, _ = waysOfQuotes[way](WithInfo(t.Context(), &info), r, "A")
							if got := info.told(); got != told[i] {
								t.Errorf("%s %s, %s, stages %s: %s, want %s", mode, kind, way, name, got, told[i])
							}
						}
					})
				}
			}
		}
	}
}

// Do and an Entry tell theirs, too.
func TestInfoOfDoAndEnter(t *testing.T) {
	for mode, want := range map[PolicyMode]string{
		EnforcePolicy: ` degraded false "" age 0s attempts 1 waited 0s failure error`,
		ShadowPolicy:  ` degraded false "" age 0s attempts 1 waited 0s failure error`,
		BypassPolicy:  new(Info).told(),
	} {
		r := spawn(t, start(t), Policy{Mode: mode, Retry: twice}, echo)
		info := Info{Attempts: 99}
		ctx := WithInfo(t.Context(), &info)
		_, _ = Do(ctx, r.Guard, func(context.Context) (int, error) { return 0, errDown })
		if got := info.told(); got != want {
			t.Errorf("%s, Do: %s, want %s", mode, got, want)
		}
		info = Info{Attempts: 99}
		e, err := r.Enter(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, asks := e.Context().(*informed); asks || InfoOf(e.Context()) != nil && mode != EnforcePolicy {
			t.Errorf("%s: the context of the work asks", mode)
		}
		_ = e.End(errDown)
		if got := info.told(); got != want {
			t.Errorf("%s, Enter: %s, want %s", mode, got, want)
		}
	}
}

// An Info is for its own call: what a handler, a stage, a fallback or a refresh calls with the context that
// it is given is another's, with stages or without, in every mode.
func TestInfoIsNotThatOfCallsFurtherIn(t *testing.T) {
	for _, mode := range policyModesInOrder {
		for _, theirs := range [][]Stage[string, quote]{nil, {derives(AroundCall)}, {derives(AroundProtection)}} {
			for way := range waysOfQuotes {
				for name, stages := range infoStages() {
					synctest.Test(t, func(t *testing.T) {
						sys := start(t)
						inner, err := Spawn(sys, "inner", (&market{}).quote, Policy{Fallback: Fallback{Steps: []FallbackStep{{Value: `{}`}}}}, With[string, quote]{Stages: theirs})
						if err != nil {
							t.Fatal(err)
						}
						calls := func(ctx context.Context, pair string, next Handler[string, quote]) (quote, error) {
							_, _ = inner.Call(ctx, pair) // before, so that it is not written over only by order
							q, err := next(ctx, pair)
							_, _ = inner.Call(ctx, pair)
							return q, err
						}
						stages = append(stages[:len(stages):len(stages)],
							Stage[string, quote]{Name: "a", At: AroundCall, Around: calls},
							Stage[string, quote]{Name: "b", At: AroundProtection, Around: calls},
							Stage[string, quote]{Name: "c", At: AroundHandler, Around: calls})
						h := func(ctx context.Context, pair string) (quote, error) {
							_, _ = inner.Call(ctx, pair)
							return quote{}, errDown
						}
						hook := func(ctx context.Context, pair string, _ error) (quote, error) { return inner.Call(ctx, pair) }
						r := spawn(t, sys, Policy{Mode: mode, Cache: Cache{TTL: time.Minute}}, h, With[string, quote]{Key: byPair, Fallback: hook, Stages: stages})
						for _, pair := range []string{"A", ""} {
							var info Info
							_, _ = waysOfQuotes[way](WithInfo(t.Context(), &info), r, pair)
							want := map[PolicyMode]string{
								EnforcePolicy: `fallback degraded true "computed" age 0s attempts 1 waited 0s failure error`,
								ShadowPolicy:  ` degraded false "" age 0s attempts 1 waited 0s failure error`,
								BypassPolicy:  new(Info).told(),
							}[mode]
							if got := info.told(); got != want {
								t.Errorf("%s, %s, stages %s, theirs %d, %q: %s, want %s", mode, way, name, len(theirs), pair, got, want)
							}
						}
					})
				}
			}
		}
	}
}

// A stage that wants to know gives next an Info of its own, and hands on what it has learnt.
func TestAStageMayAskForAnInfoOfItsOwn(t *testing.T) {
	for _, at := range []Seam{AroundCall, AroundProtection} {
		for way := range waysOfQuotes {
			synctest.Test(t, func(t *testing.T) {
				var seen Info
				asks := Stage[string, quote]{Name: "asks", At: at, Around: func(ctx context.Context, pair string, next Handler[string, quote]) (quote, error) {
					q, err := next(WithInfo(ctx, &seen), pair)
					if theirs := InfoOf(ctx); theirs != nil {
						*theirs = seen
					}
					return q, err
				}}
				r := spawn(t, start(t), Policy{Cache: Cache{TTL: time.Minute}}, (&market{}).quote, With[string, quote]{Key: byPair, Stages: []Stage[string, quote]{asks}})
				if got := askIn(t.Context(), way, r, "A"); seen.Source != FromDependency || got.info != seen {
					t.Errorf("%s, %s: %+v, the stage has %+v", at, way, got.info, seen)
				}
			})
		}
	}
}

// Who shares a load is told that it did, and nothing of attempts that are not its own.
func TestInfoOfCallersThatShareALoad(t *testing.T) {
	for _, down := range []error{nil, errDown} {
		synctest.Test(t, func(t *testing.T) {
			m := &market{}
			m.slow(time.Second)
			m.fail(down)
			p := Policy{Cache: Cache{TTL: time.Minute}, Fallback: Fallback{Steps: []FallbackStep{{Value: `{"pair":"none"}`}}}}
			r := spawn(t, start(t), p, m.quote, With[string, quote]{Key: byPair})
			const callers = 9
			var all sync.WaitGroup
			var infos [callers]Info
			for i := range callers {
				all.Go(func() {
					if _, err := r.Call(WithInfo(t.Context(), &infos[i]), "A"); err != nil {
						t.Error(err)
					}
				})
				synctest.Wait()
			}
			all.Wait()
			source, word := FromDependency, fuseboard.Success
			if down != nil {
				source, word = FromFallback, fuseboard.Failure
			}
			if i := infos[0]; i.Source != source || i.Attempts != 1 || i.Outcome.Kind != word || i.Degraded != (down != nil) {
				t.Errorf("who loaded: %+v", i)
			}
			if down == nil {
				source = FromOther
			}
			for _, i := range infos[1:] {
				if want := (Info{Source: source, Degraded: down != nil}); i != want {
					t.Errorf("who shared: %+v, want %+v", i, want)
				}
			}
			if m.calls.Load() != 1 {
				t.Errorf("%d loads", m.calls.Load())
			}
		})
	}
}

// A caller that leaves reads its Info while its load goes on, and may use it for the next call: the load
// writes to none of a caller's.
func TestStorm_AnInfoIsItsCallersAloneWhenItLeaves(t *testing.T) {
	slow := func(ctx context.Context, pair string) (quote, error) {
		select {
		case <-ctx.Done():
		case <-time.After(1500 * time.Microsecond):
		}
		return quote{Pair: pair}, nil
	}
	for _, p := range []Policy{
		{Cache: Cache{TTL: time.Millisecond, StaleWhileRevalidate: time.Millisecond}},
		{Cache: Cache{TTL: time.Millisecond, StaleIfError: time.Second}, Fallback: Fallback{Steps: []FallbackStep{{MaxAge: time.Minute}}}, Deadline: Deadline{Attempt: time.Millisecond}},
		{Workers: Workers{Max: 4}, Deadline: Deadline{Attempt: time.Millisecond}, Retry: Retry{Attempts: 2, Backoff: Backoff{Base: time.Millisecond, Max: time.Millisecond}}},
	} {
		r := spawn(t, start(t), p, slow, With[string, quote]{Key: byPair, Safe: Always[string], Stages: []Stage[string, quote]{derives(AroundCall), derives(AroundProtection)}})
		var all sync.WaitGroup
		for n := range 8 {
			all.Go(func() {
				var info Info
				for i := range 200 {
					ctx, leave := context.WithTimeout(context.Background(), time.Duration(i%6)*500*time.Microsecond)
					_, err := r.Call(WithInfo(ctx, &info), fmt.Sprint("p", (n+i)%4))
					if (err == nil) != (info.Source != "") {
						t.Errorf("%v with %+v", err, info)
					}
					info.Waited++ // a write of the caller's, which the race detector sees
					leave()
				}
			})
		}
		all.Wait()
	}
}
