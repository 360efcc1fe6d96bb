// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/plain"
)

const stormText = `apiVersion: fuseboard/v1
defaults: {deadline: {total: %ds}}
profiles: {quiet: {bulkhead: {queue: 7}}}
dependencies:
  "d*": {bulkhead: {concurrency: %d, queue: 9}}
rules:
  often: {when: "time 00:00-00:01 or time 00:02-00:03 or time 00:04-00:05", profiles: [quiet]}
`

// Whatever happens at once, every guard ends with what is in force, and no call fails for it.
func TestStorm_EveryGuardHasWhatIsInForce(t *testing.T) {
	inHouse(t, fmt.Sprintf(stormText, 10, 50), Options{}, func(h *house) {
		var all sync.WaitGroup
		var failed atomic.Int64
		steady := h.protect("d-steady", actors.Policy{})
		all.Go(func() { // edits
			for n := range 60 {
				time.Sleep(4 * time.Second)
				h.files.put(fmt.Sprintf(stormText, 10+n%5, 50+n))
			}
		})
		all.Go(func() { // calls
			for range 2000 {
				time.Sleep(100 * time.Millisecond)
				if _, err := actors.Do(context.Background(), steady, func(context.Context) (int, error) { return 1, nil }); err != nil {
					failed.Add(1)
				}
			}
		})
		for i := range 4 { // guards that come and go
			all.Go(func() {
				for n := range 40 {
					g, err := actors.Protect(h.sys, fmt.Sprintf("d-%d-%d", i, n%3), actors.Policy{Retry: actors.Retry{Attempts: 1 + n%3}})
					time.Sleep(time.Duration(1+n%7) * time.Second)
					if err != nil || n%2 == 0 || n > 36 {
						continue
					}
					if err := g.Stop(context.Background()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Go(func() { // an operator
			dice := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a test
			for range 50 {
				time.Sleep(time.Duration(dice.IntN(5000)) * time.Millisecond)
				o := override("bulkhead.concurrency", "60", time.Duration(1+dice.IntN(9))*time.Second)
				o.Dependency = "d-steady"
				if _, err := h.Override(context.Background(), o); err != nil {
					t.Error(err)
				}
				if dice.IntN(3) == 0 {
					_, err := h.Revoke(context.Background(), "d-steady", "bulkhead.concurrency", "ana", "over")
					if _, ended := errors.AsType[*OverrideError](err); err != nil && !ended {
						t.Error(err)
					}
				}
			}
		})
		all.Wait()
		time.Sleep(time.Minute)
		synctest.Wait()
		if failed.Load() > 0 {
			t.Errorf("%d calls failed", failed.Load())
		}
		h.ask(func(k *keeper) {
			for _, g := range h.sys.Guards() {
				f := k.followed[g.Name()]
				if f == nil || f.target != g {
					t.Errorf("%s is not followed", g.Name())
					continue
				}
				want, problems := k.resolve(g.Name(), f.code)
				if changed := plain.Diff(want.Policy, g.Policy()); problems.Err() != nil || len(changed) > 0 {
					t.Errorf("%s differs in %v: %v", g.Name(), changed, problems)
				}
			}
		})
		for i, v := range h.History() {
			if i > 0 && v.Number != h.History()[i-1].Number+1 {
				t.Error("versions with a gap")
			}
		}
	})
}
