// SPDX-License-Identifier: Apache-2.0

package deadline

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

var errNeedless = errors.New("needless")

// causing returns a context of an origin with causes.
func causing(parent context.Context, p Policy) (context.Context, *Lazy, *Family) {
	c, f := fuseboard.NewClock(), new(Family)
	plain := NewOrigin(c, f)
	o := plain.WithCauses()
	ctx, lazy := o.Context(parent, p.Begin(parent, c, c.Now()))
	return ctx, lazy, f
}

func TestCancelledContextTellsTheCause(t *testing.T) {
	late, end := context.WithTimeout(t.Context(), time.Hour)
	defer end()
	early, over := context.WithTimeout(t.Context(), time.Minute)
	defer over()
	for name, c := range map[string]struct {
		parent context.Context
		policy Policy
	}{
		"own deadline": {late, Policy{Total: time.Minute}},
		"no deadline":  {t.Context(), Policy{}},
		"caller's":     {early, Policy{Total: time.Hour}},
	} {
		for _, looked := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				ctx, lazy, f := causing(c.parent, c.policy)
				if looked {
					ctx.Done()
				}
				child, stop := context.WithCancel(ctx)
				defer stop()
				lazy.Cancel(errNeedless)
				lazy.Cancel(errors.New("a second cause"))
				for _, one := range []context.Context{ctx, child} {
					if one.Err() != context.Canceled || context.Cause(one) != errNeedless || !closed(one.Done()) {
						t.Errorf("%v, because %v", one.Err(), context.Cause(one))
					}
				}
				if c.parent.Err() != nil {
					t.Error("the caller's own context ended")
				}
				lazy.End()
				if f.first != nil {
					t.Error("left in the family")
				}
				if context.Cause(ctx) != errNeedless {
					t.Error("End has changed the cause")
				}
			})
		}
	}
}

func TestContextWithCausesEndsAsAnyOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, lazy, _ := causing(t.Context(), Policy{Total: time.Second})
		ctx.Done()
		time.Sleep(2 * time.Second)
		lazy.Cancel(errNeedless)
		if _, told := errors.AsType[*Error](context.Cause(ctx)); ctx.Err() != context.DeadlineExceeded || !told {
			t.Errorf("%v, because %v", ctx.Err(), context.Cause(ctx))
		}
		lazy.End()
		for _, looked := range []bool{false, true} {
			ctx, lazy, f := causing(t.Context(), Policy{Total: time.Second})
			if looked {
				ctx.Done()
			}
			f.Cancel()
			if ctx.Err() != context.Canceled || context.Cause(ctx) != context.Canceled {
				t.Errorf("%v, because %v", ctx.Err(), context.Cause(ctx))
			}
			lazy.End()
			ctx, lazy, _ = causing(t.Context(), Policy{Total: time.Second})
			if looked {
				ctx.Done()
			}
			lazy.End()
			lazy.Cancel(errNeedless)
			if ctx.Err() != context.Canceled || context.Cause(ctx) != context.Canceled {
				t.Errorf("after its end: %v, because %v", ctx.Err(), context.Cause(ctx))
			}
		}
	})
}

func TestCancelWithoutAContextOrACauseStillCancels(t *testing.T) {
	var none *Lazy
	none.Cancel(errNeedless)
	ctx, lazy := begun(t.Context(), time.Hour, new(Family))
	lazy.Cancel(errNeedless)
	if ctx.Err() != context.Canceled {
		t.Error(ctx.Err())
	}
	lazy.End()
}
