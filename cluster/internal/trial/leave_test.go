// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestAFleetWhoseNodesAllLeaveAtOnceLeavesWithoutAComplaint(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7} {
		synctest.Test(t, func(t *testing.T) {
			f := newFleet(t, n, following(), nil)
			defer f.close()
			time.Sleep(5 * time.Second)
			began := time.Now()
			var all sync.WaitGroup
			for i, r := range f.nodes {
				all.Go(func() {
					time.Sleep(time.Duration(i%3) * 200 * time.Millisecond)
					if err := r.node.Leave(context.Background()); err != nil {
						t.Errorf("%d nodes: %s, after %v: %v", n, r.name, time.Since(began), err)
					}
				})
			}
			all.Wait()
			t.Logf("%d nodes left in %v", n, time.Since(began))
		})
	}
}
