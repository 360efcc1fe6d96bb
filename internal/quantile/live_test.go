// SPDX-License-Identifier: Apache-2.0

package quantile

import (
	"math"
	"slices"
	"testing"
	"time"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// naive keeps everything in a list, with the slot that it belongs to.
type naive struct {
	s       shape
	all     []record
	newest  int64
	known   bool
	due     fuseboard.Instant
	heldNow []time.Duration // what the values known now are those of, sorted
}

type record struct {
	slot int64
	took time.Duration
}

func (n *naive) slot(now fuseboard.Instant) int64 { return int64(now) / int64(n.s.window/slots) }

func (n *naive) record(now fuseboard.Instant, took time.Duration) (again bool) {
	n.newest = max(n.newest, n.slot(now))
	n.all = append(n.all, record{n.newest, min(max(took, shortest), longest)})
	if n.known && now < n.due {
		return false
	}
	n.due = now.Add(n.s.window / renewals)
	return n.work()
}

func (n *naive) work() (again bool) {
	var held []time.Duration
	for _, r := range n.all {
		if r.slot > n.newest-slots {
			held = append(held, r.took)
		}
	}
	was := n.known
	enough := int64(len(held))
	n.known = enough >= n.s.least || was && enough > 0 && 2*enough >= n.s.least
	if !n.known {
		n.due = 0
	}
	slices.Sort(held)
	n.heldNow = held
	return n.known || was
}

func (n *naive) agrees(t *rapid.T, l *Live) {
	for i := range Most + 1 {
		v, ok := l.Value(i)
		q := 0.0
		if i < Most {
			q = n.s.quantiles[i]
		}
		if ok != (n.known && q > 0) {
			t.Fatalf("value %d known: %t, the model says %t with %d of %d", i, ok, n.known, len(n.heldNow), n.s.least)
		}
		if !ok {
			continue
		}
		want := n.heldNow[int(math.Ceil(q*float64(len(n.heldNow))))-1]
		if off := math.Abs(float64(v)/float64(want) - 1); off > 0.05 {
			t.Fatalf("the quantile %v is %s, want %s of %d: %.1f %% beside", q, v, want, len(n.heldNow), 100*off)
		}
	}
}

func TestValuesAreThoseOfASortedList(t *testing.T) {
	quantiles := rapid.SliceOfN(rapid.Float64Range(0.001, 1), 1, Most)
	least := rapid.IntRange(1, 12)
	took := rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(math.Pow(2, rapid.Float64Range(0, 42).Draw(t, "exponent")))
	})
	rapid.Check(t, func(t *rapid.T) {
		window := 7 * time.Second
		args := quantiles.Draw(t, "quantiles")
		enough := least.Draw(t, "least")
		l, n := New(window, enough, args...), &naive{s: shapeOf(window, enough, args)}
		now := fuseboard.Instant(0)
		for range rapid.IntRange(1, 200).Draw(t, "events") {
			switch rapid.IntRange(0, 40).Draw(t, "event") {
			case 0:
				now = now.Add(time.Duration(rapid.IntRange(5, 20).Draw(t, "pause")) * time.Second)
			case 1:
				enough, args = least.Draw(t, "least"), quantiles.Draw(t, "quantiles")
				if rapid.IntRange(0, 3).Draw(t, "other") == 0 {
					window += time.Second
					n.all, n.newest, n.known, n.due = nil, 0, false, 0
				}
				kept := n.s.window == window
				n.s = shapeOf(window, enough, args)
				if got := l.Reshape(window, enough, args...); got != kept {
					t.Fatalf("kept: %t, want %t", got, kept)
				}
				n.work()
			default:
				now = now.Add(time.Duration(rapid.IntRange(-300, 700).Draw(t, "later")) * time.Millisecond)
				d := took.Draw(t, "took")
				if again, want := l.Record(now, d), n.record(now, d); want && !again {
					t.Fatal("values were worked out again, and the caller was not told")
				}
			}
			n.agrees(t, l)
		}
	})
}

func TestAValueIsKnownWithTheLeastSample(t *testing.T) {
	l := New(time.Second, 50, 0.5)
	for i := range 49 {
		l.Record(fuseboard.Instant(i)*fuseboard.Instant(time.Millisecond), time.Millisecond)
		if _, ok := l.Value(0); ok {
			t.Fatalf("known with %d", i+1)
		}
	}
	if again := l.Record(fuseboard.Instant(49*time.Millisecond), time.Millisecond); !again {
		t.Error("the 50th does not tell")
	}
	if v, ok := l.Value(0); !ok || v < 980*time.Microsecond || v > 1030*time.Microsecond {
		t.Error(v, ok)
	}
}

