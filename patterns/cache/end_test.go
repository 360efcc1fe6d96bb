// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

func TestAPanicIsTheErrorOfAllWhoWait(t *testing.T) {
	for name, end := range map[string]func(){
		"panic":  func() { panic(errDown) },
		"goexit": runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, Policy{TTL: time.Minute}, func(t *testing.T, c *Cache[int]) {
				s := newSlow()
				bad := func(ctx context.Context) Loaded[int] { s.load(ctx); end(); return Loaded[int]{} }
				first, second := fillBehind(t.Context(), c, "k", bad), fillBehind(t.Context(), c, "k", bad)
				s.let <- Loaded[int]{}
				for _, g := range []got{<-first, <-second} {
					var panicked *PanicError
					switch {
					case name == "goexit" && g.err != ErrGoexit,
						name == "panic" && (!errors.As(g.err, &panicked) || !errors.Is(g.err, errDown) || len(panicked.Stack) == 0),
						g.info.Class != fuseboard.ClassPanicked:
						t.Errorf("%+v", g)
					}
				}
				// A rescue is asked, and may end the same way.
				saves := func(context.Context, Loaded[int]) Loaded[int] { return Loaded[int]{Value: 5} }
				want(t, <-rescueBehind(t.Context(), c, "k", func(context.Context) Loaded[int] { end(); return Loaded[int]{} }, saves), 5, nil, Rescued)
				g := <-rescueBehind(t.Context(), c, "k", fails("error"), func(context.Context, Loaded[int]) Loaded[int] { end(); return Loaded[int]{} })
				if g.err == nil || g.info.From != FromLoad {
					t.Errorf("%+v", g)
				}
			})
		})
	}
}

func TestCloseCancelsAndWaitsForTheLoads(t *testing.T) {
	bubble(t, Policy{TTL: time.Minute}, func(t *testing.T, c *Cache[int]) {
		c.Put("a", 1)
		s, deaf := newSlow(), newSlow()
		deaf.deaf = true
		first, second := fillBehind(t.Context(), c, "k", s.load), fillBehind(t.Context(), c, "d", deaf.load)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := c.Close(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || err.Error() != "the cache is closed, but 1 loads still run and ignore that they were cancelled: context deadline exceeded" {
			t.Error(err)
		}
		for _, g := range []got{<-first, <-second, get(t, c, "a", forbidden(t)), get(t, c, "b", forbidden(t))} {
			want(t, g, 0, ErrClosed, FromLoad)
		}
		c.Put("a", 1)
		c.Forget("a")
		c.Clear()
		if lost := c.Reshape(Policy{MaxEntries: 5}); lost != nil || c.Refresh(t.Context(), "a", forbidden(t)) {
			t.Error("a closed cache does something")
		}
		deaf.let <- Loaded[int]{Value: 1, Keep: Fresh}
		if err := c.Close(t.Context()); err != nil || c.View().Entries != 0 {
			t.Errorf("%v, %+v", err, c.View())
		}
	})
}

// Where the answer and the end of the cache come together, it is the end that counts.
func TestAnAnswerThatComesWithTheEndDoesNotCount(t *testing.T) {
	for range 20 {
		bubble(t, Policy{TTL: time.Minute, Coalesce: CoalesceOff}, func(t *testing.T, c *Cache[int]) {
			want(t, get(t, c, "k", func(ctx context.Context) Loaded[int] {
				over, cancel := context.WithCancel(ctx)
				cancel()
				if err := c.Close(over); err == nil {
					t.Error("a load ran, and Close did not wait for it")
				}
				return Loaded[int]{Value: 1, Keep: Fresh}
			}), 0, ErrClosed, FromLoad)
		})
	}
}

func TestWhoHasNoContextIsTold(t *testing.T) {
	bubble(t, Policy{}, func(t *testing.T, c *Cache[int]) {
		var nobody context.Context
		_, _, err := c.Fill(nobody, "k", brings(1), nil)
		_, _, none := c.Fill(t.Context(), "k", nil, nil)
		if err != ErrIncomplete || none != ErrIncomplete || c.Refresh(nobody, "k", nil) {
			t.Error(err, none)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		want(t, <-fillBehind(ctx, c, "k", forbidden(t)), 0, context.Canceled, FromLoad)
		c.Put("k", 1)
		want(t, <-fillBehind(ctx, c, "k", forbidden(t)), 1, nil, Hit)
	})
}

func TestALoadThatAsksForItsOwnKeyIsTold(t *testing.T) {
	bubble(t, Policy{TTL: time.Minute}, func(t *testing.T, c *Cache[int]) {
		var other *Cache[int]
		for name, again := range map[string]load{
			"directly": func(ctx context.Context) Loaded[int] {
				_, _, err := c.Get(ctx, "k", forbidden(t))
				return Loaded[int]{Err: err, Keep: Failed}
			},
			"through another key": func(ctx context.Context) Loaded[int] {
				_, _, err := c.Get(ctx, "l", func(ctx context.Context) Loaded[int] {
					_, _, err := c.Get(ctx, "k", forbidden(t))
					return Loaded[int]{Err: err, Keep: Failed}
				})
				return Loaded[int]{Err: err, Keep: Failed}
			},
			"through another cache": func(ctx context.Context) Loaded[int] {
				_, _, err := other.Get(ctx, "k", func(ctx context.Context) Loaded[int] {
					_, _, err := c.Get(ctx, "k", forbidden(t))
					return Loaded[int]{Err: err, Keep: Failed}
				})
				return Loaded[int]{Err: err, Keep: Failed}
			},
		} {
			other = New[int](Policy{}, nil, nil)
			g := get(t, c, "k", again)
			if g.err != ErrRecursive {
				t.Errorf("%s: %s", name, g)
			}
			if err := other.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}
		want(t, get(t, c, "k", func(ctx context.Context) Loaded[int] { // another key is none of that
			v, _, _ := c.Get(ctx, "l", brings(3))
			return Loaded[int]{Value: v, Keep: Fresh}
		}), 3, nil, FromLoad)
	})
}

// The failure may have been remembered after the caller had read the clock.
func TestAFailureIsNeverYoungerThanNow(t *testing.T) {
	if age := (&failure{err: errDown, at: 10}).info(5).Age; age != 0 {
		t.Error(age)
	}
}
