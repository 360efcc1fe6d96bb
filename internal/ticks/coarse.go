// SPDX-License-Identifier: Apache-2.0

package ticks

import (
	"sync/atomic"
	"time"
)

// Coarse is a clock that a goroutine of its own renews each millisecond, as long as
// somebody reads it. Safe for concurrent use.
type Coarse struct {
	base    time.Time
	now     atomic.Int64
	read    atomic.Bool // since the goroutine last looked
	resting atomic.Bool // the goroutine waits for wake; readers use the standard clock
	wake    chan struct{}
	stop    chan struct{}
	done    chan struct{}
}

const (
	grain = time.Millisecond
	idle  = 100 // grains without a reader, after which the goroutine rests
)

// NewCoarse returns a clock that stands at zero now. Stop ends its goroutine.
func NewCoarse() *Coarse {
	c := &Coarse{base: time.Now(), wake: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{})}
	c.resting.Store(true)
	go c.run()
	return c
}

// Base is when the clock stood at zero, for the standard library.
func (c *Coarse) Base() time.Time { return c.base }

// Now returns the time since the clock was made, at most two milliseconds ago.
func (c *Coarse) Now() time.Duration {
	if c.resting.Load() {
		return c.rouse()
	}
	if !c.read.Load() {
		c.read.Store(true)
	}
	return time.Duration(c.now.Load())
}

// rouse reads the standard clock, and wakes the goroutine.
func (c *Coarse) rouse() time.Duration {
	select {
	case c.wake <- struct{}{}:
	default:
	}
	return c.forward()
}

// forward moves the clock to the present. It never goes back.
func (c *Coarse) forward() time.Duration {
	for {
		old, now := c.now.Load(), int64(time.Since(c.base))
		if now <= old || c.now.CompareAndSwap(old, now) {
			return time.Duration(max(old, now))
		}
	}
}

func (c *Coarse) run() {
	defer close(c.done)
	defer c.resting.Store(true)
	for {
		select {
		case <-c.wake:
		case <-c.stop:
			return
		}
		c.forward()
		c.resting.Store(false)
		if !c.tick() {
			return
		}
		c.resting.Store(true)
	}
}

// tick renews the clock until nobody has read it for a while. It is false after Stop.
func (c *Coarse) tick() bool {
	ticker := time.NewTicker(grain)
	defer ticker.Stop()
	for unread := 0; unread < idle; unread++ {
		select {
		case <-ticker.C:
			c.forward()
		case <-c.stop:
			return false
		}
		if c.read.Swap(false) {
			unread = 0
		}
	}
	return true
}

// Stop ends the goroutine and waits for it. The clock goes on as the standard one. It
// must be called once.
func (c *Coarse) Stop() {
	close(c.stop)
	<-c.done
}
