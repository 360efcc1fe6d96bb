// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"cmp"
	"context"
	"slices"

	"github.com/fuseboard/fuseboard"
)

// settle makes of what a load brought what its callers get: a failure is answered by a stale
// answer, else by the rescue.
func (c *Cache[V]) settle(f *flight[V], l Loaded[V]) {
	if l.Keep == Failed {
		l.Class = cmp.Or(l.Class, fuseboard.ClassError)
	}
	rescue, kept := c.keep(f, l)
	if rescue == nil {
		switch {
		case f.info.From != StaleOnError && !kept:
			f.unwanted = l.Replaced
		case !kept && l.Replaced != nil:
			l.Replaced()
		}
		return
	}
	saved := guarded(func() Loaded[V] { return rescue(f.ctx, l) })
	f.v, f.err = saved.Value, saved.Err
	if saved.Keep == Failed {
		f.unwanted = l.Replaced
	} else {
		f.info.From, f.info.Age = Rescued, saved.Age
		c.mu.Lock()
		c.counts.Rescued++
		c.mu.Unlock()
	}
}

// keep stores what is to be stored, gives the flight its answer, and returns the rescue if it
// is to be asked for a better one. If not, nobody joins the flight any more.
func (c *Cache[V]) keep(f *flight[V], l Loaded[V]) (rescue func(context.Context, Loaded[V]) Loaded[V], kept bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.v, f.err = l.Value, l.Err
	if l.Keep == Failed {
		rescue = c.fail(f, l)
	} else {
		kept = c.store(f, l)
	}
	if rescue == nil {
		c.detach(f)
	}
	return rescue, kept
}

// store keeps an answer, unless what it would replace is younger.
func (c *Cache[V]) store(f *flight[V], l Loaded[V]) (kept bool) {
	c.counts.Loads++
	p, now := c.plan.Load(), c.clock.Now()
	of := answer
	switch {
	case p.nowhere || !c.may(f):
		return false
	case l.Keep == Fresh:
	case l.Keep == Negative && p.NegativeTTL > 0:
		of = negative
	default:
		return false
	}
	c.slots[f.key].floor = f.number
	p.store.Set(f.key, &Entry[V]{value: l.Value, err: l.Err, kind: of, at: now, spread: spreadOf(f.key, now)})
	return true
}

// may reports whether what a flight brought may be stored: no other that began later was, nothing was
// forgotten or put by hand since it began.
func (c *Cache[V]) may(f *flight[V]) bool { return f.number > c.slots[f.key].floor }

// fail remembers a failure if that is asked for, and gives the flight a stale answer if
// there is one; else it returns the rescue.
func (c *Cache[V]) fail(f *flight[V], l Loaded[V]) func(context.Context, Loaded[V]) Loaded[V] {
	p, now := c.plan.Load(), c.clock.Now()
	e, found := p.store.Get(f.key)
	f.info = Info{Class: l.Class, Cause: l.Err}
	if f.failed != nil {
		f.info.From = NegativeHit
	} else {
		c.counts.Loads++
		c.counts.Failures++
		if c.may(f) && f.ctx.Err() == nil && slices.Contains(p.NegativeOn, l.Class) {
			c.remember(p, f.key, e, &failure{err: l.Err, class: l.Class, at: now})
		}
	}
	if found && e.rescues(&p.times, now) {
		f.v, f.err, f.info = e.value, e.err, Info{From: StaleOnError, Age: now.Sub(e.at), Class: l.Class, Cause: l.Err}
		c.counts.StaleOnError++
		return nil
	}
	return f.rescue
}

// remember keeps a failure, beside the answer that is kept if there is one.
func (c *Cache[V]) remember(p *plan[V], key string, old *Entry[V], failed *failure) {
	if p.NegativeTTL == 0 {
		return
	}
	e := &Entry[V]{at: failed.at, spread: spreadOf(key, failed.at)}
	if old != nil {
		*e = *old
	}
	e.failed = failed
	p.store.Set(key, e)
}
