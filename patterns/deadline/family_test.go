// SPDX-License-Identifier: Apache-2.0

package deadline

import (
	"context"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestFamilyCancelEndsThoseLookedAtAndEveryLaterOneAtOnce(t *testing.T) {
	var f Family
	looked, a := begun(t.Context(), time.Hour, &f)
	defer a.End()
	unlooked, b := begun(t.Context(), time.Hour, &f)
	defer b.End()
	done := looked.Done()
	if f.Cancelled() || closed(done) {
		t.Fatal("cancelled too early")
	}
	f.Cancel()
	f.Cancel()
	later, c := begun(t.Context(), time.Hour, &f)
	defer c.End()
	if !f.Cancelled() || !closed(done) || !closed(unlooked.Done()) || later.Err() != context.Canceled {
		t.Error("one of the family goes on")
	}
}

func TestFamilyCancelSparesThePassedThrough(t *testing.T) {
	var f Family
	ctx, lazy := begun(dated{t.Context(), time.Now().Add(time.Minute)}, time.Hour, &f)
	defer lazy.End()
	f.Cancel()
	if ctx.Err() != nil {
		t.Error("the caller's own context was cancelled")
	}
}

// P7: contexts, timers or list entries that outlive the call.
func TestP7_EndLeavesNothingInTheFamily(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var f Family
		in := map[*Lazy]bool{}
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			switch _, lazy := begun(t.Context(), time.Hour, &f); rapid.IntRange(0, 2).Draw(rt, "what") {
			case 0:
				lazy.End()
			case 1:
				lazy.Done()
				in[lazy] = true
			case 2:
				for lazy := range in { // any
					lazy.End()
					delete(in, lazy)
					break
				}
			}
			if size(&f) != len(in) {
				rt.Fatalf("%d in the family, want %d", size(&f), len(in))
			}
		}
		for lazy := range in {
			lazy.End()
			lazy.End()
		}
		if size(&f) != 0 {
			rt.Fatalf("%d left in the family", size(&f))
		}
	})
}

func TestStormOfLookersSeesOneChannelWhoeverEndsItMeanwhile(t *testing.T) {
	for round := range 200 {
		parent, cancel := context.WithCancel(context.WithValue(t.Context(), key{}, 1))
		var f Family
		ctx, lazy := begun(parent, time.Hour, &f)
		channels := make([]<-chan struct{}, 4)
		var wg sync.WaitGroup
		for i := range channels {
			wg.Go(func() {
				_ = ctx.Err()
				channels[i] = ctx.Done()
				if ctx.Value(key{}) != 1 {
					t.Error("the value is lost")
				}
				<-ctx.Done()
				if ctx.Err() != context.Canceled || context.Cause(ctx) != context.Canceled {
					t.Errorf("err %v, cause %v", ctx.Err(), context.Cause(ctx))
				}
			})
		}
		wg.Go(func() {
			switch round % 3 {
			case 0:
				cancel()
			case 1:
				f.Cancel()
			}
			lazy.End()
		})
		wg.Wait()
		cancel()
		for _, c := range channels {
			if c != channels[0] {
				t.Fatal("two lookers have two channels")
			}
		}
		if size(&f) != 0 {
			t.Fatal("an ended context is in the family")
		}
	}
}
