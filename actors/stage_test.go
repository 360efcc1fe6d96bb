// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

// diary is what stages and handlers have seen, in order.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) note(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *diary) take() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	defer func() { d.lines = nil }()
	return strings.Join(d.lines, " ")
}

// stage notes when it is entered and left, and with what.
func (d *diary) stage(name string, at Seam) Stage[string, quote] {
	return Stage[string, quote]{Name: name, At: at, Around: func(ctx context.Context, pair string, next Handler[string, quote]) (quote, error) {
		d.note("%s(", name)
		q, err := next(ctx, pair)
		if err != nil {
			d.note("!%s)", name)
		} else {
			d.note("%s)", name)
		}
		return q, err
	}}
}

// atEachSeam are two stages at each seam, listed innermost first: their order among seams is not that of the list.
func (d *diary) atEachSeam() (all []Stage[string, quote]) {
	for _, at := range []Seam{AroundHandler, AroundProtection, AroundCall} {
		name := at.String()[:1]
		all = append(all, d.stage(name+"1", at), d.stage(name+"2", at))
	}
	return all
}

func (d *diary) handler(m *market) Handler[string, quote] {
	return func(ctx context.Context, pair string) (quote, error) {
		d.note("H")
		return m.quote(ctx, pair)
	}
}

const (
	passedWhole = "c1( c2( p1( p2( h1( h2( H h2) h1) p2) p1) c2) c1)"
	passedTwice = "c1( c2( p1( p2( h1( h2( H !h2) !h1) h1( h2( H !h2) !h1) !p2) !p1) c2) c1)"
	passedHit   = "c1( c2( c2) c1)"
)

// Each seam is passed as its documentation says: the call once, the protection once a load,
// the handler once an attempt, by every way in and with every kind of guard.
func TestEachSeamIsPassedAsOftenAsItSays(t *testing.T) {
	policy := Policy{
		Cache: Cache{TTL: time.Minute}, Retry: twice, Deadline: Deadline{Total: time.Minute},
		Fallback: Fallback{Steps: []FallbackStep{{Value: `{"pair":"none"}`}}},
	}
	for kind, spawned := range staged {
		for way := range waysOfQuotes {
			synctest.Test(t, func(t *testing.T) {
				var d diary
				m := &market{}
				r := spawned(t, policy, d.handler(m), With[string, quote]{Key: byPair, Safe: Always[string], Stages: d.atEachSeam()})
				for _, step := range []struct {
					pair string
					err  error
					want string
				}{
					{"A", nil, passedWhole},
					{"A", nil, passedHit},
					{"B", errDown, passedTwice},
				} {
					m.fail(step.err)
					if got := askIn(t.Context(), way, r, step.pair); got.err != nil {
						t.Errorf("%s, %s: %v", kind, way, got.err)
					}
					if got := d.take(); got != step.want {
						t.Errorf("%s, %s of %s: passed\n%s, want\n%s", kind, way, step.pair, got, step.want)
					}
				}
			})
		}
	}
}

// staged are the kinds of guards that an operation with stages may have.
var staged = map[string]func(*testing.T, Policy, Handler[string, quote], With[string, quote]) *Ref[string, quote]{
	"spawn": func(t *testing.T, p Policy, h Handler[string, quote], w With[string, quote]) *Ref[string, quote] {
		return spawn(t, start(t), p, h, w)
	},
	"rebuild": func(t *testing.T, p Policy, h Handler[string, quote], w With[string, quote]) *Ref[string, quote] {
		r, err := Rebuild(start(t), "payments", func(context.Context) (Handler[string, quote], error) { return h, nil }, p, w)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		return r
	},
	"key": func(t *testing.T, p Policy, h Handler[string, quote], w With[string, quote]) *Ref[string, quote] {
		k, err := SpawnKeyed(start(t), "tenants", h, p, KeyLimits{}, w)
		if err != nil {
			t.Fatal(err)
		}
		e, err := k.takeFor(t.Context(), "acme")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { e.release(untimed) })
		return k.refOf(e)
	},
	"bound to a key": func(t *testing.T, p Policy, h Handler[string, quote], w With[string, quote]) *Ref[string, quote] {
		k, err := SpawnKeyed(start(t), "tenants", (&market{}).quote, p, KeyLimits{})
		if err != nil {
			t.Fatal(err)
		}
		e, err := k.takeFor(t.Context(), "acme")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { e.release(untimed) })
		g, _ := k.Guard("acme")
		r, err := Bind(g, "op", h, w)
		if err != nil {
			t.Fatal(err)
		}
		return r
	},
}

