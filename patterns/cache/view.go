// SPDX-License-Identifier: Apache-2.0

package cache

import "fmt"

// View is what a cache holds and has counted at one moment, since it was made.
type View struct {
	// Entries is how many keys are kept: answers, stale ones and void ones, and failures.
	Entries int
	// Evicted is how many made room for others, as far as the store counts it.
	Evicted uint64
	// Hits is how many calls were given a fresh answer.
	Hits uint64
	// Stale is how many were given a stale answer at once.
	Stale uint64
	// StaleOnError is how often a stale answer was given in place of a failure: once for all who
	// shared a load, and once for each call while a failure was remembered.
	StaleOnError uint64
	// Remembered is how many of these were given at once, because a failure was remembered
	// (Policy.NegativeOn): these calls are no misses.
	Remembered uint64
	// Negative is how many calls were given an error that was kept.
	Negative uint64
	// Misses is how many calls found nothing that could be given at once.
	Misses uint64
	// Shared is how many of them waited for another's load.
	Shared uint64
	// Loads is how many loads have ended, one way or the other.
	Loads uint64
	// Failures is how many of them failed.
	Failures uint64
	// Rescued is how many failures the rescue has answered.
	Rescued uint64
	// Left is how many callers left before their answer came.
	Left uint64
	// Abandoned is how many loads had run so long that newcomers did not wait for them.
	Abandoned uint64
	// Refreshes is how many loads were started behind stale answers.
	Refreshes uint64
	// Skipped is how many were not, because too many ran.
	Skipped uint64
	// Running is how many loads run now, those that were abandoned or cancelled included.
	Running int
	// Refreshing is how many of them were started behind a stale answer.
	Refreshing int
	// Waiting is how many callers wait now.
	Waiting int
}

// View returns what the cache holds and has counted. Calls that are answered meanwhile may be
// in it or not.
func (c *Cache[V]) View() View {
	c.mu.Lock()
	defer c.mu.Unlock()
	store := c.plan.Load().store
	v := c.counts
	v.Entries, v.Evicted, v.Running = store.Len(), c.evicted+evictedBy(store), len(c.running)
	for i := range c.given {
		g := &c.given[i]
		v.Hits += g.hits.Load()
		v.Stale += g.stale.Load()
		v.Remembered += g.onError.Load()
		v.Negative += g.negative.Load()
	}
	v.StaleOnError += v.Remembered
	return v
}

// Lookups is how many calls asked for a key, and Given how many of them did not have to wait for a load.
func (v View) Lookups() (calls, given uint64) {
	given = v.Hits + v.Stale + v.Remembered + v.Negative
	return given + v.Misses, given
}

// String says in one line what the cache is good for.
func (v View) String() string {
	return fmt.Sprintf("%d entries; %d hits, %d stale, %d negative, %d misses of which %d shared a load; %d loads, %d failed",
		v.Entries, v.Hits, v.Stale+v.StaleOnError, v.Negative, v.Misses, v.Shared, v.Loads, v.Failures)
}
