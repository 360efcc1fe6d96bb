// SPDX-License-Identifier: Apache-2.0

package throttle

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// naive keeps every event in a list and counts again for each question.
type naive struct {
	policy   Policy
	requests []event
	accepts  []event
	newest   int64
}

type event struct {
	tick int64
	rank int
	n    int
}

func (n *naive) tick(now fuseboard.Instant) int64 {
	n.newest = max(n.newest, int64(now)/int64(n.policy.Window/ticks))
	return n.newest
}

func (n *naive) count(events []event, rank int) (sum int) {
	for _, e := range events {
		if e.tick > n.newest-ticks && e.rank == rank {
			sum += e.n
		}
	}
	return max(0, sum)
}

func (n *naive) chance(rank int) float64 {
	all, higher := 0, 0
	for r := range priorities {
		all += n.count(n.requests, r)
		if r > rank {
			higher += n.count(n.requests, r)
		}
	}
	if all < n.policy.MinCalls {
		return 0
	}
	left := math.Max(0, n.policy.Ratio*float64(n.count(n.accepts, 0))-float64(higher))
	own := float64(n.count(n.requests, rank))
	return math.Min(n.policy.MaxReject, math.Max(0, (own-left)/(own+1)))
}

func TestThrottleAgreesWithTheNaiveModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := Policy{
			Ratio: rapid.Float64Range(1.1, 3).Draw(t, "ratio"), Window: 24 * time.Second,
			MaxReject: rapid.Float64Range(0.3, 0.99).Draw(t, "max"), MinCalls: rapid.IntRange(1, 10).Draw(t, "min"),
		}
		th, n := New(p), &naive{policy: p}
		now := fuseboard.Instant(0)
		refused := uint64(0)
		for range rapid.IntRange(1, 300).Draw(t, "events") {
			now = now.Add(time.Duration(rapid.IntRange(-100, 2000).Draw(t, "later")) * time.Millisecond)
			if rapid.IntRange(0, 60).Draw(t, "pause") == 0 {
				now = now.Add(time.Minute)
			}
			priority := fuseboard.Priority(rapid.IntRange(-2, 3).Draw(t, "priority"))
			r := rank(priority)
			tick := n.tick(now)
			switch rapid.IntRange(0, 3).Draw(t, "event") {
			case 0, 1:
				want, u := n.chance(r), rapid.Float64Range(0, 0.999).Draw(t, "u")
				ok, chance := th.Admit(now, priority, u)
				if chance != want || ok != (u >= want) {
					t.Fatalf("admitted %t at %v of %v, the model says %v", ok, u, chance, want)
				}
				if !ok {
					refused++
					n.requests = append(n.requests, event{tick, r, 1})
				}
			default:
				accepted := rapid.Bool().Draw(t, "accepted")
				n.requests = append(n.requests, event{tick, r, 1})
				if th.Record(now, priority, accepted); accepted {
					n.accepts = append(n.accepts, event{tick, 0, 1})
				}
			}
			v := th.View(now)
			for p := fuseboard.Sheddable; p <= fuseboard.Critical; p++ {
				if got, want := v.Chance(p), n.chance(rank(p)); got != want {
					t.Fatalf("%s: chance %v, the model says %v", p, got, want)
				}
			}
			if v.Refused != refused {
				t.Fatalf("%d refused, the model says %d", v.Refused, refused)
			}
		}
	})
}

// backend accepts at most perSecond calls in each second.
type backend struct {
	perSecond int
	second    int64
	taken     int
}

func (b *backend) accepts(now fuseboard.Instant) bool {
	if s := int64(now) / int64(time.Second); s != b.second {
		b.second, b.taken = s, 0
	}
	b.taken++
	return b.taken <= b.perSecond
}

// drive makes perSecond calls a second of each priority for so many seconds, and returns how
// many of each were let through, and accepted, in the last minute.
func drive(th *Throttle, b *backend, perSecond [priorities]int, seconds int) (sent, accepted [priorities]int) {
	random := rand.New(rand.NewPCG(1, 2))
	all := 0
	for _, n := range perSecond {
		all += n
	}
	for s := range seconds {
		for i := range all {
			now := fuseboard.Instant(s)*fuseboard.Instant(time.Second) + fuseboard.Instant(i)*fuseboard.Instant(time.Second)/fuseboard.Instant(all)
			pick, rank := random.IntN(all), 0
			for ; pick >= perSecond[rank]; rank++ {
				pick -= perSecond[rank]
			}
			priority := fuseboard.Sheddable + fuseboard.Priority(rank)
			ok, _ := th.Admit(now, priority, random.Float64())
			if !ok {
				continue
			}
			yes := b.accepts(now)
			th.Record(now, priority, yes)
			if s < seconds-60 {
				continue
			}
			if sent[rank]++; yes {
				accepted[rank]++
			}
		}
	}
	return sent, accepted
}

