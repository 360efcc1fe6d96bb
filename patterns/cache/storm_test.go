// SPDX-License-Identifier: Apache-2.0

package cache

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

// written is a value that says under which key and after how many writes it was read.
type written struct {
	key     string
	version int64
}

// source is a dependency with one version of each key, which writes count up.
type source struct {
	versions [8]atomic.Int64
	inside   atomic.Int64
}

func (s *source) read(i int) written {
	return written{strconv.Itoa(i), s.versions[i].Load()}
}

// Callers of all kinds: such that leave, loads that fail, panic, end their goroutine, take longer than
// they are waited for, and writes, each of which is followed by a Forget. After that nobody may get
// what was read before, which is what a cache that is behind would give.
func TestStormNobodyGetsWhatWasReadBeforeAWrite(t *testing.T) {
	p := Policy{
		TTL: time.Hour, MaxEntries: 6, AbandonAfter: time.Millisecond, MaxRefreshes: 2, NegativeTTL: time.Millisecond,
		NegativeOn: []fuseboard.Class{"timeout"},
	}
	var ticks atomic.Int64 // a clock that goes on by being read, so that loads grow old
	clock := fuseboard.NewClockFrom(time.Now(), func() time.Duration { return time.Duration(ticks.Add(1)) * 50 * time.Microsecond })
	c := New[written](p, clock, nil)
	s := &source{}
	var all sync.WaitGroup
	for g := range writers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(g), 7))
			for n := range 1500 {
				i := random.IntN(len(s.versions))
				key := strconv.Itoa(i)
				switch random.IntN(20) {
				case 0:
					s.versions[i].Add(1)
					c.Forget(key)
				case 1:
					q := p
					q.MaxEntries, q.Coalesce = 3+random.IntN(6), Coalesce(random.IntN(2))
					if n%100 == 0 {
						c.Reshape(q)
					}
				case 2:
					_ = c.View().String()
				default:
					askOnce(t, c, s, random, i)
				}
			}
		})
	}
	all.Wait()
	if err := c.Close(context.Background()); err != nil {
		t.Error(err)
	}
	t.Logf("%+v", c.View())
	if v := c.View(); v.Running != 0 || v.Waiting != 0 || s.inside.Load() != 0 || len(c.slots) != 0 {
		t.Errorf("%+v, %d inside", v, s.inside.Load())
	}
}

const writers = 8

// askOnce is one call. The writes of its own goroutine are over; of the others each may be between
// its write and its Forget: so many versions it may be behind.
func askOnce(t *testing.T, c *Cache[written], s *source, random *rand.Rand, i int) {
	ctx, cancel := context.WithCancel(context.Background())
	var leaving sync.WaitGroup
	defer leaving.Wait()
	defer cancel()
	if patience := random.IntN(200); patience < 50 {
		leaving.Go(func() {
			spin(ctx, patience)
			cancel()
		})
	}
	how := random.IntN(12)
	load := func(ctx context.Context) Loaded[written] {
		s.inside.Add(1)
		defer s.inside.Add(-1)
		l := Loaded[written]{Value: s.read(i), Keep: Fresh}
		switch how {
		case 0:
			panic("bad luck")
		case 1:
			return Loaded[written]{Err: errDown, Keep: Failed, Class: "timeout"}
		case 2:
			spin(ctx, 300)
			return Loaded[written]{Err: errDown, Keep: Failed, Class: "timeout"}
		case 3:
			l.Keep = Drop
		case 4, 5:
			spin(context.Background(), 50)
		}
		return l
	}
	least := s.versions[i].Load() - writers + 1
	v, _, err := c.Fill(ctx, strconv.Itoa(i), load, nil)
	var left *LeftError
	var panicked *PanicError
	switch {
	case err == nil && (v.key != strconv.Itoa(i) || v.version < least):
		t.Errorf("%+v for key %d, which had version %d", v, i, least+writers-1)
	case err != nil && !errors.As(err, &left) && !errors.As(err, &panicked) && !errors.Is(err, errDown):
		t.Errorf("%T %v", err, err)
	}
}

// spin lets others run so many times, or until ctx has ended.
func spin(ctx context.Context, times int) {
	for range times {
		if ctx.Err() != nil {
			return
		}
		runtime.Gosched()
	}
}

// One writer, and readers: what they get is no older than the last write that was forgotten before
// they asked, for a call that began after Forget joins no load that began before it.
func TestStormAForgetIsAtOnce(t *testing.T) {
	c := New[written](Policy{TTL: time.Hour}, nil, nil)
	s := &source{}
	var known atomic.Int64
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		readers.Go(func() {
			load := func(context.Context) Loaded[written] {
				v := s.read(0)
				runtime.Gosched()
				return Loaded[written]{Value: v, Keep: Fresh}
			}
			for {
				select {
				case <-stop:
					return
				default:
				}
				least := known.Load()
				v, info, err := c.Get(context.Background(), "0", load)
				if err != nil || v.version < least {
					t.Errorf("version %d by %s after %d was known: %v", v.version, info.From, least, err)
					return
				}
			}
		})
	}
	for range 5000 {
		v := s.versions[0].Add(1)
		c.Forget("0")
		known.Store(v)
		runtime.Gosched()
	}
	close(stop)
	readers.Wait()
	if err := c.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

// Stale answers, refreshes and a Close in the middle of it all.
func TestStormCloseLeavesNothingBehind(t *testing.T) {
	for round := range 20 {
		c := New[int](Policy{TTL: time.Millisecond, StaleWhileRevalidate: time.Hour, MaxRefreshes: 3}, nil, nil)
		var all sync.WaitGroup
		var inside atomic.Int64
		for g := range 6 {
			all.Go(func() {
				for n := range 300 {
					key := strconv.Itoa((n*3 + g) % 10)
					_, _, err := c.Get(context.Background(), key, func(ctx context.Context) Loaded[int] {
						inside.Add(1)
						defer inside.Add(-1)
						runtime.Gosched()
						return Loaded[int]{Value: n, Keep: Fresh}
					})
					if err != nil && err != ErrClosed {
						t.Error(err)
					}
					if g == 0 && n == 20*round%300 {
						if err := c.Close(context.Background()); err != nil || inside.Load() != 0 {
							t.Errorf("%v, %d inside", err, inside.Load())
						}
					}
				}
			})
		}
		all.Wait()
		if err := c.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if v := c.View(); v.Running != 0 || v.Entries != 0 || v.Refreshing != 0 {
			t.Errorf("%+v", v)
		}
	}
}
