// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/lane"
)

// Cache keeps answers by key, and lets callers that miss the same key share one load. Safe for
// concurrent use; make one with [New] and end it with [Cache.Close].
type Cache[V any] struct {
	clock *fuseboard.Clock
	makes Make[V]
	plan  atomic.Pointer[plan[V]]
	given []given // a lane each

	mu        sync.Mutex // of all below; never held while a load, a rescue or a caller runs
	slots     map[string]*slot[V]
	running   map[*flight[V]]struct{} // those that were abandoned among them
	begun     uint64                  // numbers flights
	disposing int                     // loads that have ended, and what they brought for nobody is disposed of
	counts    View
	evicted   uint64 // of stores that were replaced
	closed    bool
	closing   chan struct{} // closed by Close
	idle      chan struct{} // closed when nothing runs any more after Close
}

// plan is what a Hit reads: it is replaced as a whole.
type plan[V any] struct {
	Policy
	times
	surely time.Duration // however much of the jitter is its own, an answer is fresh for that long
	store  Store[*Entry[V]]

	nowhere bool // the store keeps nothing: the cache was closed or retired
}

// given counts what is answered without a load, in one lane.
type given struct {
	hits, stale, onError, negative atomic.Uint64
	_                              [lane.Line - 32]byte
}

// New returns an empty cache. Fields of p that are out of range count as the nearest value that is not,
// and a policy that is off as all defaults; [Policy.Validate] tells. The clock gives every
// instant; nil means one of its own. makeStore makes the store, for at most so many entries, and may be called again
// by [Cache.Reshape] and [Cache.Clear]; nil, or one that makes nil, means [NewStore].
func New[V any](p Policy, clock *fuseboard.Clock, makeStore Make[V]) *Cache[V] {
	if clock == nil {
		clock = fuseboard.NewClock()
	}
	c := &Cache[V]{
		clock: clock, makes: makeStore, given: lanes(),
		slots: map[string]*slot[V]{}, running: map[*flight[V]]struct{}{},
		closing: newSignal(), idle: newSignal(),
	}
	p = p.clamped()
	c.shape(p, c.newStore(p.MaxEntries))
	return c
}

func lanes() []given { return make([]given, lane.Count()) }

func newSignal() chan struct{} { return make(chan struct{}) }

func (c *Cache[V]) newStore(most int) Store[*Entry[V]] {
	if c.makes != nil {
		if s := c.makes(most); s != nil {
			return s
		}
	}
	return NewStore[*Entry[V]](most)
}

// shape puts the cache under a policy that is in its ranges, and on a store.
func (c *Cache[V]) shape(p Policy, store Store[*Entry[V]]) {
	_, none := store.(nowhere[*Entry[V]])
	c.plan.Store(&plan[V]{
		Policy: p, store: store, nowhere: none, surely: p.TTL - time.Duration(float64(p.TTL)*p.Jitter),
		times: times{ttl: p.TTL, revalidate: p.StaleWhileRevalidate, ifError: p.StaleIfError, negative: p.NegativeTTL, jitter: p.Jitter},
	})
}

// Hit returns what is kept under key and may be given at once; ok is false if there is nothing, and
// then [Cache.Fill] loads it. An answer that is [Stale] should be refreshed: see
// [Cache.Refresh]. It takes no lock of the cache and allocates nothing. An error is that of a NegativeHit.
func (c *Cache[V]) Hit(key string) (v V, info Info, ok bool, err error) {
	p := c.plan.Load()
	e, found := p.store.Get(key)
	if !found {
		return v, Info{}, false, nil
	}
	now := c.clock.Now()
	if age := now.Sub(e.at); age < p.surely && e.kind == answer { // most are: no more is asked of them
		c.given[lane.Here()&(len(c.given)-1)].hits.Add(1)
		return e.value, Info{From: Hit, Age: max(age, 0)}, true, nil
	}
	return c.judged(p, e, now)
}

// Fresh is Hit for who wants nothing but an answer that is fresh, and none of an error. It is a
// little faster.
func (c *Cache[V]) Fresh(key string) (v V, ok bool) {
	p := c.plan.Load()
	e, found := p.store.Get(key)
	if !found || c.clock.Now().Sub(e.at) >= p.surely || e.kind != answer {
		return v, false
	}
	c.given[lane.Here()&(len(c.given)-1)].hits.Add(1)
	return e.value, true
}

// judged is the rest of Hit: an entry that is not surely fresh.
func (c *Cache[V]) judged(p *plan[V], e *Entry[V], now fuseboard.Instant) (v V, info Info, ok bool, err error) {
	from, usable, _ := e.judge(&p.times, now)
	if !usable {
		return v, Info{}, false, nil
	}
	c.count(from)
	return e.value, e.info(from, now), true, e.err
}

// Get returns what is kept under key, or else loads it: [Cache.Hit], and else [Cache.Fill]
// without a rescue. Behind a stale answer it starts a refresh.
func (c *Cache[V]) Get(ctx context.Context, key string, load func(context.Context) Loaded[V]) (V, Info, error) {
	if v, info, ok, err := c.Hit(key); ok {
		if info.From == Stale {
			c.Refresh(ctx, key, load)
		}
		return v, info, err
	}
	return c.Fill(ctx, key, load, nil)
}

// count counts an answer that needed no load.
func (c *Cache[V]) count(from From) {
	g := &c.given[lane.Here()&(len(c.given)-1)]
	switch from {
	case Hit:
		g.hits.Add(1)
	case NegativeHit:
		g.negative.Add(1)
	case StaleOnError:
		g.onError.Add(1)
	default:
		g.stale.Add(1)
	}
}

// info tells of an entry that is given.
func (e *Entry[V]) info(from From, now fuseboard.Instant) Info {
	info := Info{From: from, Age: max(0, now.Sub(e.at))}
	if from == StaleOnError && e.failed != nil {
		info.Class, info.Cause = e.failed.class, e.failed.err
	}
	return info
}
