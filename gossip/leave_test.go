// SPDX-License-Identifier: Apache-2.0

package gossip

import (
	"context"
	"sync"
	"testing"
	"time"
)

// memberlist sends a goodbye to nobody who has left, and waits until it was sent often enough: for as long as it may.
func TestNodesThatLeaveAtOnceDoNotWaitForEachOther(t *testing.T) {
	one := begin(t, sound())
	o := sound()
	o.Name, o.Seeds = "shop-2", []Seeds{Static(one.Self().Address)}
	two := begin(t, o)
	until(t, "they see each other", func() bool { return len(one.roster.peers()) == 1 && len(two.roster.peers()) == 1 })
	began := time.Now()
	var all sync.WaitGroup
	for _, n := range []*Node{one, two} {
		all.Go(func() {
			if err := n.Leave(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	took := time.Since(began)
	t.Logf("both have left after %v", took)
	if took > 4*time.Second {
		t.Errorf("both have left after %v: one of them has waited for as long as it may", took)
	}
}

func TestAGoodbyeThatMayNotTakeLongIsAnError(t *testing.T) {
	one := begin(t, sound())
	o := sound()
	o.Name, o.Seeds = "shop-2", []Seeds{Static(one.Self().Address)}
	two := begin(t, o)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := two.Leave(ctx); err == nil {
		t.Error("it says that it was heard")
	}
	if err := two.Leave(t.Context()); err != nil { // again: it has left
		t.Error(err)
	}
}