func TestWhatIsSentSettlesAtRatioTimesWhatIsAccepted(t *testing.T) {
	for _, ratio := range []float64{1.1, 1.5, 2, 3} {
		th := New(Policy{Ratio: ratio})
		sent, _ := drive(th, &backend{perSecond: 50}, [priorities]int{0, 300, 0, 0}, 600)
		got, want := float64(sent[1])/60, ratio*50
		t.Logf("ratio %v: %.1f a second of 300 are sent to what accepts 50", ratio, got)
		if math.Abs(got/want-1) > 0.05 {
			t.Errorf("ratio %v: %.1f a second, want %.1f", ratio, got, want)
		}
	}
}

func TestNobodyIsRefusedWhileEnoughIsAccepted(t *testing.T) {
	th := New(Policy{Ratio: 2})
	drive(th, &backend{perSecond: 60}, [priorities]int{25, 25, 25, 25}, 300) // 60 of 100 are accepted
	if v := th.View(300 * fuseboard.Instant(time.Second)); v.Refused != 0 {
		t.Errorf("%s", v)
	}
}

// Of 4 × 60 calls a second a dependency that accepts 50 gets 100 and the share that finds out
// whether more can be had: those of the highest priority first.
func TestLowerPrioritiesAreRefusedFirst(t *testing.T) {
	th := New(Policy{Ratio: 2})
	sent, _ := drive(th, &backend{perSecond: 50}, [priorities]int{60, 60, 60, 60}, 600)
	v := th.View(600 * fuseboard.Instant(time.Second))
	t.Logf("%v a minute, %s", sent, v)
	critical, high, normal, sheddable := sent[3], sent[2], sent[1], sent[0]
	if critical < 60*60*98/100 {
		t.Errorf("%d of 3600 critical calls were let through", critical)
	}
	if !(high < critical && normal < high) || normal > 60*60*15/100 || sheddable > 60*60*15/100 {
		t.Errorf("let through: %v, sheddable first", sent)
	}
	for p := fuseboard.Sheddable; p < fuseboard.Critical; p++ {
		if v.Chance(p) < v.Chance(p+1) {
			t.Errorf("%s is refused less than %s", p, p+1)
		}
	}
}

func TestThrottleRecoversWithTheDependency(t *testing.T) {
	th := New(Policy{Window: 30 * time.Second})
	b := &backend{perSecond: 0}
	drive(th, b, [priorities]int{0, 100, 0, 0}, 120)
	if v := th.View(120 * fuseboard.Instant(time.Second)); v.Chance(fuseboard.Normal) != DefaultMaxReject {
		t.Fatalf("%s", v)
	}
	b.perSecond = 1000
	random := rand.New(rand.NewPCG(3, 4))
	for i := range 100 * 60 {
		now := fuseboard.Instant(120*time.Second) + fuseboard.Instant(i)*fuseboard.Instant(10*time.Millisecond)
		if ok, _ := th.Admit(now, fuseboard.Normal, random.Float64()); ok {
			th.Record(now, fuseboard.Normal, b.accepts(now))
		}
	}
	if v := th.View(180 * fuseboard.Instant(time.Second)); v.Chance(fuseboard.Normal) != 0 {
		t.Errorf("a minute after it recovered: %s", v)
	}
}

// A burst that is under way is none that was refused.
func TestCallsUnderWaySayNothing(t *testing.T) {
	th := New(Policy{MinCalls: 1})
	for range 1000 {
		if ok, chance := th.Admit(0, fuseboard.High, 0); !ok {
			t.Fatalf("refused with a chance of %v", chance)
		}
	}
	if v := th.View(0); v.Requests != 0 {
		t.Errorf("%+v", v)
	}
	th.Record(0, fuseboard.High, false)
	if _, chance := th.Admit(0, fuseboard.High, 0.99); chance != 0.5 {
		t.Errorf("one was made and not accepted: the chance is %v", chance)
	}
}

func TestReshapeKeepsWhatWasCountedInTheSameWindow(t *testing.T) {
	th := New(Policy{})
	for range 100 {
		th.Record(0, fuseboard.Normal, false)
	}
	if kept := th.Reshape(Policy{Ratio: 1.5, MaxReject: 0.5}); !kept || th.View(0).Requests != 100 || th.View(0).Chance(fuseboard.Normal) != 0.5 {
		t.Errorf("kept %t, %+v", kept, th.View(0))
	}
	if kept := th.Reshape(Policy{Window: time.Minute}); kept || th.View(0).Requests != 0 {
		t.Errorf("kept %t, %+v", kept, th.View(0))
	}
}

func TestViewSaysWhoIsRefused(t *testing.T) {
	th := New(Policy{MinCalls: 1})
	if got, want := th.View(0).String(), "0 of 0 calls accepted; refused: nobody"; got != want {
		t.Errorf("got %q", got)
	}
	for range 50 {
		th.Record(0, fuseboard.Critical, true)
		th.Record(0, fuseboard.Normal, false)
	}
	for range 99 {
		th.Record(0, fuseboard.Normal, false)
	}
	if got, want := th.View(0).String(), "50 of 199 calls accepted; refused: normal 66%"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
