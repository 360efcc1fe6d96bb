// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// naive is what one key is, told in words: an answer that was loaded, and the last failure.
type naive struct {
	answered, no bool
	v            int
	err          error
	at           time.Duration
	spread       float64
	failed       bool
	failedAt     time.Duration
}

// model is a map of them, for one caller after the other.
type model struct {
	p    Policy
	keys map[string]naive
}

func (m *model) short(d time.Duration, n naive) time.Duration {
	return d - time.Duration(float64(d)*m.p.Jitter*n.spread)
}

// kept says how a key may be answered without a load.
func (m *model) kept(key string, now time.Duration) (g got, ok bool) {
	n, there := m.keys[key]
	if !there {
		return got{}, false
	}
	over := now - n.at - m.short(m.p.TTL, n)
	switch {
	case n.answered && n.no:
		if now-n.at < m.short(m.p.NegativeTTL, n) {
			return got{n.v, n.err, Info{From: NegativeHit, Age: now - n.at}}, true
		}
	case n.answered && over < 0:
		return got{n.v, nil, Info{From: Hit, Age: now - n.at}}, true
	case n.answered && over < m.p.StaleWhileRevalidate:
		return got{n.v, nil, Info{From: Stale, Age: now - n.at}}, true
	case n.answered && over < m.p.StaleIfError && m.fails(key, now):
		return got{n.v, nil, Info{From: StaleOnError, Age: now - n.at, Class: "timeout", Cause: errDown}}, true
	}
	return got{}, false
}

// fails says that a load has failed so lately that none is made.
func (m *model) fails(key string, now time.Duration) bool {
	n := m.keys[key]
	return n.failed && now-n.failedAt < m.short(m.p.NegativeTTL, n)
}

// brought books what a load of key brought, and says what its caller gets, without a rescue.
func (m *model) brought(key string, l Loaded[int], now time.Duration) (g got) {
	old, there := m.keys[key]
	fresh := naive{answered: true, v: l.Value, err: l.Err, at: now, spread: spreadOf(key, fuseboard.Instant(now))}
	switch {
	case l.Keep == Fresh:
		m.keys[key] = fresh
	case l.Keep == Negative && m.p.NegativeTTL > 0:
		fresh.no = true
		m.keys[key] = fresh
	case l.Keep == Failed:
		if m.p.NegativeTTL > 0 && len(m.p.NegativeOn) > 0 && l.Class == "timeout" {
			if !there {
				old = naive{at: now, spread: fresh.spread}
			}
			old.failed, old.failedAt = true, now
			m.keys[key] = old
		}
		return m.instead(key, l, now)
	}
	return got{l.Value, l.Err, Info{From: FromLoad}}
}

// instead says what is given where the load has failed.
func (m *model) instead(key string, l Loaded[int], now time.Duration) got {
	n := m.keys[key]
	if over := now - n.at - m.short(m.p.TTL, n); n.answered && !n.no && over < max(m.p.StaleIfError, m.p.StaleWhileRevalidate) {
		return got{n.v, nil, Info{From: StaleOnError, Age: now - n.at, Class: l.Class, Cause: l.Err}}
	}
	return got{l.Value, l.Err, Info{From: FromLoad, Class: l.Class, Cause: l.Err}}
}

func drawPolicy(t *rapid.T) Policy {
	seconds := func(name string, least int) time.Duration {
		return time.Duration(rapid.IntRange(least, 20).Draw(t, name)) * time.Second
	}
	p := Policy{
		TTL: seconds("ttl", 1), StaleWhileRevalidate: seconds("swr", 0), StaleIfError: seconds("sie", 0), NegativeTTL: seconds("negative", 0),
		Jitter: rapid.Float64Range(0.001, 0.9).Draw(t, "jitter"),
	}
	if rapid.Bool().Draw(t, "remember") {
		p.NegativeOn = []fuseboard.Class{"timeout"}
	}
	if rapid.Bool().Draw(t, "off") {
		p.Coalesce = CoalesceOff
	}
	return p.clamped()
}

