// SPDX-License-Identifier: Apache-2.0

package world

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
)

// counts are how many requests arrive in each second.
func counts(l Load, seed Seed, until time.Duration) []int {
	n := make([]int, int(until/time.Second))
	for r := range Schedule(l, seed, until, nil) {
		n[int(r.At/time.Second)]++
	}
	return n
}

func TestShapesComeToTheRightCounts(t *testing.T) {
	s := time.Second
	for name, c := range map[string]struct {
		l    Load
		want []float64 // in each of the seconds
	}{
		"flat":         {Load{Rate: 1000}, []float64{1000, 1000, 1000, 1000}},
		"step":         {Load{Rate: 1000, Shape: []Step{{At: 2 * s, Rate: 3000}}}, []float64{1000, 1000, 3000, 3000}},
		"from nothing": {Load{Shape: []Step{{At: s, Rate: 2000}, {At: 2 * s}, {At: 3 * s, Rate: 1000}}}, []float64{0, 2000, 0, 1000}},
		"ramp up":      {Load{Shape: []Step{{Rate: 4000, Ramp: 4 * s}}}, []float64{500, 1500, 2500, 3500}},
		"ramp down":    {Load{Rate: 2000, Shape: []Step{{At: s, Ramp: 2 * s}}}, []float64{2000, 1500, 500, 0}},
		"spike":        {Load{Rate: 1000, Shape: []Step{{At: s, Rate: 5000, For: s}}}, []float64{1000, 5000, 1000, 1000}},
		"ramped spike": {Load{Rate: 1000, Shape: []Step{{At: s, Rate: 3000, Ramp: s, For: 2 * s}}}, []float64{1000, 2000, 3000, 1000}},
		"cut ramp":     {Load{Shape: []Step{{Rate: 4000, Ramp: 4 * s}, {At: 2 * s, Rate: 2000}}}, []float64{500, 1500, 2000, 2000}},
		"bounds":       {Load{Shape: []Step{{Rate: 4000, Ramp: 4 * s}}, From: 1 * s, Until: 3 * s}, []float64{0, 1500, 2500, 0}},
	} {
		c.l.To = "payments"
		if problems := c.l.Validate(); len(problems) > 0 {
			t.Fatalf("%s: %v", name, problems)
		}
		even := c.l
		even.Arrivals = Even
		for second, want := range c.want {
			if got := counts(even, 1, 4*s)[second]; !near(float64(got), want, 2) {
				t.Errorf("%s, even: %d in second %d, want %g", name, got, second, want)
			}
			if got := counts(c.l, 1, 4*s)[second]; !near(float64(got), want, 5*math.Sqrt(want)) {
				t.Errorf("%s: %d in second %d, want %g", name, got, second, want)
			}
		}
	}
}

func TestAScheduleIsInOrderAndOfItsSeedAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Load{To: "payments", Rate: Rate(rapid.IntRange(0, 100).Draw(t, "rate")), Arrivals: rapid.SampledFrom([]Arrivals{Poisson, Even}).Draw(t, "arrivals")}
		at := time.Duration(0)
		for range rapid.IntRange(0, 4).Draw(t, "steps") {
			step := Step{At: at, Rate: Rate(rapid.IntRange(0, 200).Draw(t, "then"))}
			step.For = time.Duration(rapid.IntRange(0, 3).Draw(t, "for")) * time.Second
			step.Ramp = min(time.Duration(rapid.IntRange(0, 3).Draw(t, "ramp"))*time.Second, max(step.For, 0))
			l.Shape = append(l.Shape, step)
			at += step.For + time.Duration(rapid.IntRange(1, 3000).Draw(t, "gap"))*ms
		}
		seed := Seed(rapid.Uint64().Draw(t, "seed"))
		if problems := l.Validate().Errors(); len(problems) > 0 && (l.Rate > 0 || len(l.Shape) > 0) {
			t.Fatal(problems)
		}
		all := slices.Collect(Schedule(l, seed, 20*time.Second, nil))
		if !slices.Equal(all, slices.Collect(Schedule(l, seed, 20*time.Second, nil))) {
			t.Fatal("it differs from itself")
		}
		for i, r := range all {
			if r.Number != uint64(i) || r.At < 0 || r.At >= 20*time.Second || i > 0 && r.At < all[i-1].At {
				t.Fatalf("%d: %+v", i, r)
			}
		}
	})
	if a, b := counts(Load{To: "a", Rate: 100}, 1, time.Minute), counts(Load{To: "a", Rate: 100}, 2, time.Minute); slices.Equal(a, b) {
		t.Error("two seeds have the same arrivals")
	}
}

