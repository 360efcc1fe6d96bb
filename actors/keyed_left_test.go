// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestKeyWhoseLeftHandlerHasReturnedMakesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := keyed(t, start(t), fourWorkers, KeyLimits{Max: 1}, stubborn)
		_, err := k.Call(t.Context(), "a", 10)
		wantIs(t, err, context.DeadlineExceeded)
		wantTooMany(t, k, "b") // the handler of a still runs
		if s := k.Stats(); s.InUse != 1 {
			t.Errorf("a handler runs, but %d keys are in use", s.InUse)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if _, err := k.Call(t.Context(), "b", 0); err != nil {
			t.Error(err)
		}
	})
}
