// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/patterns/cache"
)

// countsClosings is a store that counts who was closed.
type countsClosings struct {
	cache.Store[*cache.Entry[quote]]
	closed *atomic.Int64
}

func (c countsClosings) Close() { c.closed.Add(1) }

func TestTheStoreOfAKeyIsClosedWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var made, closed atomic.Int64
		m := &market{}
		w := With[string, quote]{Key: byPair, Store: func(most int) cache.Store[*cache.Entry[quote]] {
			made.Add(1)
			return countsClosings{cache.NewStore[*cache.Entry[quote]](most), &closed}
		}}
		k, err := SpawnKeyed(start(t), "tenants", m.quote, Policy{Cache: Cache{TTL: time.Hour}}, KeyLimits{Idle: time.Minute}, w)
		if err != nil {
			t.Fatal(err)
		}
		bg := context.Background()
		for _, tenant := range []string{"a", "b", "a", "b"} {
			if q, err := k.Call(bg, tenant, "EURUSD"); err != nil || q.Pair != "EURUSD" {
				t.Fatal(q, err)
			}
		}
		if made.Load() != 2 || m.calls.Load() != 2 {
			t.Errorf("%d stores, %d calls: the tenants have caches of their own", made.Load(), m.calls.Load())
		}
		time.Sleep(30 * time.Second)
		_, _ = k.Call(bg, "a", "EURUSD") // a hit keeps the key
		time.Sleep(45 * time.Second)
		if k.Len() != 1 || closed.Load() != 1 {
			t.Errorf("%d keys, %d stores closed", k.Len(), closed.Load())
		}
		if err := k.Stop(bg); err != nil || closed.Load() != 2 {
			t.Errorf("after the stop %d stores are closed, %v", closed.Load(), err)
		}
	})
}
