// SPDX-License-Identifier: Apache-2.0

package shelf

import (
	"slices"
	"strconv"
	"testing"
	"unsafe"

	"pgregory.net/rapid"
)

// model is a list, oldest first, walked by a hand.
type model struct {
	most    int
	list    []item
	hand    int // where the search goes on
	evicted uint64
}

type item struct {
	key   string
	value int
	used  bool
}

func (m *model) at(key string) int {
	return slices.IndexFunc(m.list, func(i item) bool { return i.key == key })
}

func (m *model) get(key string) (int, bool) {
	i := m.at(key)
	if i < 0 {
		return 0, false
	}
	m.list[i].used = true
	return m.list[i].value, true
}

func (m *model) put(key string, v int) {
	if i := m.at(key); i >= 0 {
		m.list[i].value, m.list[i].used = v, true
		return
	}
	for len(m.list) >= m.most {
		m.evict()
	}
	m.list = append(m.list, item{key: key, value: v})
}

func (m *model) evict() {
	for {
		i := m.hand % len(m.list)
		if m.hand = i; !m.list[i].used {
			m.remove(i)
			m.evicted++
			return
		}
		m.list[i].used = false
		m.hand++
	}
}

// remove leaves the hand at who moves into the place; behind the last that is the oldest, also
// if others come.
func (m *model) remove(i int) {
	m.list = slices.Delete(m.list, i, i+1)
	if i < m.hand {
		m.hand--
	}
	if m.hand >= len(m.list) {
		m.hand = 0
	}
}

func (m *model) delete(key string) bool {
	i := m.at(key)
	if i >= 0 {
		m.remove(i)
	}
	return i >= 0
}

func TestShelfIsItsModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(-1, 40).Draw(t, "most")
		s, m := New[int](most), &model{most: max(most, 1)}
		keys := rapid.IntRange(1, 60).Draw(t, "keys")
		key := func(t *rapid.T) string { return strconv.Itoa(rapid.IntRange(0, keys).Draw(t, "key")) }
		put := func(t *rapid.T) {
			k, v := key(t), rapid.Int().Draw(t, "v")
			s.Put(k, v)
			m.put(k, v)
		}
		t.Repeat(map[string]func(*rapid.T){
			"put": put, "put more": put, "put still more": put,
			"get": func(t *rapid.T) {
				k := key(t)
				got, ok := s.Get(k)
				if want, there := m.get(k); got != want || ok != there {
					t.Fatalf("%s: %d %t, want %d %t", k, got, ok, want, there)
				}
			},
			"delete": func(t *rapid.T) {
				k := key(t)
				if got, want := s.Delete(k), m.delete(k); got != want {
					t.Fatalf("%s: deleted %t, want %t", k, got, want)
				}
			},
			"resize": func(t *rapid.T) {
				n := rapid.IntRange(-1, 60).Draw(t, "n")
				s.Resize(n)
				for m.most = max(n, 1); len(m.list) > m.most; {
					m.evict()
				}
			},
			"clear": func(t *rapid.T) {
				if rapid.IntRange(0, 5).Draw(t, "really") == 0 {
					s.Clear()
					m.list, m.hand = nil, 0
				}
			},
			"": func(t *rapid.T) {
				if s.Len() != len(m.list) || s.Evicted() != m.evicted {
					t.Fatalf("%d held, %d evicted, want %d, %d", s.Len(), s.Evicted(), len(m.list), m.evicted)
				}
				sameOrder(t, s, m)
			},
		})
	})
}

// sameOrder compares queue and chains with the model, without using any key.
func sameOrder(t *rapid.T, s *Shelf[int], m *model) {
	n := s.queue.oldest
	for _, i := range m.list {
		found, _ := s.table.Load().find(n.hash, i.key)
		if n.key != i.key || n.value != i.value || n.used.Load() != i.used || found != n {
			t.Fatalf("%s %d %t, found %t; want %+v", n.key, n.value, n.used.Load(), found == n, i)
		}
		n = n.newer
	}
	if n != nil {
		t.Fatalf("%s is too many", n.key)
	}
}

func TestWhatIsUsedOutlivesAScan(t *testing.T) {
	s := New[int](100)
	for i := range 50 {
		s.Put("hot "+strconv.Itoa(i), i)
	}
	for i := range 10_000 { // each once: LRU would keep these only
		s.Put("scan "+strconv.Itoa(i), i)
		s.Get("hot " + strconv.Itoa(i%50))
	}
	for i := range 50 {
		if _, ok := s.Get("hot " + strconv.Itoa(i)); !ok {
			t.Errorf("hot %d was evicted", i)
		}
	}
}

func TestTheHandKeepsItsPlaceWhenTheTableGrows(t *testing.T) {
	s := New[int](8)
	for i := range 8 {
		s.Put(strconv.Itoa(i), i)
	}
	for i := range 4 {
		s.Get(strconv.Itoa(i))
	}
	s.Put("8", 8) // the hand spares 0 to 3, takes 4 and stands at 5
	s.Resize(20)
	for i := 9; i < 20; i++ {
		s.Put(strconv.Itoa(i), i) // the table grows
	}
	s.Resize(18)
	for i := range 20 {
		if _, ok := s.Get(strconv.Itoa(i)); ok == (i == 4 || i == 5) {
			t.Errorf("%d is there: %t", i, ok)
		}
	}
}

func TestKeyOutlivesWhatItWasCutFrom(t *testing.T) {
	s, page := New[int](10), string(make([]byte, 1<<20))
	s.Put(page[:8], 1)
	if kept := s.queue.oldest.key; kept != page[:8] || unsafe.StringData(kept) == unsafe.StringData(page) {
		t.Error("the key holds the text it was cut from")
	}
}

func TestAShelfGivesMemoryBack(t *testing.T) {
	s := New[int](10_000)
	for i := range 10_000 {
		s.Put(strconv.Itoa(i), i)
	}
	if s.Resize(10); len(s.table.Load().heads) > 16 || s.Len() != 10 || s.Evicted() != 9990 {
		t.Errorf("%d heads for %d keys, %d evicted", len(s.table.Load().heads), s.Len(), s.Evicted())
	}
	if s.Clear(); s.Len() != 0 || s.queue.oldest != nil {
		t.Error("it is not empty")
	}
	if _, ok := s.Get("9999"); ok {
		t.Error("a key is there")
	}
}
