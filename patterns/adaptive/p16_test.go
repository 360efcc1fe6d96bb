// SPDX-License-Identifier: Apache-2.0

package adaptive

import (
	"math"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

// The ways in which limits drift that the projects which had them wrote down. Each test shows
// the published algorithm with the fault, where it still has it, and ours without.

// window is one of n calls that took so long, with so many inside.
func window(n int, took time.Duration, inFlight int) Window {
	var w Window
	for range n {
		note(&w, took, inFlight, false)
	}
	return w
}

// dropping is a window of calls of which some were dropped, each in its own time.
func dropping(done int, took time.Duration, drops int, dropTook time.Duration, inFlight int) Window {
	w := window(done, took, inFlight)
	for range drops {
		note(&w, dropTook, inFlight, true)
	}
	return w
}

// knowing returns an algorithm that has a baseline of 10ms, and is at limit.
func knowing(t *testing.T, p Policy, limit int) Algorithm {
	t.Helper()
	a := NewAlgorithm(p)
	h, ok := a.(heir)
	if !ok {
		t.Fatalf("%T inherits nothing", a)
	}
	h.inherit(limit, 10*time.Millisecond)
	return a
}

func eachWay(t *testing.T, kind Kind, do func(t *testing.T, p Policy)) {
	for _, published := range []bool{true, false} {
		name := "ours"
		if published {
			name = "published"
		}
		t.Run(name, func(t *testing.T) { do(t, reference(Policy{Kind: kind, Min: 4, Max: 200, Published: published})) })
	}
}

// concurrency-limits PR 134: at a gradient of 0.8 a small limit grows, though calls queue.
func TestP16_NoLimitGrowsWhileCallsQueue(t *testing.T) {
	eachWay(t, KindGradient2, func(t *testing.T, p Policy) {
		a := knowing(t, p, 10)
		queued := 10 * time.Millisecond * 15 / 8 // a gradient of 1.5 / 1.875
		limit := 10
		for range 4 {
			limit = a.Next(window(100, queued, limit)).Limit
		}
		if grown := limit > 10; grown != p.Published {
			t.Errorf("limit %d, from 10", limit)
		}
	})
}

// concurrency-limits issue 176: what is refused at once lowers the mean.
func TestP16_FastDropsDoNotLookHealthy(t *testing.T) {
	for _, kind := range []Kind{KindGradient2, KindVegas} {
		t.Run(kind.String(), func(t *testing.T) {
			eachWay(t, kind, func(t *testing.T, p Policy) {
				a := knowing(t, p, 50)
				limit := 50
				for range 5 {
					limit = a.Next(dropping(50, 20*time.Millisecond, 50, 10*time.Microsecond, limit)).Limit
				}
				if p.Published && kind == KindGradient2 && limit <= 50 {
					t.Errorf("limit %d: it is mended where it was published, and ours can go", limit)
				}
				if p.Published {
					return
				}
				if limit >= 50 {
					t.Errorf("limit %d, from 50", limit)
				}
				a.Next(dropping(50, 10*time.Millisecond, 50, 10*time.Microsecond, limit))
				if base := a.Baseline(); base < 9990*time.Microsecond || base > 10010*time.Microsecond {
					t.Errorf("%s without a queue, was 10ms", base)
				}
			})
		})
	}
}

// The same where nothing but drops comes back.
func TestP16_NothingButFastDropsIsNoBaseline(t *testing.T) {
	for _, kind := range []Kind{KindGradient2, KindVegas, KindAIMD} {
		a := knowing(t, Policy{Kind: kind, Min: 4}, 50)
		before := a.Baseline()
		m := a.Next(dropping(0, 0, 20, time.Microsecond, 50))
		if m.Limit >= 50 || m.Reason != Dropped || a.Baseline() != before {
			t.Errorf("%s: %+v, baseline %s, was %s", kind, m, a.Baseline(), before)
		}
		fresh := NewAlgorithm(Policy{Kind: kind, Min: 4})
		fresh.Next(dropping(0, 0, 20, time.Microsecond, 50))
		if fresh.Baseline() != 0 {
			t.Errorf("%s: baseline %s of nothing but drops", kind, fresh.Baseline())
		}
	}
}

// A drop in a thousand calls is an error like any other; one in a hundred is not.
func TestP16_OneDropInAThousandMovesNothing(t *testing.T) {
	for _, kind := range []Kind{KindVegas, KindAIMD} {
		t.Run(kind.String(), func(t *testing.T) {
			eachWay(t, kind, func(t *testing.T, p Policy) {
				few, many := knowing(t, p, 50), knowing(t, p, 50)
				if m := few.Next(dropping(999, 10*time.Millisecond, 1, time.Second/100, 50)); (m.Limit < 50) != p.Published {
					t.Errorf("one in a thousand: %+v", m)
				}
				if m := many.Next(dropping(99, 10*time.Millisecond, 1, time.Second/100, 50)); m.Limit >= 50 {
					t.Errorf("one in a hundred: %+v", m)
				}
			})
		})
	}
}

// concurrency-limits issue 155, PR 174: aimd once halved a limit that had reached its most.
func TestP16_ALimitAtItsMostStaysThere(t *testing.T) {
	for _, kind := range []Kind{KindGradient2, KindVegas, KindAIMD} {
		t.Run(kind.String(), func(t *testing.T) {
			eachWay(t, kind, func(t *testing.T, p Policy) {
				a := knowing(t, p, 200)
				for range 20 {
					if m := a.Next(window(100, 10*time.Millisecond, 200)); m.Limit != 200 {
						t.Fatalf("%+v", m)
					}
				}
			})
		})
	}
}

// concurrency-limits issue 165: the baseline becomes what calls take in a queue.
func TestP16_TheBaselineDoesNotFollowAQueue(t *testing.T) {
	for _, kind := range []Kind{KindGradient2, KindVegas} {
		t.Run(kind.String(), func(t *testing.T) {
			eachWay(t, kind, func(t *testing.T, p Policy) {
				const c = 20 // servers that work for 10ms: with more inside each takes longer
				a, limit := knowing(t, p, 60), 60
				for range 4 { // before the first probe
					a.Next(window(100, 14*time.Millisecond, 60))
				}
				if followed := a.Baseline() != 10*time.Millisecond; followed != (p.Published && kind == KindGradient2) {
					t.Errorf("%s without a queue after four windows with one, was 10ms", a.Baseline())
				}
				for range 2000 {
					took := 10 * time.Millisecond * time.Duration(max(limit, c)) / c
					limit = a.Next(window(100, took, limit)).Limit
				}
				drifted := a.Baseline() > 11*time.Millisecond
				if drifted != p.Published {
					t.Errorf("%s without a queue, in truth 10ms; limit %d", a.Baseline(), limit)
				}
			})
		})
	}
}

// envoy issues 38338 and 46532: the least limit is not the limit of a probe. Where the
// least is more than the dependency bears, a probe at it would see nothing but the queue.
func TestP16_AProbeGoesBelowMinAndNeverAboveTheLimit(t *testing.T) {
	for _, kind := range []Kind{KindGradient2, KindVegas} {
		a, limit := knowing(t, Policy{Kind: kind, Min: 60, Max: 200}, 60), 60
		least, probes := 60, 0
		for range 500 {
			took := 10 * time.Millisecond * time.Duration(max(limit, 20)) / 20
			m := a.Next(window(100, took, limit))
			if m.Reason == Probing {
				probes++
				if m.Limit > limit || m.Limit < 1 {
					t.Fatalf("%s: a probe of %d at a limit of %d", kind, m.Limit, limit)
				}
			} else if m.Limit < 60 {
				t.Fatalf("%s: %+v is less than min", kind, m)
			}
			limit = m.Limit
			least = min(least, limit)
		}
		if probes == 0 || least >= 20 {
			t.Errorf("%s: %d probes, the least of them %d with 20 servers", kind, probes, least)
		}
		if base := a.Baseline().Seconds(); math.Abs(base-0.010) > 0.001 {
			t.Errorf("%s: %.1f ms without a queue, in truth 10", kind, 1000*base)
		}
	}
}

// envoy PR 11579: attempts that began before a probe were in the queue it wants to see gone.
func TestP16_AttemptsFromBeforeAProbeDoNotCount(t *testing.T) {
	l := New(Policy{Kind: KindGradient2, Min: 4, Max: 200})
	now := fuseboard.Instant(0)
	until := func(done func(View) bool, took time.Duration) {
		for !done(l.View(now)) {
			now = now.Add(10 * time.Millisecond)
			l.Sample(0, now, took, l.Limit(), false)
		}
	}
	until(func(v View) bool { return v.Windows == 30 }, 10*time.Millisecond)
	until(func(v View) bool { return v.Reason == Probing }, 40*time.Millisecond)
	base := l.View(now).Baseline
	began := now
	for l.View(now).Reason == Probing { // all of these came before, but for one in ten
		now = now.Add(10 * time.Millisecond)
		took := now.Sub(began) + time.Millisecond
		if int64(now)/int64(10*time.Millisecond)%10 == 0 {
			took = 10 * time.Millisecond
		}
		l.Sample(0, now, took, 4, false)
	}
	if v := l.View(now); v.Reason != Probed || v.Recent != 10*time.Millisecond || v.Baseline > base {
		t.Errorf("%+v, baseline before %s", v, base)
	}
}

// envoy PR 9038, concurrency-limits issue 37: chance in what calls take moves no limit far.
func TestP16_ChanceDoesNotHoldTheLimitDown(t *testing.T) {
	alone(t)
	eachWay(t, KindVegas, func(t *testing.T, p Policy) {
		const c = 100
		w := newWorld(p, dependency{servers: c, service: 200 * time.Millisecond}, load{clients: 500}, 23)
		w.run(15 * time.Minute)
		if got := w.last(300); (got < 0.85*c) != p.Published {
			t.Errorf("limit %.1f of %d servers", got, c)
		}
	})
	eachWay(t, KindGradient2, func(t *testing.T, p Policy) {
		a, limit := knowing(t, p, 100), 100
		for i := range 100 {
			took := 10*time.Millisecond + time.Duration(i%2)*4*time.Millisecond // within the tolerance
			m := a.Next(window(100, took, limit))
			if m.Limit < limit && m.Reason != Probing {
				t.Fatalf("from %d: %+v", limit, m)
			}
			limit = m.Limit
		}
	})
}