func TestPoissonGapsAreExponential(t *testing.T) {
	var gaps []time.Duration
	last := time.Duration(0)
	for r := range Schedule(Load{To: "payments", Rate: 100}, 1, 1000*time.Second, nil) {
		gaps, last = append(gaps, r.At-last), r.At
	}
	slices.Sort(gaps)
	for share, want := range map[float64]float64{0.1: 0.00105, 0.5: 0.00693, 0.9: 0.02303, 0.99: 0.04605} {
		if got := gaps[int(share*float64(len(gaps)))].Seconds(); math.Abs(got/want-1) > 0.05 {
			t.Errorf("the %g quantile of gaps is %gs, want %gs", share, got, want)
		}
	}
}

func TestRequestsSayWhoMakesThemAndForWhat(t *testing.T) {
	l := Load{To: "payments", Name: "web", Operation: "charge", Rate: 1000, Priority: fuseboard.High, Tenants: map[string]float64{"a": 1, "b": 3, "never": 0}, Keys: 10}
	tenants, keys := map[string]int{}, map[int]int{}
	for r := range Schedule(l, 1, 10*time.Second, nil) {
		tenants[r.Tenant]++
		keys[r.Key]++
		if r.Load != "web" || r.Operation != "charge" || r.Priority != fuseboard.High || r.Again != 0 {
			t.Fatalf("%+v", r)
		}
	}
	if share := float64(tenants["b"]) / float64(tenants["a"]+tenants["b"]); !near(share, 0.75, 0.02) || tenants["never"]+tenants[""] != 0 {
		t.Errorf("%v", tenants)
	}
	if slices.Min(slices.Collect(maps.Values(keys))) < 800 || len(keys) != 10 || keys[0] != 0 || keys[11] != 0 {
		t.Errorf("%v", keys)
	}
}

func TestRecordedRequestsArriveAsTheyWereRecorded(t *testing.T) {
	recorded := []Arrival{
		{At: 0, Latency: -1},
		{At: time.Second, Operation: "refund", Tenant: "acme", Priority: fuseboard.Critical, Latency: 0},
		{At: time.Second, Latency: 7 * ms},
		{At: 2 * time.Second},
	}
	l := Load{To: "payments", Recorded: "arrivals.csv", From: ms, Until: 2 * time.Second, Priority: fuseboard.High}
	got := slices.Collect(Schedule(l, 1, 0, recorded))
	want := []Request{
		{Load: "payments", Number: 1, Operation: "refund", Tenant: "acme", Priority: fuseboard.Critical, At: time.Second, Latency: 1},
		{Load: "payments", Number: 2, Operation: "call", Priority: fuseboard.High, At: time.Second, Latency: 7 * ms},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
}

// played lists the requests that arrive, and when.
func played(t *testing.T, l Load, nodes int, ask func(context.Context, *Request) bool) (all []Request, ended time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var mu sync.Mutex
		Play(t.Context(), l, 1, nodes, nil, func(ctx context.Context, r *Request) bool {
			if at := time.Since(begin); r.Again == 0 && at != r.At {
				t.Errorf("%+v arrives at %s", r, at)
			}
			mu.Lock()
			all = append(all, *r)
			mu.Unlock()
			return ask(ctx, r)
		})
		ended = time.Since(begin)
	})
	return all, ended
}

