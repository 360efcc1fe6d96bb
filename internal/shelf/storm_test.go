// SPDX-License-Identifier: Apache-2.0

package shelf

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
)

// pair is a value that says under which key it was put.
type pair struct {
	key string
	n   int
}

func TestStormNeverHoldsMoreThanItMay(t *testing.T) {
	const most = 50
	s := New[pair](most)
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range 5000 {
				key := strconv.Itoa((i*7 + g*13) % 200)
				switch i % 8 {
				case 0, 1:
					s.Put(key, pair{key, i})
				case 2:
					s.Delete(key)
				case 3:
					if i%1000 == 3 {
						s.Clear()
					}
				default:
					if v, ok := s.Get(key); ok && v.key != key {
						t.Errorf("%s under %s", v.key, key)
					}
				}
				if n := s.Len(); n > most {
					t.Errorf("%d are held", n)
				}
			}
		})
	}
	all.Wait()
	held := 0
	for n := s.queue.oldest; n != nil; n = n.newer {
		if v, ok := s.Get(n.key); !ok || v != n.value {
			t.Errorf("%s is in the queue and not in the table", n.key)
		}
		held++
	}
	if held != s.Len() || held > most {
		t.Errorf("%d in the queue, %d held", held, s.Len())
	}
}

// A writer counts up the values of some keys, while others come and go, and the table grows and
// shrinks: no reader may miss one of them, or see one go back.
func TestStormReadersSeeWhatIsThere(t *testing.T) {
	const kept = 16
	s := New[int](1 << 20)
	var floor [kept]atomic.Int64
	keys := make([]string, kept)
	for i := range keys {
		keys[i] = "kept " + strconv.Itoa(i)
		s.Put(keys[i], 0)
	}
	var readers sync.WaitGroup
	stop := make(chan struct{})
	for range 3 {
		readers.Go(func() {
			for {
				for i, key := range keys {
					least := floor[i].Load()
					if v, ok := s.Get(key); !ok || int64(v) < least {
						t.Errorf("%s: %d %t after %d", key, v, ok, least)
					}
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	for i := range 20_000 {
		k := i % kept
		s.Put(keys[k], i)
		floor[k].Store(int64(i))
		s.Put(strconv.Itoa(i%1000), i)
		if s.Delete(strconv.Itoa((i + 500) % 1000)); i%4000 == 0 {
			for n := range 1000 {
				s.Delete(strconv.Itoa(n))
			}
			s.Resize(kept + 200) // shrinks the table
			s.Resize(1 << 20)
		}
	}
	close(stop)
	readers.Wait()
}

func TestGetAllocatesNothing_Alloc(t *testing.T) {
	if underRace {
		t.Skip("the race detector allocates")
	}
	s := New[[4]int](10)
	s.Put("a", [4]int{1})
	if n := testing.AllocsPerRun(1000, func() { s.Get("a"); s.Get("b") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if n := testing.AllocsPerRun(1000, func() { s.Put("a", [4]int{2}) }); n != 1 {
		t.Errorf("Put allocates %v times", n)
	}
}