// A value that is known stays so down to half of the least, and then there is none.
func TestAValueDoesNotComeAndGo(t *testing.T) {
	l, now := New(7*time.Second, 10, 0.5), fuseboard.Instant(0)
	second := fuseboard.Instant(time.Second)
	for ; now < 2*second; now += second / 5 { // five in each of two slots
		l.Record(now, time.Millisecond)
	}
	for _, step := range []struct {
		at    fuseboard.Instant
		known bool
	}{
		{6 * second, true},  // 11
		{7 * second, true},  // five are gone: 7
		{8 * second, false}, // five more: 3
		{9 * second, false}, // 4
		{9*second + 1, false},
		{9*second + 2, false},
		{9*second + 3, false},
		{9*second + 4, false},
		{9*second + 5, false},
		{9*second + 6, true}, // 10 again
	} {
		l.Record(step.at, time.Millisecond)
		if _, ok := l.Value(0); ok != step.known {
			t.Errorf("at %s: known is %t", time.Duration(step.at), ok)
		}
	}
}

func TestManyDurationsGiveAFineValue(t *testing.T) {
	for _, q := range []float64{0.5, 0.9, 0.95, 0.99} {
		l := New(time.Second, 10_000, q)
		for i := range 10_000 {
			l.Record(0, time.Duration(i)*time.Microsecond)
		}
		v, _ := l.Value(0)
		if off := math.Abs(float64(v)/(q*float64(10*time.Millisecond)) - 1); off > 0.005 {
			t.Errorf("the quantile %v is %s, %.2f %% beside", q, v, 100*off)
		}
	}
}

func TestValuesStayWhileNobodyRecords(t *testing.T) {
	l := New(7*time.Second, 2, 0.5)
	l.Record(0, time.Millisecond)
	l.Record(0, time.Millisecond)
	was, ok := l.Value(0)
	if again := l.Record(fuseboard.Instant(time.Hour), time.Second); !ok || !again || was > 2*time.Millisecond {
		t.Error(was, ok, again)
	}
	if v, ok := l.Value(0); !ok || v < time.Second*95/100 { // half of two
		t.Errorf("%s, %t: an hour later the first two still count", v, ok)
	}
}

func TestValuesAreWorkedOutRarely(t *testing.T) {
	const window = 10 * time.Second
	l, n, thoughtful := New(window, 100, 0.95), 0, 0
	for now := fuseboard.Instant(0); now < 3*fuseboard.Instant(window); now = now.Add(100 * time.Microsecond) {
		if l.Record(now, times(int(now))) {
			n++
		}
		if l.until.Load() < int64(now) {
			thoughtful++
		}
	}
	if thoughtful > 100 { // those before anything is known
		t.Errorf("%d records had more to do than to count", thoughtful)
	}
	if n < 3*renewals-4 || n > 3*renewals+1 {
		t.Errorf("%d times in three windows, want %d", n, 3*renewals)
	}
}

func TestHostileArgumentsAreMovedIntoTheirRanges(t *testing.T) {
	nan := math.NaN()
	for _, l := range []*Live{
		New(-1, -1, nan, -1, 2, 0, 0.5),
		New(math.MaxInt64, 0, math.Inf(1), math.Inf(-1)),
		New(0, 1),
	} {
		for _, now := range []fuseboard.Instant{-5, 0, 1 << 40, math.MinInt64, fuseboard.Never - 1, fuseboard.Never, 3} {
			for _, took := range []time.Duration{math.MinInt64, -1, 0, 1, time.Second, math.MaxInt64} {
				l.Record(now, took)
			}
		}
		for i := range 3 * Most {
			if v, ok := l.Value(i - Most); ok && (v < shortest || v > longest) {
				t.Errorf("value %d is %s", i-Most, v)
			}
		}
	}
	if _, ok := New(time.Second, 1).Value(0); ok {
		t.Error("a value of no quantile")
	}
}

func TestBytesAreThoseOfALive(t *testing.T) {
	l := New(time.Second, 1, 0.5)
	size := unsafe.Sizeof(*l)
	for d := time.Duration(1); d > 0; d *= 2 {
		l.Record(0, d)
	}
	for i := range l.pages {
		if l.pages[i].Load() != nil {
			size += unsafe.Sizeof(page{})
		}
	}
	if Bytes() != int64(size) {
		t.Errorf("%d, want %d", Bytes(), size)
	}
}
