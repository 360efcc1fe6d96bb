// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// No more callers than there are permits: whatever is divided and gathered beside them, and
// wherever a permit has been left, each finds one always, and finds it at once.
func TestStorm_NobodyIsRefusedOrQueuedWhileAPermitIsFree(t *testing.T) {
	overLanes(t, func(t *testing.T, lanes int) {
		const permits, visits = 6, 20_000
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: permits}, fuseboard.NewClock())
		var all sync.WaitGroup
		var over atomic.Bool
		var inside, divided atomic.Int64
		all.Go(func() {
			for r := rand.New(rand.NewPCG(1, 2)); !over.Load(); runtime.Gosched() {
				if lanes > 0 && g.Divide(lanes) {
					divided.Add(1)
				}
				switch r.IntN(4) {
				case 0:
					g.Depth()
				case 1:
					g.Resize(mailbox.Bulkhead{Concurrency: permits + r.IntN(2)*100})
				}
			}
		})
		crowd(permits, visits, func(r *rand.Rand) {
			if r.IntN(2) == 0 {
				if !g.TryEnter() {
					t.Error("refused beside a free permit")
					return
				}
			} else if err := g.Enter(ctxBG, fuseboard.Never); err != nil { // there is no queue
				t.Errorf("refused beside a free permit: %v", err)
				return
			}
			if n := inside.Add(1); n > permits {
				t.Errorf("%d inside", n)
			}
			if r.IntN(4) == 0 {
				runtime.Gosched()
			}
			inside.Add(-1)
			g.Leave()
		})
		over.Store(true)
		all.Wait()
		wantEmpty(t, g)
		if (divided.Load() > 0) != (lanes > 0) {
			t.Errorf("divided %d times over %d lanes", divided.Load(), lanes)
		}
	})
}

// More callers than permits: never are more inside, and afterwards all permits are there.
func TestStorm_DividedPermitsAreNeverMoreThanThereAre(t *testing.T) {
	overLanes(t, func(t *testing.T, lanes int) {
		const permits, visits = 40, 3000
		g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: permits}, fuseboard.NewClock())
		var inside, refused atomic.Int64
		crowd(100, visits, func(r *rand.Rand) {
			if lanes > 0 && r.IntN(4) == 0 {
				g.Divide(lanes)
			}
			if !g.TryEnterAt(r.IntN(100)) {
				refused.Add(1)
				return
			}
			if n := inside.Add(1); n > permits {
				t.Errorf("%d inside", n)
			}
			runtime.Gosched()
			inside.Add(-1)
			g.LeaveAt(r.IntN(100))
		})
		if refused.Load() == 0 {
			t.Error("nobody was too many")
		}
		wantEmpty(t, g)
		for range permits {
			mustEnter(t, g)
		}
		if g.TryEnter() {
			t.Error("one too many")
		}
	})
}

func TestFastPathsOfADividedGateAllocateNothing(t *testing.T) {
	g := mailbox.NewGate(mailbox.Bulkhead{Concurrency: 64}, fuseboard.NewClock())
	g.Divide(4)
	if n := testing.AllocsPerRun(100, func() { g.TryEnter(); g.Leave() }); n != 0 || !g.Divided() {
		t.Errorf("%v allocations", n)
	}
}
