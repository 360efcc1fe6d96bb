// SPDX-License-Identifier: Apache-2.0

package mailbox_test

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// source is where calls come from, at times that are as good as by chance (Poisson).
type source struct {
	meta    fuseboard.Meta
	perSec  float64
	allowed func(*rand.Rand) time.Duration // until its deadline; nil: it has none
}

// guest is a call that came to a gate, and what became of it.
type guest struct {
	source   int
	came     fuseboard.Instant
	limit    fuseboard.Instant
	waited   time.Duration
	expected time.Duration // by the gate, when it came; 0: unknown
	ahead    int           // who waited when it came
	err      error
}

// station is a gate before a dependency whose service takes a time as good as by chance
// (exponential), with the mean given: the queue M/M/c of the textbooks.
type station struct {
	bulkhead mailbox.Bulkhead
	service  time.Duration
	seed     uint64
}

// run lets the sources call for so long, in virtual time, and returns all calls as they
// came, and when permits were granted.
func (s station) run(t *testing.T, lasts time.Duration, sources ...source) (guests []*guest, grants []fuseboard.Instant) {
	synctest.Test(t, func(t *testing.T) {
		clock := fuseboard.NewClock()
		g := mailbox.NewGate(s.bulkhead, clock)
		var mu sync.Mutex
		var all sync.WaitGroup
		visit := func(v *guest, meta fuseboard.Meta, service time.Duration) {
			defer all.Done()
			v.expected, v.ahead = g.Wait(meta.Priority), g.Depth().Waiting
			at, err := g.EnterFrom(fuseboard.WithMeta(ctxBG, meta), v.came, v.limit)
			v.waited, v.err = at.Sub(v.came), err
			if err != nil {
				return
			}
			mu.Lock()
			grants = append(grants, at)
			mu.Unlock()
			time.Sleep(service)
			g.Leave()
		}
		var open sync.WaitGroup
		for i, from := range sources {
			open.Go(func() {
				r := rand.New(rand.NewPCG(s.seed, uint64(i)))
				for clock.Now() < fuseboard.Instant(lasts) {
					time.Sleep(time.Duration(r.ExpFloat64() / from.perSec * float64(time.Second)))
					v := &guest{source: i, came: clock.Now(), limit: fuseboard.Never}
					if from.allowed != nil {
						v.limit = v.came.Add(from.allowed(r))
					}
					service := time.Duration(r.ExpFloat64() * float64(s.service))
					mu.Lock()
					guests = append(guests, v)
					mu.Unlock()
					all.Add(1)
					go visit(v, from.meta, service)
				}
			})
		}
		open.Wait()
		all.Wait()
		wantEmpty(t, g)
	})
	slices.SortFunc(guests, func(a, b *guest) int { return int(a.came - b.came) })
	slices.Sort(grants)
	return guests, grants
}

// served are those of a source who got a permit.
func served(guests []*guest, from int) (of []*guest) {
	for _, v := range guests {
		if v.source == from && v.err == nil {
			of = append(of, v)
		}
	}
	return of
}

// quantile returns the value that a share of all does not exceed.
func quantile[T int | float64 | time.Duration](all []T, share float64) T {
	if len(all) == 0 {
		return 0
	}
	all = slices.Sorted(slices.Values(all))
	return all[min(int(share*float64(len(all))), len(all)-1)]
}

func waits(guests []*guest) (all []time.Duration) {
	for _, v := range guests {
		all = append(all, v.waited)
	}
	return all
}
