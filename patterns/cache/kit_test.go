// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/fuseboard/fuseboard"
)

var (
	errDown   = errors.New("the dependency is down")
	errNoUser = errors.New("no such user")
)

type load = func(context.Context) Loaded[int]

// brings loads v at once.
func brings(v int) load {
	return func(context.Context) Loaded[int] { return Loaded[int]{Value: v, Keep: Fresh} }
}

// fails fails at once.
func fails(class fuseboard.Class) load {
	return func(context.Context) Loaded[int] { return Loaded[int]{Err: errDown, Keep: Failed, Class: class} }
}

// forbidden must not be called.
func forbidden(t testing.TB) load {
	return func(context.Context) Loaded[int] {
		t.Error("it was loaded")
		return Loaded[int]{}
	}
}

// slow is a load that a test lets go on.
type slow struct {
	begun atomic.Int32
	ctx   context.Context // of the last
	let   chan Loaded[int]
	deaf  bool // it does not end when it is cancelled
}

func newSlow() *slow { return &slow{let: make(chan Loaded[int])} }

func (s *slow) load(ctx context.Context) Loaded[int] {
	s.ctx = ctx
	s.begun.Add(1)
	if s.deaf {
		return <-s.let
	}
	select {
	case l := <-s.let:
		return l
	case <-ctx.Done():
		return Loaded[int]{Err: context.Cause(ctx), Keep: Failed, Class: fuseboard.ClassTimeout}
	}
}

// got is what a caller got.
type got struct {
	v    int
	err  error
	info Info
}

func (g got) String() string { return fmt.Sprintf("%d %v %s", g.v, g.err, g.info.From) }

// ask calls Fill on a goroutine of its own, and waits until nothing moves any more.
func fillBehind(ctx context.Context, c *Cache[int], key string, l load) chan got {
	return rescueBehind(ctx, c, key, l, nil)
}

func rescueBehind(ctx context.Context, c *Cache[int], key string, l load, rescue func(context.Context, Loaded[int]) Loaded[int]) chan got {
	out := make(chan got, 1)
	go func() {
		v, info, err := c.Fill(ctx, key, l, rescue)
		out <- got{v, err, info}
	}()
	synctest.Wait()
	return out
}

func get(t testing.TB, c *Cache[int], key string, l load) got {
	v, info, err := c.Get(t.Context(), key, l)
	return got{v, err, info}
}

// want complains unless g is v, err (compared by errors.Is) and from.
func want(t testing.TB, g got, v int, err error, from From) {
	t.Helper()
	if g.v != v || !errors.Is(g.err, err) || (err == nil) != (g.err == nil) || g.info.From != from {
		t.Errorf("got %s, want %d %v %s", g, v, err, from)
	}
}

// bubble runs f with a cache in virtual time, and closes it.
func bubble(t *testing.T, p Policy, f func(t *testing.T, c *Cache[int])) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := New[int](p, nil, nil)
		f(t, c)
		if err := c.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if v := c.View(); v.Running != 0 || v.Waiting != 0 || v.Refreshing != 0 || len(c.slots) != 0 {
			t.Errorf("something is left: %+v", v)
		}
	})
}

// exact is next to no jitter, so that tests can name times.
const exact = leastJitter
