// SPDX-License-Identifier: Apache-2.0

package otterstore

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard/patterns/cache"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// resizable is what the cache uses beyond a store.
type resizable interface {
	Resize(most int)
	Clear()
	Evicted() uint64
	Close()
}

func TestStoreIsAMapWithRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, m := New[int](1000), map[string]*cache.Entry[int]{}
		key := func(t *rapid.T) string { return strconv.Itoa(rapid.IntRange(0, 30).Draw(t, "key")) }
		t.Repeat(map[string]func(*rapid.T){
			"set": func(t *rapid.T) {
				k, e := key(t), &cache.Entry[int]{}
				s.Set(k, e)
				m[k] = e
			},
			"delete": func(t *rapid.T) { k := key(t); s.Delete(k); delete(m, k) },
			"get": func(t *rapid.T) {
				k := key(t)
				got, ok := s.Get(k)
				if want, there := m[k]; got != want || ok != there {
					t.Fatalf("%s: %p %t, want %p %t", k, got, ok, want, there)
				}
			},
			"clear": func(t *rapid.T) {
				if rapid.IntRange(0, 9).Draw(t, "really") == 0 {
					s.(resizable).Clear()
					clear(m)
				}
			},
			"": func(t *rapid.T) {
				if s.Len() != len(m) {
					t.Fatalf("%d, want %d", s.Len(), len(m))
				}
			},
		})
	})
}

func TestStoreIsBounded(t *testing.T) {
	s := New[int](100)
	more := s.(resizable)
	for i := range 10_000 {
		s.Set(strconv.Itoa(i), &cache.Entry[int]{})
	}
	more.Close() // the upkeep has caught up
	if n := s.Len(); n < 90 || n > 100 || more.Evicted() != uint64(10_000-n) {
		t.Errorf("%d are left, %d were evicted", n, more.Evicted())
	}
	if more.Resize(10); s.Len() > 10 || more.Evicted() < 9990 {
		t.Errorf("%d after it was made smaller", s.Len())
	}
	if tiny := New[int](-5); tiny == nil {
		t.Error("no store")
	}
}

func TestStormLeavesNothingRunning(t *testing.T) {
	s := New[int](100)
	more := s.(resizable)
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range 5000 {
				key := strconv.Itoa((i*7 + g*13) % 500)
				switch i % 10 {
				case 0, 1:
					s.Set(key, &cache.Entry[int]{})
				case 2:
					s.Delete(key)
				default:
					s.Get(key)
				}
				if i%1000 == 0 {
					more.Resize(50 + i/100)
				}
			}
		})
	}
	all.Wait()
	more.Close()
	if n := s.Len(); n > 100 {
		t.Errorf("%d are kept", n)
	}
	s.Set("late", &cache.Entry[int]{}) // who still has it may use it
	if _, ok := s.Get("late"); !ok {
		t.Error("it is not kept")
	}
}

func TestReadAllocatesNothing_Alloc(t *testing.T) {
	s := New[int](10)
	s.Set("a", &cache.Entry[int]{})
	if n := testing.AllocsPerRun(1000, func() { s.Get("a"); s.Get("b") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestCacheOnOtter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := cache.New[int](cache.Policy{TTL: time.Minute, StaleIfError: time.Hour, MaxEntries: 50}, nil, New)
		down := errors.New("down")
		fails := cache.Loader(func(context.Context) (int, error) { return 0, down })
		var all sync.WaitGroup
		for i := range 500 {
			all.Go(func() {
				v, _, err := c.Get(t.Context(), strconv.Itoa(i%100), cache.Loader(func(context.Context) (int, error) { return i % 100, nil }))
				if v != i%100 || err != nil {
					t.Errorf("%d: %d, %v", i, v, err)
				}
			})
		}
		all.Wait()
		synctest.Wait()
		if v := c.View(); v.Entries > 50 || v.Evicted == 0 {
			t.Errorf("%+v", v)
		}
		c.Clear()
		c.Put("a", 1)
		time.Sleep(2 * time.Minute)
		if v, info, err := c.Get(t.Context(), "a", fails); v != 1 || err != nil || info.From != cache.StaleOnError {
			t.Error(v, err, info)
		}
		c.Forget("a")
		if _, _, err := c.Get(t.Context(), "a", fails); err != down {
			t.Error(err)
		}
		if lost := c.Reshape(cache.Policy{MaxEntries: 5}); lost != nil || c.View().Entries != 0 {
			t.Error(lost)
		}
		if err := c.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
