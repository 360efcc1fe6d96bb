// SPDX-License-Identifier: Apache-2.0

package deadline

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/fuseboard/fuseboard"
)

type (
	key  struct{}
	mark struct{}
)

// begun returns a context with d to go over parent.
func begun(parent context.Context, d time.Duration, f *Family) (context.Context, *Lazy) {
	c := fuseboard.NewClock()
	return Context(parent, c, Policy{Total: d}.Begin(parent, c, c.Now()), f)
}

func TestCallerIsPassedThroughWhenItsDeadlineIsFirst(t *testing.T) {
	parent := dated{t.Context(), time.Now().Add(time.Minute)}
	ctx, lazy := begun(parent, time.Hour, new(Family))
	if ctx != context.Context(parent) || lazy != nil {
		t.Fatalf("got %v, %v", ctx, lazy)
	}
	lazy.End()
	if ctx.Err() != nil {
		t.Error("End of a nil Lazy ended the caller's context")
	}
}

func TestContextIsOwnWheneverTheCallersDeadlineIsNotTheEnd(t *testing.T) {
	c := fuseboard.NewClock()
	for _, scope := range []Scope{Total, Attempt, Reserved} {
		ctx, lazy := Context(t.Context(), c, Span{Until: fuseboard.Never, Scope: scope}, nil)
		if lazy == nil || ctx != context.Context(lazy) {
			t.Errorf("%s: passed through", scope)
		}
		if _, ok := ctx.Deadline(); ok {
			t.Errorf("%s: a deadline where there is none", scope)
		}
		lazy.End()
		if !closed(ctx.Done()) || !errors.Is(ctx.Err(), context.Canceled) {
			t.Errorf("%s: End did not end it", scope)
		}
	}
}

func TestContextInLivesInTheLazyThatItIsGiven(t *testing.T) {
	c, f, p := fuseboard.NewClock(), new(Family), Policy{Total: time.Hour}
	origin := NewOrigin(c, f)
	var place Lazy
	ctx, lazy := origin.ContextIn(&place, t.Context(), p.Begin(t.Context(), c, c.Now()))
	if lazy != &place || ctx != context.Context(&place) {
		t.Fatalf("got %p, %p, want %p", ctx, lazy, &place)
	}
	same, other := Context(t.Context(), c, Span{Start: place.start.at(), Until: place.until, Scope: place.start.scope()}, f)
	at, _ := same.Deadline()
	if until, has := ctx.Deadline(); !has || !until.Equal(at) || fmt.Sprint(ctx) != fmt.Sprint(same) {
		t.Errorf("%v until %v, want %v until %v", ctx, until, same, at)
	}
	other.End()
	f.Cancel()
	if !closed(ctx.Done()) {
		t.Error("it is not of the family")
	}
	lazy.End()
	if _, next := origin.ContextIn(&place, t.Context(), p.Begin(t.Context(), c, c.Now())); next == &place {
		t.Error("it served twice")
	}
	caller := dated{t.Context(), time.Now().Add(time.Minute)}
	var unused Lazy
	if ctx, lazy := origin.ContextIn(&unused, caller, p.Begin(caller, c, c.Now())); ctx != context.Context(caller) || lazy != nil || unused.parent != nil {
		t.Error("the caller's own context took the place of another")
	}
	if n := testing.AllocsPerRun(100, func() {
		place := new(Lazy)
		ctx, lazy := origin.ContextIn(place, context.Background(), p.Begin(context.Background(), c, c.Now()))
		_, _ = ctx.Deadline()
		lazy.End()
	}); n != 1 {
		t.Errorf("%v allocations, want that of the place alone", n)
	}
}

func TestUntouchedContextAllocatesOneSmallObject(t *testing.T) {
	if size := unsafe.Sizeof(Lazy{}); size > 48 {
		t.Errorf("a Lazy is %d bytes, want at most 48", size)
	}
	if size := unsafe.Sizeof(made{}); size > 80 {
		t.Errorf("what it builds is %d bytes, want at most 80", size)
	}
	c, f, parent := fuseboard.NewClock(), new(Family), context.WithValue(t.Context(), key{}, 1)
	allocs := func(p Policy, parent context.Context) float64 {
		return testing.AllocsPerRun(100, func() {
			ctx, lazy := Context(parent, c, p.Begin(parent, c, c.Now()), f)
			_, _ = ctx.Deadline()
			_ = ctx.Err()
			if ctx.Value(key{}) != 1 {
				t.Error("the value is lost")
			}
			lazy.End()
		})
	}
	if n := allocs(Policy{Total: time.Hour}, parent); n != 1 {
		t.Errorf("untouched: %v objects, want 1", n)
	}
	if n := allocs(Policy{Total: 2 * time.Hour}, dated{parent, time.Now().Add(time.Hour)}); n != 0 {
		t.Errorf("passed through: %v objects, want 0", n)
	}
}

