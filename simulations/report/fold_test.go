// SPDX-License-Identifier: Apache-2.0

package report

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard/simulations"
)

func TestColumnsHoldEveryBucketOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, most := rapid.IntRange(1, 5000).Draw(t, "buckets"), rapid.IntRange(1, 300).Draw(t, "columns")
		c := fit(time.Second, n, most)
		next := 0
		for i := range c.len() {
			from, to := c.span(i)
			if from != next || to <= from || to > n {
				t.Fatalf("column %d is [%d, %d) after %d", i, from, to, next)
			}
			next = to
		}
		if next != n || c.len() > most {
			t.Fatalf("%d columns hold %d of %d buckets; at most %d are wanted", c.len(), next, n, most)
		}
	})
}

func TestARateOfColumnsKeepsTheTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.Uint32Range(0, 1000), 1, 400).Draw(t, "good")
		c := fit(500*time.Millisecond, len(list), rapid.IntRange(1, 100).Draw(t, "columns"))
		s := c.over([]*simulations.Track{{Good: list}}, rate(good))
		have, want := 0.0, 0.0
		for i, v := range s.middle {
			from, to := c.span(i)
			have += v * c.seconds(from, to)
		}
		for _, v := range list {
			want += float64(v)
		}
		if math.Abs(have-want) > 1e-6*max(want, 1) {
			t.Fatalf("the columns hold %v of %v", have, want)
		}
	})
}

func TestTheSpreadIsOrderedAndWithinWhatWasMeasured(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "seeds")
		var tracks []*simulations.Track
		var values []float64
		for range n {
			v := rapid.Uint32Range(0, 100).Draw(t, "value")
			tracks = append(tracks, &simulations.Track{Queue: []uint32{v}})
			values = append(values, float64(v))
		}
		s := fit(time.Second, 1, 1).over(tracks, most(queue))
		slices.Sort(values)
		if !(values[0] <= s.low[0] && s.low[0] <= s.middle[0] && s.middle[0] <= s.high[0] && s.high[0] <= values[n-1]) {
			t.Fatalf("%v, %v, %v of %v", s.low[0], s.middle[0], s.high[0], values)
		}
		below := 0
		for _, v := range values {
			if v < s.middle[0] {
				below++
			}
		}
		if 2*below > n {
			t.Fatalf("%d of %d are below the median %v", below, n, s.middle[0])
		}
	})
}

func TestAGapIsNoLine(t *testing.T) {
	none := math.NaN()
	c := fit(time.Second, 6, 6)
	on := canvas{x: axis{high: 6}, y: axis{high: 10}, height: 100}
	d := on.line(c, []float64{1, 2, none, 3, none, none})
	if strings.Count(d, "M") != 2 {
		t.Errorf("two stretches make the path %q", d)
	}
	if strings.Contains(d, "NaN") {
		t.Errorf("a gap is in the path: %q", d)
	}
	if d := on.line(c, []float64{none, none}); d != "" {
		t.Errorf("nothing makes the path %q", d)
	}
	if d := on.area(c, []float64{0, 0, 0, none, 0, 0}, []float64{1, none, 2, 2, 2, 2}); strings.Count(d, "Z") != 3 {
		t.Errorf("three areas make the path %q", d)
	}
}

func TestAreasStandUponEachOther(t *testing.T) {
	bounds := stack([][]float64{{1, 2}, {3, math.NaN()}, {1, 1}}, 2)
	want := [][]float64{{0, 0}, {1, 2}, {4, 2}, {5, 3}}
	if !slices.EqualFunc(bounds, want, slices.Equal[[]float64]) {
		t.Errorf("have %v, want %v", bounds, want)
	}
}
