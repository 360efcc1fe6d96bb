// SPDX-License-Identifier: Apache-2.0

package deadline

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhatOutlastsASpanEndsWithItsCallerAndItsFamilyAlone(t *testing.T) {
	for name, end := range map[string]func(leave context.CancelFunc, f *Family, l *Lazy){
		"caller": func(leave context.CancelFunc, _ *Family, _ *Lazy) { leave() },
		"family": func(_ context.CancelFunc, f *Family, _ *Lazy) { f.Cancel() },
		"End":    func(_ context.CancelFunc, _ *Family, l *Lazy) { l.End() },
	} {
		synctest.Test(t, func(t *testing.T) {
			parent, leave := context.WithCancel(context.WithValue(t.Context(), key{}, "v"))
			defer leave()
			f := new(Family)
			ctx, lazy := begun(parent, time.Second, f)
			longer, l := Outlast(ctx)
			defer l.End()
			done := longer.Done()
			time.Sleep(time.Minute)
			lazy.End()
			if _, dated := longer.Deadline(); dated || longer.Err() != nil || closed(done) || longer.Value(key{}) != "v" {
				t.Fatalf("%s: it did not outlast the span: %v", name, longer.Err())
			}
			end(leave, f, l)
			if !closed(done) || !errors.Is(longer.Err(), context.Canceled) {
				t.Errorf("%s did not end it", name)
			}
			l.End()
			if size(f) != 0 {
				t.Errorf("%s: it is in the family still", name)
			}
		})
	}
}

func TestCallersOwnContextIsNotOutlasted(t *testing.T) {
	parent := dated{t.Context(), time.Now().Add(time.Minute)}
	ctx, _ := begun(parent, time.Hour, new(Family))
	if longer, lazy := Outlast(ctx); longer != context.Context(parent) || lazy != nil {
		t.Errorf("%v, %v", longer, lazy)
	}
}