func TestPlayLetsTheScheduleArriveOverTheNodesInTurn(t *testing.T) {
	l := Load{To: "payments", Rate: 50, Until: 10 * time.Second, Tenants: map[string]float64{"acme": 1}}
	all, ended := played(t, l, 3, func(ctx context.Context, r *Request) bool {
		m := fuseboard.MetaOf(ctx)
		if m.Tenant != "acme" || m.Request != fmt.Sprintf("payments-%d", r.Number) || RequestOf(ctx) != r {
			t.Errorf("%+v", m)
		}
		if deadline, ok := ctx.Deadline(); !ok || time.Until(deadline) != DefaultTimeout {
			t.Errorf("%s", deadline)
		}
		time.Sleep(time.Minute)
		return true
	})
	want := slices.Collect(Schedule(l, 1, 0, nil))
	for i := range want {
		want[i].Node = i%3 + 1
	}
	if !slices.Equal(all, want) || ended != want[len(want)-1].At+time.Minute {
		t.Errorf("%d requests, ended after %s", len(all), ended)
	}
}

func TestUsersWaitAsLongAsTheirTimeoutAndAskAgain(t *testing.T) {
	var at []time.Duration
	l := Load{To: "payments", Rate: 0.5, Arrivals: Even, Until: 2 * time.Second, Timeout: 3 * time.Second, Again: Again{Times: 2, After: 10 * time.Second}}
	begin := time.Time{}
	all, _ := played(t, l, 1, func(ctx context.Context, r *Request) bool {
		if r.Again == 0 {
			begin = time.Now()
		}
		at = append(at, time.Since(begin))
		<-ctx.Done()
		if !errors.Is(context.Cause(ctx), ErrImpatient) {
			t.Error(context.Cause(ctx))
		}
		return false
	})
	if len(all) != 3 || all[1].Again != 1 || all[2].Again != 2 || all[2].Number != 0 {
		t.Fatalf("%+v", all)
	}
	for i := range 2 {
		if pause := at[i+1] - at[i] - 3*time.Second; pause < 5*time.Second || pause > 15*time.Second || pause == 10*time.Second {
			t.Errorf("asked again after %s", pause)
		}
	}
	answered, _ := played(t, l, 1, func(_ context.Context, r *Request) bool { return r.Again == 1 })
	if len(answered) != 2 {
		t.Errorf("%+v", answered)
	}
}

func TestAClosedLoadKeepsLittlesLaw(t *testing.T) {
	l := Load{To: "payments", Users: 50, Think: 2 * time.Second, From: 10 * time.Second, Until: 510 * time.Second}
	all, _ := played(t, l, 1, func(context.Context, *Request) bool { time.Sleep(3 * time.Second); return true })
	if want := 50.0 * 500 / (2 + 3); math.Abs(float64(len(all))/want-1) > 0.04 {
		t.Errorf("%d requests, want about %g", len(all), want)
	}
	numbers := map[uint64]bool{}
	for _, r := range all {
		numbers[r.Number] = true
		if r.At < l.From || r.At >= l.Until {
			t.Errorf("%+v", r)
		}
	}
	if len(numbers) != len(all) {
		t.Errorf("%d numbers of %d requests", len(numbers), len(all))
	}
	if n := len(slices.Collect(Schedule(l, 1, time.Hour, nil))); n != 0 {
		t.Errorf("a closed load has a schedule of %d", n)
	}
}

func TestPlayEndsWithItsContext(t *testing.T) {
	for name, l := range map[string]Load{
		"open":   {To: "payments", Rate: 1, Again: Again{Times: 100}},
		"seldom": {To: "payments", Rate: 0.0001},
		"closed": {To: "payments", Users: 10, Think: time.Hour},
	} {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			Play(ctx, l, 1, 1, nil, func(ctx context.Context, _ *Request) bool { <-ctx.Done(); return false })
			if took := time.Since(begin); took != time.Minute {
				t.Errorf("%s: %s", name, took)
			}
		})
	}
}
