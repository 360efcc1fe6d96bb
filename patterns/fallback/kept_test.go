// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

func TestKeptGivesWhatItWasGiven(t *testing.T) {
	k := NewKept[*int](0)
	v := new(int)
	k.Put(5, "a", v)
	if got, age, ok := k.Get(5+fuseboard.Instant(time.Second), "a", time.Second); got != v || age != time.Second || !ok {
		t.Errorf("%v, %v, %v", got, age, ok)
	}
	if _, _, ok := k.Get(6+fuseboard.Instant(time.Second), "a", time.Second); ok {
		t.Error("it is too old")
	}
	if k.Put(6, "b", v); k.Len() != 1 {
		t.Errorf("%d are kept", k.Len())
	}
	k.Resize(math.MaxInt)
	if k.Put(7, "c", v); k.Len() != 2 {
		t.Errorf("%d are kept", k.Len())
	}
}

// While there is room, it is a map in which what is older than the kept changes nothing.
func TestKeptAgreesWithANaiveMap(t *testing.T) {
	type put struct {
		at fuseboard.Instant
		v  int
	}
	rapid.Check(t, func(r *rapid.T) {
		k, naive := NewKept[int](8), map[string]put{}
		for i := range rapid.IntRange(1, 60).Draw(r, "steps") {
			key := fmt.Sprint(rapid.IntRange(0, 7).Draw(r, "key"))
			now := fuseboard.Instant(rapid.Int64Range(0, 50).Draw(r, "now"))
			if rapid.Bool().Draw(r, "put") {
				k.Put(now, key, i)
				if naive[key].at <= now {
					naive[key] = put{now, i}
				}
				continue
			}
			most := time.Duration(rapid.Int64Range(-1, 50).Draw(r, "most"))
			last, known := naive[key]
			age := max(time.Duration(now-last.at), 0)
			v, got, ok := k.Get(now, key, most)
			if want := known && age <= most; ok != want || ok && (v != last.v || got != age) || k.Len() != len(naive) {
				r.Fatalf("got %d, %v, %v of %+v", v, got, ok, last)
			}
		}
	})
}
