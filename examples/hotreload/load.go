// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

// load calls a guard at a steady rate until it is ended.
type load struct {
	stop          context.CancelFunc
	all           sync.WaitGroup
	calls, failed atomic.Int64
}

func begin(g *actors.Guard, perSecond int) *load {
	ctx, stop := context.WithCancel(context.Background())
	l := &load{stop: stop}
	l.all.Go(func() {
		begun := time.Now()
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C: // as many as are due, so that a late tick loses none
				due := int64(time.Since(begun).Seconds() * float64(perSecond))
				for l.calls.Load() < due {
					l.calls.Add(1)
					l.all.Go(func() { l.call(g) })
				}
			}
		}
	})
	return l
}

func (l *load) call(g *actors.Guard) {
	_, err := actors.Do(context.Background(), g, func(context.Context) (struct{}, error) {
		time.Sleep(2 * time.Millisecond)
		return struct{}{}, nil
	})
	if err != nil {
		l.failed.Add(1)
	}
}

// end ends it when its last call has returned.
func (l *load) end() (calls, failed int64) {
	l.stop()
	l.all.Wait()
	return l.calls.Load(), l.failed.Load()
}