// A cache of one caller does what a map does of which every word is looked up again. Loads end at
// once, refreshes before the next step.
func TestCacheIsItsModel(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		synctest.Test(t, func(*testing.T) {
			t := r
			m := &model{p: drawPolicy(t), keys: map[string]naive{}}
			base, c := time.Now(), New[int](m.p, nil, nil)
			defer func() { _ = c.Close(context.Background()) }()
			key := func(t *rapid.T) string { return strconv.Itoa(rapid.IntRange(0, 2).Draw(t, "key")) }
			value := 0
			fill := func(t *rapid.T) {
				value++
				checkFill(t, c, m, key(t), value, time.Since(base))
			}
			t.Repeat(map[string]func(*rapid.T){
				"fill": fill, "fill again": fill, "and again": fill,
				"sleep": func(t *rapid.T) {
					time.Sleep(time.Duration(rapid.IntRange(0, 10_000).Draw(t, "ms")) * time.Millisecond)
				},
				"hit": func(t *rapid.T) {
					k := key(t)
					v, info, ok, err := c.Hit(k)
					if want, there := m.kept(k, time.Since(base)); (got{v, err, info}) != want || ok != there {
						t.Fatalf("%+v %t, want %+v %t", got{v, err, info}, ok, want, there)
					}
				},
				"put": func(t *rapid.T) {
					k := key(t)
					value++
					c.Put(k, value)
					m.brought(k, Loaded[int]{Value: value, Keep: Fresh}, time.Since(base))
				},
				"forget": func(t *rapid.T) { k := key(t); c.Forget(k); delete(m.keys, k) },
				"clear":  func(*rapid.T) { c.Clear(); clear(m.keys) },
				"reshape": func(t *rapid.T) {
					m.p = drawPolicy(t)
					if lost := c.Reshape(m.p); lost != nil {
						t.Fatal(lost)
					}
				},
				"": func(t *rapid.T) {
					if v := c.View(); v.Entries != len(m.keys) || v.Running != 0 || v.Waiting != 0 || v.Refreshing != 0 {
						t.Fatalf("%+v, %d keys", v, len(m.keys))
					}
				},
			})
		})
	})
}

// checkFill asks for a key, through Get or Fill, with a load and perhaps a rescue of any kind.
func checkFill(t *rapid.T, c *Cache[int], m *model, key string, value int, now time.Duration) {
	l := rapid.SampledFrom([]Loaded[int]{
		{Value: value, Keep: Fresh},
		{Value: value, Err: errNoUser, Keep: Negative},
		{Value: value, Err: errDown, Keep: Failed, Class: "timeout"},
		{Err: errDown, Keep: Failed, Class: "error"},
		{Value: value},
	}).Draw(t, "loaded")
	loads := 0
	load := func(context.Context) Loaded[int] { loads++; return l }
	rescue := map[string]func(context.Context, Loaded[int]) Loaded[int]{
		"saves":    func(context.Context, Loaded[int]) Loaded[int] { return Loaded[int]{Value: -value, Keep: Fresh} },
		"declines": func(_ context.Context, l Loaded[int]) Loaded[int] { return l },
	}[rapid.SampledFrom([]string{"none", "saves", "declines", "get"}).Draw(t, "rescue")]

	want, wantLoads := m.kept(key, now)
	remembered := m.fails(key, now)
	switch {
	case wantLoads: // it is there
		if want.info.From == Stale && !remembered {
			m.brought(key, l, now)
		}
		wantLoads = want.info.From == Stale && !remembered
	case remembered:
		want = got{0, errDown, Info{From: NegativeHit, Class: "timeout", Cause: errDown}}
		if rescue == nil {
			want.info.Age = now - m.keys[key].failedAt
		}
	default:
		want, wantLoads = m.brought(key, l, now), true
	}
	if from := want.info.From; rescue != nil && want.err == errDown && want.info.Cause != nil && (from == FromLoad || from == NegativeHit) {
		saved := rescue(context.Background(), Loaded[int]{Value: want.v, Err: want.err, Keep: Failed})
		if want.v, want.err = saved.Value, saved.Err; saved.Err == nil {
			want.info.From = Rescued
		}
	}
	var g got
	if rescue == nil {
		g.v, g.info, g.err = c.Get(context.Background(), key, load)
	} else {
		g.v, g.info, g.err = c.Fill(context.Background(), key, load, rescue)
	}
	synctest.Wait()
	if g != want || (loads == 1) != wantLoads || loads > 1 {
		t.Fatalf("got %+v after %d loads, want %+v %t; %+v", g, loads, want, wantLoads, m.p)
	}
}
