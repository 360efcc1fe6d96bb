// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/fallback"
)

var priceless = Policy{Fallback: Fallback{Steps: []FallbackStep{{Value: `{"price":"a lot"}`}}}}

func TestWhatIsRefusedForItsTypesTakesNoName(t *testing.T) {
	m := &market{}
	build := func(context.Context) (Handler[string, quote], error) { return m.quote, nil }
	for how, spawn := range map[string]func(under Parent, p Policy) error{
		"spawn": func(under Parent, p Policy) error { _, err := Spawn(under, "payments", m.quote, p); return err },
		"keyed": func(under Parent, p Policy) error {
			_, err := SpawnKeyed(under, "payments", m.quote, p, KeyLimits{})
			return err
		},
		"rebuild": func(under Parent, p Policy) error { _, err := Rebuild(under, "payments", build, p); return err },
	} {
		sys := start(t)
		bad := priceless
		bad.Deadline.Total = -1
		if err := spawn(sys, bad); err == nil || !strings.Contains(err.Error(), "steps[0].value.price") || !strings.Contains(err.Error(), "deadline.total") {
			t.Errorf("%s: not everything at once: %v", how, err)
		}
		if err := spawn(sys, priceless); err == nil {
			t.Errorf("%s took it", how)
		}
		if err := spawn(sys, Policy{}); err != nil {
			t.Errorf("%s: left behind: %v", how, err)
		}
	}
}

// What is bound is whole before an Update, or the fallback of another guard, finds it.
func TestStorm_WhatIsBoundIsFoundWhole(t *testing.T) {
	sys := start(t)
	g, err := Protect(sys, "b", Policy{})
	if err != nil {
		t.Fatal(err)
	}
	m, down := &market{}, &market{}
	down.fail(errDown)
	bg := context.Background()
	var all sync.WaitGroup
	var over atomic.Bool
	all.Go(func() {
		defer over.Store(true)
		for i := range 100 {
			if _, err := Bind(g, fmt.Sprintf("op-%d", i), m.quote); err != nil {
				t.Error(err)
			}
		}
	})
	all.Go(func() {
		for i := 1; !over.Load(); i++ {
			if _, err := g.Update(bg, Policy{Deadline: Deadline{Total: time.Duration(i) * time.Millisecond * 100}}); err != nil {
				t.Error(err)
			}
			g.Warnings()
		}
	})
	a, err := Spawn(sys, "a", down.quote, Policy{Fallback: Fallback{Steps: []FallbackStep{{Guard: "c"}}}})
	if err != nil {
		t.Fatal(err)
	}
	all.Go(func() {
		for !over.Load() {
			_, _ = a.Call(bg, "A") // c may not be there
		}
	})
	for !over.Load() {
		c, err := Rebuild(sys, "c", func(context.Context) (Handler[string, quote], error) { return m.quote, nil }, Policy{})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Stop(bg); err != nil {
			t.Fatal(err)
		}
	}
	all.Wait()
}

// An error of another guard's call that the Classify hook calls an answer is one like any other.
func TestAnErrorFromFurtherInThatIsAnAnswerGetsNoFallback(t *testing.T) {
	for _, kind := range []fuseboard.Kind{fuseboard.Success, fuseboard.Void} {
		sys := start(t)
		down := &market{}
		down.fail(errDown)
		inner, err := Spawn(sys, "inner", down.quote, Policy{})
		if err != nil {
			t.Fatal(err)
		}
		for name, h := range map[string]Handler[string, quote]{"plain": down.quote, "guarded": inner.Call} {
			p := Policy{Cache: Cache{TTL: time.Minute, NegativeTTL: time.Minute}, Fallback: Fallback{Steps: []FallbackStep{{Value: `{"pair":"none"}`}}}}
			r, err := Spawn(sys, name, h, p, With[string, quote]{Key: byPair, Classify: func(_ quote, err error) fuseboard.Outcome {
				if errors.Is(err, errDown) {
					return fuseboard.Outcome{Kind: kind, Class: "not-found"}
				}
				return fuseboard.Outcome{}
			}})
			if err != nil {
				t.Fatal(err)
			}
			for _, pair := range []string{"", "EURUSD"} { // without the cache, and with it
				if q, err := r.Call(context.Background(), pair); !errors.Is(err, errDown) || q.Pair != "" {
					t.Errorf("%v, %s: %+v %v", kind, name, q, err)
				}
			}
		}
	}
}