// In every mode stages are passed; what the policy would have done is not.
func TestStagesArePassedInEveryMode(t *testing.T) {
	p := Policy{Cache: Cache{TTL: time.Minute}, Retry: twice, Fallback: Fallback{Steps: []FallbackStep{{Value: `{"pair":"none"}`}}}}
	const failed = "c1( c2( p1( p2( h1( h2( H !h2) !h1) !p2) !p1) !c2) !c1)"
	for kind, spawned := range staged {
		for way := range waysOfQuotes {
			for _, mode := range []PolicyMode{ShadowPolicy, BypassPolicy} {
				synctest.Test(t, func(t *testing.T) {
					var d diary
					m := &market{}
					p.Mode = mode
					r := spawned(t, p, d.handler(m), With[string, quote]{Key: byPair, Safe: Always[string], Stages: d.atEachSeam()})
					for _, want := range []string{passedWhole, passedWhole, failed} { // nothing is kept
						got := askIn(t.Context(), way, r, "A")
						if passed := d.take(); passed != want {
							t.Errorf("%s %s, %s: passed\n%s, want\n%s", mode, kind, way, passed, want)
						}
						if want == failed && !errors.Is(got.err, errDown) {
							t.Errorf("%s %s, %s: %+v", mode, kind, way, got)
						}
						if m.calls.Load() == 2 {
							m.fail(errDown)
						}
					}
				})
			}
		}
	}
}

// A Keyed call passes the stages also where the key has no guard.
func TestStagesOfAKeyedArePassedWithAGuardAndWithout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		m := &market{}
		sys := start(t)
		k, err := SpawnKeyed(sys, "tenants", d.handler(m), Policy{Retry: twice}, KeyLimits{Max: 1}, With[string, quote]{Stages: d.atEachSeam()})
		if err != nil {
			t.Fatal(err)
		}
		for _, mode := range policyModesInOrder {
			if err := sys.SetMode(mode); err != nil {
				t.Fatal(err)
			}
			for _, key := range []string{"acme", "globex", ""} {
				for way, call := range map[string]func() error{
					"call": func() error { _, err := k.Call(t.Context(), key, "A"); return err },
					"ask":  func() error { _, err := k.Ask(t.Context(), key, "A").Wait(t.Context()); return err },
					"tell": func() error { err := k.Tell(t.Context(), key, "A"); synctest.Wait(); return err },
				} {
					err := call()
					want := passedWhole
					if mode == EnforcePolicy && key == "" { // no key
						want = ""
					}
					if got := d.take(); got != want || (err == nil) != (want != "") {
						t.Errorf("%s of %q in %s: %v, passed\n%s, want\n%s", way, key, mode, err, got, want)
					}
				}
			}
		}
		if err := k.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := k.Call(t.Context(), "acme", "A"); !errors.Is(err, ErrStopped) {
			t.Error(err)
		}
	})
}

