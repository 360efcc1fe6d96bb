// SPDX-License-Identifier: Apache-2.0

package hedge

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

// lognormal is what attempts take: 10ms in the middle, and 95 % less than 22.8ms.
func lognormal(random *rand.Rand) time.Duration {
	return time.Duration(10 * math.Exp(0.5*random.NormFloat64()) * float64(ms))
}

var trueQuantile = time.Duration(10 * math.Exp(0.5*1.6449) * float64(ms))

// settles returns the mean wait of so many calls, one each 5ms, of which those that are slower than the wait
// get a copy; the time of a first copy that loses to it is told as lost says.
func settles(lost func(h *Hedger, now fuseboard.Instant, elapsed time.Duration)) (wait time.Duration, load float64) {
	const calls = 100_000
	h, random := New(Policy{Quantile: 0.95}), rand.New(rand.NewPCG(1, 1))
	copies, all := 0, time.Duration(0)
	for i := range calls {
		now := fuseboard.Instant(i) * fuseboard.Instant(5*ms)
		first := lognormal(random)
		wait, ok := h.Wait()
		all += wait
		if ok && first > wait {
			copies++
			if second := wait + lognormal(random); second < first {
				lost(h, now.Add(second), second)
				continue
			}
		}
		h.Record(now.Add(first), first)
	}
	return all / calls, float64(copies) / calls
}

func TestLostCopiesDoNotBiasTheQuantile(t *testing.T) {
	wait, load := settles((*Hedger).Lost)
	if off := math.Abs(float64(wait)/float64(trueQuantile) - 1); off > 0.01 || math.Abs(load-0.05) > 0.001 {
		t.Errorf("the wait is %s, the true quantile %s; %.2f %% copies", wait, trueQuantile, 100*load)
	}
	without, loaded := settles(func(*Hedger, fuseboard.Instant, time.Duration) {})
	t.Logf("%s for %s, %.2f %% copies; losers left out: %s, %.2f %%", wait, trueQuantile, 100*load, without, 100*loaded)
	if loaded < 0.058 {
		t.Errorf("with losers left out it is %s: this test can't tell, for %.2f %% copies", without, 100*loaded)
	}
}

func TestWhatWasCutBelowTheWaitIsNotCounted(t *testing.T) {
	h := New(Policy{Quantile: 0.5, MinCalls: 1})
	h.Lost(0, time.Second) // nothing is known
	if v := h.View(); v.Known {
		t.Error(v)
	}
	h.Record(0, time.Second)
	was, _ := h.Wait()
	second := fuseboard.Instant(time.Second)
	for i := range 100 {
		h.Lost(second+fuseboard.Instant(i), 10*ms)
	}
	h.Record(2*second, time.Second)
	if wait, _ := h.Wait(); !near(wait, was) {
		t.Errorf("the wait moved from %s to %s", was, wait)
	}
	for i := range 100 {
		h.Lost(3*second+fuseboard.Instant(i), time.Minute)
	}
	h.Record(4*second, time.Second)
	if wait, _ := h.Wait(); wait < 57*time.Second {
		t.Errorf("the wait is %s", wait)
	}
}

func TestALiveWaitFollowsASlowerDependencyAndComesBack(t *testing.T) {
	h, random := New(Policy{Quantile: 0.95}), rand.New(rand.NewPCG(1, 1))
	now, slower := fuseboard.Instant(0), time.Duration(1)
	run := func(d time.Duration) time.Duration {
		for end := now.Add(d); now < end; now = now.Add(5 * ms) {
			first := slower * lognormal(random)
			wait, ok := h.Wait()
			if second := wait + slower*lognormal(random); ok && first > wait && second < first {
				h.Lost(now.Add(second), second)
			} else {
				h.Record(now.Add(first), first)
			}
		}
		wait, _ := h.Wait()
		return wait
	}
	fast := run(30 * time.Second)
	slower = 3
	slow := run(35 * time.Second)
	slower = 1
	again := run(35 * time.Second)
	if !near(fast, trueQuantile) || !near(slow, 3*trueQuantile) || !near(again, trueQuantile) {
		t.Errorf("%s, three times slower %s, and again %s", fast, slow, again)
	}
}

