// SPDX-License-Identifier: Apache-2.0

package supervision

import (
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

func drawMark(t *rapid.T) mark {
	return rapid.SampledFrom([]mark{0, 0, 0, slowMark, 100 << 1, 50<<1 | slowMark, 400 << 1}).Draw(t, "mark")
}

// sums is the naive window: go through a list and add up.
func sums(marks []mark) (calls, failed, slow int64) {
	for _, m := range marks {
		calls, failed, slow = calls+1, failed+m.weight(), slow+m.slow()
	}
	return calls, failed, slow
}

func TestCountWindowEqualsTheLastNOfAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "n")
		r := newRing(n)
		var list []mark
		for range rapid.IntRange(0, 100).Draw(t, "calls") {
			m := drawMark(t)
			r.add(m)
			list = append(list, m)
			calls, failed, slow := sums(list[max(0, len(list)-n):])
			gotCalls, gotFailed, gotSlow := r.sum()
			if [3]int64{gotCalls, gotFailed, gotSlow} != [3]int64{calls, failed, slow} {
				t.Fatalf("got %d %d %d, want %d %d %d", gotCalls, gotFailed, gotSlow, calls, failed, slow)
			}
		}
	})
}

type event struct {
	tick int64
	mark mark
}

// arrive is the bucket rule on a list: an outcome whose slot a later tick has
// taken is dropped, and one of a later tick clears its slot.
func arrive(list []event, e event) []event {
	var kept []event
	for _, old := range list {
		if old.tick%tickCount == e.tick%tickCount {
			if old.tick > e.tick {
				return list
			}
			if old.tick < e.tick {
				continue
			}
		}
		kept = append(kept, old)
	}
	return append(kept, e)
}

func TestTimeWindowEqualsAListWithTheBucketRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newSpan(time.Second, 0) // ticks of 100ms
		var list []event
		at := time.Duration(0)
		for range rapid.IntRange(0, 100).Draw(t, "calls") {
			at += time.Duration(rapid.Int64Range(-int64(1500*time.Millisecond), int64(2*time.Second)).Draw(t, "step"))
			at = max(at, 0)
			now := fuseboard.Instant(at)
			e := event{tick: int64(at / (100 * time.Millisecond)), mark: drawMark(t)}
			s.add(now, e.mark)
			list = arrive(list, e)
			var inside []mark
			for _, old := range list {
				if old.tick > e.tick-tickCount {
					inside = append(inside, old.mark)
				}
			}
			calls, failed, slow := sums(inside)
			gotCalls, gotFailed, gotSlow := s.sum(now)
			if [3]int64{gotCalls, gotFailed, gotSlow} != [3]int64{calls, failed, slow} {
				t.Fatalf("got %d %d %d, want %d %d %d", gotCalls, gotFailed, gotSlow, calls, failed, slow)
			}
		}
	})
}

func TestConsecutiveEqualsTheFailuresAtTheEndOfAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tally := newTally(Window{Calls: 3}, 0)
		want := 0
		for range rapid.IntRange(1, 50).Draw(t, "calls") {
			m := drawMark(t)
			tally.add(0, m)
			want++
			if m.weight() == 0 {
				want = 0
			}
			if got := tally.numbers(0).Consecutive; got != want {
				t.Fatalf("got %d in a row, want %d", got, want)
			}
		}
	})
}

func TestOutcomeLeavesTheTimeWindowWithItsBucket(t *testing.T) {
	s := newSpan(10*time.Second, 0)
	s.add(fuseboard.Instant(900*time.Millisecond), 2)
	in, _, _ := s.sum(fuseboard.Instant(10*time.Second - 1))
	out, _, _ := s.sum(fuseboard.Instant(10 * time.Second))
	equal(t, "counts", [2]int64{in, out}, [2]int64{1, 0})
}

// The sums of a count window are exact once nobody writes, in whatever order
// its writers came.
func TestCountWindowIsExactAtQuiescence(t *testing.T) {
	r := newRing(7)
	marks := []mark{0, slowMark, 100 << 1, 50<<1 | slowMark, 3 << 1}
	var writers sync.WaitGroup
	for w := range 16 {
		writers.Go(func() {
			for i := range 500 {
				r.add(marks[(w+i)%len(marks)])
			}
		})
	}
	writers.Wait()
	var content []mark
	for i := range r.places {
		content = append(content, mark(r.places[i].Load()))
	}
	calls, failed, slow := sums(content)
	gotCalls, gotFailed, gotSlow := r.sum()
	equal(t, "sums", [3]int64{gotCalls, gotFailed, gotSlow}, [3]int64{calls, failed, slow})
}

func TestTimeWindowLosesNothingUnderConcurrentTicks(t *testing.T) {
	s := newSpan(time.Second, 0)
	var writers sync.WaitGroup
	for range 16 {
		writers.Go(func() {
			for i := range 1000 {
				s.add(fuseboard.Instant(time.Duration(i)*time.Millisecond), 2)
			}
		})
	}
	writers.Wait()
	calls, failed, _ := s.sum(fuseboard.Instant(time.Second - 1))
	equal(t, "calls", calls, 16_000)
	equal(t, "weight", failed, 16_000)
}

// A lane may rest for days, as its processor does: what it counted then is over, and
// what it counts now is there, however far the ticks have come.
func TestLaneThatRestedForLongCountsAgain(t *testing.T) {
	const width = 10 * time.Millisecond
	for _, rest := range []int64{tickCount, 1 << 23, 1<<23 + 5, 1 << 24, 3 << 23, tickCount << 23, tickCount << 24, 1 << 30, 1 << 38} {
		s := newSpan(tickCount*width, 2)
		at := func(tick int64) fuseboard.Instant { return fuseboard.Instant(tick * int64(width)) }
		const first = 7
		s.success(at(first), 0)
		s.success(at(first), 0)
		then := first + rest
		for tick := then; tick < then+2*tickCount; tick++ {
			s.success(at(tick), 1)
			want := min(tick-then+1, tickCount)
			if calls, _, _ := s.sum(at(tick)); calls != want {
				t.Fatalf("%d ticks later there are %d calls, want %d", rest, calls, want)
			}
		}
		s.success(at(then+2*tickCount), 0)
		if calls, _, _ := s.sum(at(then + 2*tickCount)); calls != tickCount {
			t.Errorf("%d ticks later the lane counts nothing: %d calls", rest, calls)
		}
		for tick := then + 2*tickCount; tick < then+3*tickCount; tick++ {
			s.success(at(tick), 0)
		}
		if calls, _, _ := s.sum(at(then + 3*tickCount - 1)); calls != tickCount+1 {
			t.Errorf("%d ticks later the lane has %d calls, want %d", rest, calls, tickCount+1)
		}
	}
}