func TestRefsThatStandInForEachOtherAreAskedOnce(t *testing.T) {
	for _, c := range []Cache{{}, {TTL: time.Minute}} {
		sys := start(t)
		a, b := &market{}, &market{}
		a.fail(errDown)
		b.fail(errDown)
		var rb *Ref[string, quote]
		ra, err := Spawn(sys, "a", a.quote, Policy{Cache: c}, With[string, quote]{
			Key: byPair, Fallback: func(ctx context.Context, pair string, cause error) (quote, error) {
				return Instead(rb)(ctx, pair, cause)
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		if rb, err = Spawn(sys, "b", b.quote, Policy{Cache: c}, With[string, quote]{Key: byPair, Fallback: Instead(ra)}); err != nil {
			t.Fatal(err)
		}
		want := "a: failed: dependency down (no fallback: 1 computed: b: failed: dependency down " +
			"(no fallback: 1 computed: a is on the way of this call already: declined))"
		if _, err := ra.Call(context.Background(), "EURUSD"); err == nil || err.Error() != want {
			t.Errorf("%v", err)
		}
		if a.calls.Load() != 1 || b.calls.Load() != 1 {
			t.Errorf("cache %v: %d and %d calls", c.On(), a.calls.Load(), b.calls.Load())
		}
	}
}

// A load that is waited for no longer brings an answer that the cache does not take, but the last good answers do.
func TestALastGoodAnswerIsNotDisposedOf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n, discarded atomic.Int64
		h := func(context.Context, string) (response, error) {
			switch n.Add(1) {
			case 1:
				time.Sleep(10 * time.Second)
			case 2:
				time.Sleep(time.Second)
			default:
				return response{}, errDown
			}
			return response{status: 200, body: &body{}}, nil
		}
		w := With[string, response]{Key: func(string) (string, bool) { return "k", true }, Discard: func(r response) { discarded.Add(1); r.close() }}
		p := Policy{Cache: Cache{TTL: time.Minute, AbandonAfter: 2 * time.Second}, Fallback: Fallback{Steps: []FallbackStep{{MaxAge: time.Hour}}}}
		r := spawn(t, start(t), p, h, w)
		var all sync.WaitGroup
		all.Go(func() {
			ctx, end := context.WithTimeout(context.Background(), 5*time.Second)
			defer end()
			_, _ = r.Call(ctx, "A")
		})
		time.Sleep(3 * time.Second)
		if _, err := r.Call(context.Background(), "A"); err != nil {
			t.Error(err)
		}
		all.Wait()
		time.Sleep(2 * time.Minute)
		got, err := r.Call(context.Background(), "A")
		if err != nil || got.status != 200 || got.body.closed.Load() != 0 || discarded.Load() != 0 {
			t.Errorf("%+v %v, %d discarded", got, err, discarded.Load())
		}
	})
}

func TestTheFallbackOfAHandlerIsNotToldAsItsGuards(t *testing.T) {
	own, err := fallback.New(fallback.Policy{Steps: []fallback.Step{{Use: fallback.LastGood}}}, fallback.Sources[string, quote]{})
	if err != nil {
		t.Fatal(err)
	}
	h := func(ctx context.Context, pair string) (quote, error) {
		q, _, err := own.Answer(ctx, pair, fallback.Fault{Err: errDown})
		return q, err
	}
	p := Policy{Fallback: Fallback{Steps: []FallbackStep{{Value: `{}`, On: []fuseboard.Class{"breaker"}}}}}
	if _, err := spawn(t, start(t), p, h).Call(context.Background(), "A"); err == nil || strings.Count(err.Error(), "no fallback") != 1 {
		t.Error(err)
	}
}

func TestWhyAnotherGuardCannotBeAskedIsTold(t *testing.T) {
	sys := start(t)
	down := &market{}
	down.fail(errDown)
	_, errTypes := Spawn(sys, "types", func(context.Context, int) (int, error) { return 0, nil }, Policy{})
	_, errKeyed := SpawnKeyed(sys, "keyed", down.quote, Policy{}, KeyLimits{})
	_, errEmpty := Protect(sys, "empty", Policy{})
	if err := errors.Join(errTypes, errKeyed, errEmpty); err != nil {
		t.Fatal(err)
	}
	ask := func(name string) error {
		_, err := otherRef[any, error](sys, name, "")
		return err
	}
	for name, want := range map[string]string{
		"types": "types has other types: it is a *actors.Ref[int,int], and a handler of interface {} to error is wanted",
		"keyed": errKeyedFallback.Error(),
		"empty": `empty has no operation "": bind one, or correct fallback.steps`,
		"gone":  `there is no dependency "gone" in this System: make it, or correct fallback.steps`,
	} {
		if err := ask(name); err == nil || err.Error() != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}
