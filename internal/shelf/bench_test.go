// SPDX-License-Identifier: Apache-2.0

package shelf

import (
	"strconv"
	"sync"
	"testing"
)

// locked is the map that a shelf must be worth more than.
type locked struct {
	mu sync.RWMutex
	m  map[string]int
}

func (l *locked) get(key string) (int, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	v, ok := l.m[key]
	return v, ok
}

// BenchmarkGet reads keys in turn, from one goroutine and from as many as there are processors.
func BenchmarkGet(b *testing.B) {
	const n = 1000
	s, l := New[int](n), &locked{m: map[string]int{}}
	var std sync.Map
	keys := make([]string, n)
	for i := range keys {
		keys[i] = "customer/" + strconv.Itoa(i)
		s.Put(keys[i], i)
		l.m[keys[i]] = i
		std.Store(keys[i], i)
	}
	for _, of := range []struct {
		name string
		get  func(string) (int, bool)
	}{
		{"shelf", s.Get},
		{"locked", l.get},
		{"sync.Map", func(key string) (int, bool) { v, ok := std.Load(key); return v.(int), ok }},
	} {
		b.Run(of.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				of.get(keys[i%n])
			}
		})
		b.Run(of.name+"/parallel", func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					of.get(keys[i%n])
				}
			})
		})
	}
}

// BenchmarkPut puts new keys on a full shelf.
func BenchmarkPut(b *testing.B) {
	b.ReportAllocs()
	s := New[int](1000)
	keys := make([]string, 1<<14)
	for i := range keys {
		keys[i] = strconv.Itoa(i)
	}
	for i := 0; b.Loop(); i++ {
		s.Put(keys[i&(len(keys)-1)], i)
	}
}
