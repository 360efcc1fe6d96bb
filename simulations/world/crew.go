// SPDX-License-Identifier: Apache-2.0

package world

import "sync"

// crew are the goroutines that requests run on. Who has no request waits for the next: a goroutine that is
// there has its stack already, and saves a tenth of all that a request of a simulation costs.
type crew struct {
	work func(*Request)

	mu      sync.Mutex
	idle    []chan *Request
	over    bool
	members sync.WaitGroup
}

// give lets a member work on the request.
func (c *crew) give(r *Request) {
	c.mu.Lock()
	var orders chan *Request
	if last := len(c.idle) - 1; last >= 0 {
		orders, c.idle = c.idle[last], c.idle[:last]
	}
	c.mu.Unlock()
	if orders == nil {
		orders = make(chan *Request, 1)
		c.members.Go(func() { c.member(orders) })
	}
	orders <- r
}

func (c *crew) member(orders chan *Request) {
	for r := range orders {
		c.work(r)
		c.mu.Lock()
		if c.over {
			c.mu.Unlock()
			return
		}
		c.idle = append(c.idle, orders)
		c.mu.Unlock()
	}
}

// wait waits until all work is done, and sends the members home. Nothing may be given any more.
func (c *crew) wait() {
	c.mu.Lock()
	c.over = true
	for _, orders := range c.idle {
		close(orders)
	}
	c.idle = nil
	c.mu.Unlock()
	c.members.Wait()
}
