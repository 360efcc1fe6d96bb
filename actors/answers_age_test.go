// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestALastGoodAnswerBehindACacheIsAsOldAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &market{}
		p := Policy{
			Cache:    Cache{TTL: time.Second, StaleIfError: time.Second},
			Fallback: Fallback{Steps: []FallbackStep{{MaxAge: time.Hour}}},
		}
		r := spawn(t, start(t), p, m.quote, With[string, quote]{Key: byPair})
		first, _, err := quoted(t, r, "EURUSD")
		if err != nil {
			t.Fatal(err)
		}
		m.fail(errDown)
		time.Sleep(time.Minute)
		m.slow(time.Second)
		var all sync.WaitGroup
		for range 3 { // one loads, the others share what comes of it
			all.Go(func() {
				var info Info
				q, err := r.Call(WithInfo(context.Background(), &info), "EURUSD")
				if err != nil || q != first || info.Source != FromFallback || !info.Degraded || info.Age != 61*time.Second {
					t.Errorf("%+v %+v %v", q, info, err)
				}
			})
		}
		all.Wait()
	})
}