func TestDeadlineValueAndStringBuildNothing(t *testing.T) {
	ctx, lazy := begun(context.WithValue(t.Context(), key{}, "v"), time.Hour, nil)
	defer lazy.End()
	at, ok := ctx.Deadline()
	if !ok || time.Until(at) > time.Hour || ctx.Value(key{}) != "v" || ctx.Value(0) != nil || fmt.Sprint(ctx) == "" {
		t.Error("wrong answers")
	}
	if built(lazy) {
		t.Error("a question that is not Done or Err built the context")
	}
}

func TestErrBeforeTheEndBuildsNothingUnlessAskedInALoop(t *testing.T) {
	ctx, lazy := begun(t.Context(), time.Hour, nil)
	defer lazy.End()
	for i := range 2 * freeLooks {
		if ctx.Err() != nil {
			t.Fatal("ended early")
		}
		if built(lazy) != (i >= freeLooks) {
			t.Fatalf("after %d looks built is %v", i+1, built(lazy))
		}
	}
}

func TestErrSeesEveryEndWithoutDone(t *testing.T) {
	for name, k := range map[string]struct {
		end  func(cancel context.CancelFunc, f *Family, l *Lazy)
		want error
	}{
		"deadline": {func(context.CancelFunc, *Family, *Lazy) { time.Sleep(time.Minute) }, context.DeadlineExceeded},
		"caller":   {func(cancel context.CancelFunc, _ *Family, _ *Lazy) { cancel() }, context.Canceled},
		"family":   {func(_ context.CancelFunc, f *Family, _ *Lazy) { f.Cancel() }, context.Canceled},
		"End":      {func(_ context.CancelFunc, _ *Family, l *Lazy) { l.End() }, context.Canceled},
	} {
		synctest.Test(t, func(t *testing.T) {
			parent, cancel := context.WithCancel(t.Context())
			defer cancel()
			f := new(Family)
			ctx, lazy := begun(parent, time.Minute, f)
			defer lazy.End()
			if ctx.Err() != nil || built(lazy) {
				t.Fatal("ended or built too early")
			}
			k.end(cancel, f, lazy)
			if got := ctx.Err(); got != k.want {
				t.Errorf("%s: %v, want %v", name, got, k.want)
			}
			if !closed(ctx.Done()) {
				t.Errorf("%s: Err says ended, Done does not", name)
			}
		})
	}
}

func TestCauseTellsTheLimitAtTheDeadline(t *testing.T) {
	for _, early := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			ctx, lazy := begun(t.Context(), 800*ms, nil)
			defer lazy.End()
			if early { // a timer fires; otherwise the clock is asked afterwards
				ctx.Done()
			}
			time.Sleep(900 * ms)
			synctest.Wait()
			got, ok := errors.AsType[*Error](context.Cause(ctx))
			if !ok || *got != (Error{Scope: Total, Limit: 800 * ms, Elapsed: 800 * ms}) {
				t.Errorf("looked early %v: cause %v", early, context.Cause(ctx))
			}
		})
	}
}

func TestEndWithoutALookIsCancelledWhateverPassedUnseen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, cancel := context.WithCancelCause(context.WithValue(t.Context(), key{}, 1))
		f := new(Family)
		ctx, lazy := begun(parent, time.Second, f)
		time.Sleep(time.Minute) // unseen
		lazy.End()
		cancel(errors.New("later"))
		if ctx.Err() != context.Canceled || context.Cause(ctx) != context.Canceled || !closed(ctx.Done()) {
			t.Errorf("err %v, cause %v", ctx.Err(), context.Cause(ctx))
		}
		if ctx.Value(key{}) != 1 {
			t.Error("the value is lost")
		}
		lazy.End()
		if size(f) != 0 {
			t.Error("an ended context is in the family")
		}
	})
}

