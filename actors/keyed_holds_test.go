// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestNumbersOfAKeyringAddUpWhatItsKeysHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Policy{
			Bulkhead: Bulkhead{Concurrency: 1, Queue: 4},
			Retry:    Retry{Attempts: 2},
			Breaker:  Breaker{Consecutive: 1, OpenFor: time.Minute},
		}
		k := keyed(t, start(t), p, KeyLimits{Max: 10, Idle: time.Minute}, sleeping)
		for _, key := range []string{"a", "a", "a", "b"} {
			_ = k.Tell(t.Context(), key, 10)
		}
		synctest.Wait()
		s := k.Stats()
		if g := s.Gate; g.InUse != 2 || g.Waiting != 2 || g.Priorities.Normal != 2 || g.Limit != 2 || g.Queue != 8 {
			t.Errorf("the gates hold %+v", g)
		}
		if s.BudgetLeft == 0 {
			t.Error("no budget")
		}
		time.Sleep(30 * time.Second)
		was := k.Stats().TimeIn
		if was.Closed != time.Minute {
			t.Errorf("two keys for half a minute: %+v", was)
		}
		time.Sleep(10 * time.Minute) // both are forgotten, their time is not
		if now := k.Stats(); now.Keys != 0 || now.TimeIn.Closed < was.Closed || now.Gate.Limit != 0 {
			t.Errorf("%d keys, %+v", now.Keys, now)
		}
	})
}