// A refused call passes the outer seams and not the handler's; Do has no operation, and no stages.
func TestARefusedCallComesToNoHandlerStage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		m := &market{}
		r := spawn(t, start(t), Policy{Rate: RateLimit{Limit: 1, Burst: 1}}, d.handler(m), With[string, quote]{Stages: d.atEachSeam()})
		if _, err := Do(t.Context(), r.Guard, func(context.Context) (int, error) { return 1, nil }); err != nil || d.take() != "" {
			t.Error(err)
		}
		for way := range waysOfQuotes {
			got := askIn(t.Context(), way, r, "A")
			if passed := d.take(); !errors.Is(got.err, ErrRate) || passed != "c1( c2( p1( p2( !p2) !p1) !c2) !c1)" {
				t.Errorf("%s: %v, passed %s", way, got.err, passed)
			}
		}
	})
}

// A stage may stand twice at a seam and at several, answer itself, call next twice, and give it
// another context and request.
func TestAStageMayDoWithNextWhatItLikes(t *testing.T) {
	type own struct{}
	for _, at := range []Seam{AroundCall, AroundProtection, AroundHandler} {
		for way := range waysOfQuotes {
			synctest.Test(t, func(t *testing.T) {
				m := &market{}
				seen := []string{}
				h := func(ctx context.Context, pair string) (quote, error) {
					mark, _ := ctx.Value(own{}).(string)
					seen = append(seen, pair+mark)
					return m.quote(ctx, pair)
				}
				again := Stage[string, quote]{Name: "again", At: at, Around: func(ctx context.Context, pair string, next Handler[string, quote]) (quote, error) {
					if pair == "own" {
						return quote{Pair: "mine"}, nil
					}
					_, _ = next(ctx, pair+"1")
					return next(context.WithValue(ctx, own{}, "!"), pair+"2")
				}}
				r := spawn(t, start(t), Policy{Bulkhead: Bulkhead{Concurrency: 1}}, h, With[string, quote]{Stages: []Stage[string, quote]{again, again}})
				got := askIn(t.Context(), way, r, "A")
				if want := []string{"A11", "A12!", "A21!", "A22!"}; !slices.Equal(seen, want) || got.value.Pair != "A22" || got.err != nil {
					t.Errorf("%s, %s: handler saw %v, answer %+v", at, way, seen, got)
				}
				if got.info.Source != FromDependency || got.info.Attempts != 1 {
					t.Errorf("%s, %s: %+v", at, way, got.info)
				}
				seen = nil
				got = askIn(t.Context(), way, r, "own")
				if len(seen) != 0 || got.value.Pair != "mine" || got.err != nil {
					t.Errorf("%s, %s: handler saw %v, answer %+v", at, way, seen, got)
				}
				want := Info{}
				if at == AroundHandler { // as the handler's
					want.Source, want.Attempts, want.Outcome = FromDependency, 1, fuseboard.Outcome{Kind: fuseboard.Success}
				}
				if got.info != want {
					t.Errorf("%s, %s: %+v, want %+v", at, way, got.info, want)
				}
			})
		}
	}
}