func TestOwnDeadlineIsTheReasonWhenTheCallersPassedLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		ctx, lazy := begun(parent, time.Second, nil)
		defer lazy.End()
		time.Sleep(time.Minute) // both pass unseen
		if _, own := errors.AsType[*Error](context.Cause(ctx)); !own {
			t.Errorf("cause %v", context.Cause(ctx))
		}
	})
}

func TestErrAndCauseStayAsFirstSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("caller left")
		parent, cancel := context.WithCancelCause(t.Context())
		f := new(Family)
		ctx, lazy := begun(parent, time.Second, f)
		cancel(why)
		for range 3 {
			if ctx.Err() != context.Canceled || context.Cause(ctx) != why {
				t.Errorf("err %v, cause %v", ctx.Err(), context.Cause(ctx))
			}
			time.Sleep(time.Second)
			f.Cancel()
			lazy.End()
		}
	})
}

// asked is a caller's context that writes down the keys it is asked for.
type asked struct {
	context.Context
	keys *[]any
}

func (a asked) Err() error { return context.Canceled }

func (a asked) Value(key any) any {
	*a.keys = append(*a.keys, key)
	return a.Context.Value(key)
}

func TestLibrarysOwnKeyFindsThisContextAndNotTheCallers(t *testing.T) {
	var keys []any
	_ = context.Cause(asked{t.Context(), &keys}) // asks for the private key
	if len(keys) != 1 {
		t.Fatalf("context.Cause asked for %d keys", len(keys))
	}
	parent, cancel := context.WithCancel(t.Context())
	defer cancel()
	ctx, lazy := begun(parent, time.Hour, nil)
	defer lazy.End()
	if ctx.Value(keys[0]) == parent.Value(keys[0]) {
		t.Error("a child would attach to the caller, past the deadline")
	}
}

func TestChildrenEndWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, lazy := begun(context.WithValue(t.Context(), key{}, 1), time.Second, nil)
		defer lazy.End()
		child, cancel := context.WithCancel(context.WithValue(ctx, mark{}, 7))
		defer cancel()
		longer, cancel := context.WithTimeout(ctx, time.Hour)
		defer cancel()
		detached := context.WithoutCancel(ctx)
		ran := false
		context.AfterFunc(ctx, func() { ran = true })
		time.Sleep(time.Second)
		synctest.Wait()
		_, own := errors.AsType[*Error](context.Cause(child))
		if !own || child.Err() != context.DeadlineExceeded || longer.Err() != context.DeadlineExceeded || !ran {
			t.Errorf("child %v, longer %v, AfterFunc ran %v", context.Cause(child), longer.Err(), ran)
		}
		if detached.Err() != nil || context.Cause(detached) != nil || detached.Value(key{}) != 1 || child.Value(mark{}) != 7 {
			t.Error("WithoutCancel or WithValue behaves otherwise than over a standard context")
		}
	})
}

func TestStringNamesTheCallerAndTheLimit(t *testing.T) {
	ctx, lazy := begun(context.Background(), 2*time.Second, nil)
	defer lazy.End()
	if got := fmt.Sprint(ctx); got != "context.Background.deadline(total 2s)" {
		t.Error(got)
	}
	ctx, lazy = begun(dated{context.TODO(), time.Now().Add(time.Hour)}, time.Second, nil)
	defer lazy.End()
	if got := ctx.(fmt.Stringer).String(); got != "deadline.dated.deadline(total 1s)" {
		t.Error(got)
	}
}

func TestNothingHereBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, leave := context.WithCancelCause(t.Context())
		defer leave(nil)
		began := time.Now()
		for _, looked := range []bool{false, true} {
			f := new(Family)
			ctx, lazy := begun(parent, time.Hour, f)
			if looked {
				_ = ctx.Done()
			}
			for range 2 { // while it lives, and after its end
				_, _ = ctx.Deadline()
				_ = ctx.Value(key{})
				_ = ctx.Err()
				_ = context.Cause(ctx)
				f.Cancel()
				lazy.End()
				_ = f.Cancelled()
			}
		}
		if d := time.Since(began); d != 0 {
			t.Errorf("something waited for %v", d)
		}
	})
}