func near(a, b time.Duration) bool { return math.Abs(float64(a)/float64(b)-1) < 0.06 }

func TestWaitKeepsToItsBoundsAndBeforeIsAfter(t *testing.T) {
	for name, c := range map[string]struct {
		p             Policy
		before, after time.Duration // zero: none
	}{
		"quantile":         {Policy{Quantile: 0.5, MinCalls: 3}, 0, 100 * ms},
		"after first":      {Policy{Quantile: 0.5, MinCalls: 3, After: 7 * ms}, 7 * ms, 100 * ms},
		"not below min":    {Policy{Quantile: 0.5, MinCalls: 3, Min: time.Second}, 0, time.Second},
		"not above max":    {Policy{Quantile: 0.5, MinCalls: 3, Max: 10 * ms}, 0, 10 * ms},
		"after is its own": {Policy{Quantile: 0.5, MinCalls: 3, Max: 10 * ms, After: 30 * ms}, 30 * ms, 10 * ms},
		"after alone":      {Policy{After: 7 * ms}, 7 * ms, 7 * ms},
		"not enough":       {Policy{Quantile: 0.5, MinCalls: 4}, 0, 0},
	} {
		h := New(c.p)
		check := func(when string, want time.Duration) {
			t.Helper()
			got, ok := h.Wait()
			if v := h.View(); v.Wait != got || ok != (want > 0) || !near(got+1, want+1) {
				t.Errorf("%s: %s the wait is %s, %t, want %s; %s", name, when, got, ok, want, v)
			}
		}
		check("before", c.before)
		for range 3 {
			h.Record(0, 100*ms)
		}
		check("after", c.after)
	}
}

func TestReshapeKeepsWhatWasRecordedInTheSameWindow(t *testing.T) {
	h := New(Policy{Quantile: 0.5, MinCalls: 3})
	for range 3 {
		h.Record(0, 100*ms)
	}
	for _, step := range []struct {
		p     Policy
		known bool
		wait  time.Duration
	}{
		{Policy{Quantile: 0.9, MinCalls: 2, Copies: 4}, true, 100 * ms},
		{Policy{Quantile: 0.9, MinCalls: 2, Max: 50 * ms}, true, 50 * ms},
		{Policy{Quantile: 0.9, MinCalls: 7, After: ms}, false, ms},
		{Policy{Quantile: 0.9, MinCalls: 3}, true, 100 * ms},
		{Policy{Quantile: 0.9, MinCalls: 3, Window: time.Minute}, false, 0},
		{Policy{After: 3 * ms}, false, 3 * ms},
		{Policy{Quantile: 0.9, MinCalls: 1}, false, 0},
	} {
		h.Reshape(step.p)
		wait, ok := h.Wait()
		if v := h.View(); v.Known != step.known || ok != (step.wait > 0) || !near(wait+1, step.wait+1) || h.Copies() != max(step.p.Copies, 1) {
			t.Errorf("%+v: %s, %t, %s", step.p, wait, ok, v)
		}
	}
}

func TestViewSaysWhenCopiesAreSent(t *testing.T) {
	h := New(Policy{Quantile: 0.5, MinCalls: 1, Max: 10 * ms})
	for want, p := range map[string]Policy{
		"no copy is sent until enough is known; 0 calls, 0 copies, of which 0 won; 0 refused, 0 running": {Quantile: 0.9},
		"a copy is sent after 7ms; 0 calls, 0 copies, of which 0 won; 0 refused, 0 running":              {After: 7 * ms},
	} {
		if got := New(p).View().String(); got != want {
			t.Error(got)
		}
	}
	h.Record(0, time.Second)
	if got := h.View().String(); got != "a copy is sent after 10ms, the live quantile; 0 calls, 0 copies, of which 0 won; 0 refused, 0 running" {
		t.Error(got)
	}
}