// AroundProtection an error is a failure for the fallback, and an answer a good one; around the call neither is looked at.
func TestWhatAStageReturnsIsWhatTheNextOneFurtherOutGets(t *testing.T) {
	for way := range waysOfQuotes {
		synctest.Test(t, func(t *testing.T) {
			stage := func(at Seam) Stage[string, quote] {
				return Stage[string, quote]{Name: "turn", At: at, Around: func(ctx context.Context, pair string, next Handler[string, quote]) (quote, error) {
					q, err := next(ctx, pair)
					switch pair {
					case "fail at " + at.String():
						return quote{}, errDown
					case "heal at " + at.String():
						return quote{Pair: "healed"}, nil
					}
					return q, err
				}}
			}
			m := &market{}
			w := With[string, quote]{Key: byPair, Stages: []Stage[string, quote]{stage(AroundCall), stage(AroundProtection), stage(AroundHandler)}}
			p := Policy{
				Cache: Cache{TTL: time.Minute}, Fallback: Fallback{Steps: []FallbackStep{{Value: `{"pair":"none"}`}}},
				Breaker: Breaker{Consecutive: 100, OpenFor: time.Hour},
			}
			r := spawn(t, start(t), p, m.quote, w)
			for _, c := range []struct {
				pair     string
				down     error
				want     string
				err      error
				failures uint64
				kept     int
			}{
				{"fail at call", nil, "", errDown, 0, 1},
				{"fail at protection", nil, "none", nil, 0, 0},
				{"fail at handler", nil, "none", nil, 1, 0},
				{"heal at call", errDown, "healed", nil, 1, 0},
				{"heal at protection", errDown, "healed", nil, 1, 1},
				{"heal at handler", errDown, "healed", nil, 0, 1},
			} {
				m.fail(c.down)
				before := r.Stats()
				got := askIn(t.Context(), way, r, c.pair)
				after := r.Stats()
				if got.value.Pair != c.want || !errors.Is(got.err, c.err) || after.Failures-before.Failures != c.failures || after.Cache.Entries-before.Cache.Entries != c.kept {
					t.Errorf("%s, %s: %+v, %d failures more, %d kept", way, c.pair, got, after.Failures-before.Failures, after.Cache.Entries-before.Cache.Entries)
				}
				if got.err != nil && (got.info.Source != "" || got.info.Degraded) {
					t.Errorf("%s, %s: an error, and %+v", way, c.pair, got.info)
				}
			}
		})
	}
}

// A stage that breaks at any seam gives back what was taken: permits, keys, what is posted.
func TestAStageThatBreaksLeavesNothingBehind(t *testing.T) {
	for kind, spawned := range staged {
		if kind == "rebuild" {
			continue // its generation ends: see rebuild_test.go
		}
		for _, at := range []Seam{AroundCall, AroundProtection, AroundHandler} {
			for _, how := range []string{"panic", "goexit"} {
				for way := range waysOfQuotes {
					for _, when := range []string{"before", "after"} {
						synctest.Test(t, func(t *testing.T) {
							m := &market{}
							stage := Stage[string, quote]{Name: "x", At: at, Around: func(ctx context.Context, pair string, next Handler[string, quote]) (q quote, err error) {
								if when == "after" {
									q, err = next(ctx, pair)
								}
								if pair == "broken" {
									breakage(how)
								}
								return q, err
							}}
							p := Policy{Bulkhead: Bulkhead{Concurrency: 1}, Deadline: Deadline{Total: time.Minute}}
							r := spawned(t, p, m.quote, With[string, quote]{Key: byPair, Stages: []Stage[string, quote]{stage}})
							got := askIn(t.Context(), way, r, "broken")
							if own := way == "call"; own && at != AroundHandler {
								if got.returned || (how == "panic") != (got.panicked == "boom") {
									t.Errorf("%s %s %s %s: %+v", kind, at, way, how, got)
								}
							} else if own && how == "goexit" {
								if got.returned || got.panicked != nil {
									t.Errorf("%s %s %s %s: %+v", kind, at, way, how, got)
								}
							} else if broke, is := errors.AsType[*PanicError](got.err); (how == "panic") != (is && broke.Value == "boom") || (how == "goexit") != errors.Is(got.err, ErrGoexit) {
								t.Errorf("%s %s %s %s: %+v", kind, at, way, how, got)
							}
							synctest.Wait()
							if s := r.Stats(); s.Gate.InUse != 0 || r.posted.count() != 0 {
								t.Errorf("%s %s %s %s: left %+v, %d posted", kind, at, way, how, s.Gate, r.posted.count())
							}
							if r.key != nil {
								if kept := r.key.kept.Load(); kept > 1 { // that of the test
									t.Errorf("%s %s %s %s: the key is kept %d times", kind, at, way, how, kept)
								}
							}
							if got := askIn(t.Context(), way, r, "whole"); got.err != nil || !got.returned {
								t.Errorf("%s %s %s %s: the next call %+v", kind, at, way, how, got)
							}
						})
					}
				}
			}
		}
	}
}
