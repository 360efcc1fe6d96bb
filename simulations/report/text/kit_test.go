// SPDX-License-Identifier: Apache-2.0

package text

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fuseboard/fuseboard/simulations"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sample is a result of the shape that real ones have: an outage from 30 s to 50 s of 120 s, over seeds, with as many baselines as it is told.
func sample(seeds, baselines int) *simulations.Result {
	names := []string{"as written", "no policy", "without payments.retry", "without payments.breaker", "without payments.deadline", "without payments.bulkhead"}
	r := &simulations.Result{
		Verdict: simulations.Failed, Simulation: "brownout", Story: "Payments fails for 20 s.", File: "brownout.yaml",
		VirtualSeconds: 120 * float64(seeds*(baselines+1)), WallSeconds: 2.5, Speedup: 312.4, Children: 2,
		Duration: 2 * time.Minute, Settle: 5 * time.Second, Nodes: 2, Calls: uint64(24000 * seeds * (baselines + 1)),
		Faults: []simulations.Span{
			{Name: "outage", From: 30 * time.Second, To: 50 * time.Second, Dependency: "payments", Text: "payments: errors 100%"},
			{Name: "slow", From: 45 * time.Second, To: 100 * time.Second, Dependency: "search", Text: "search: latency +200ms"},
		},
		Dependencies: []string{"payments", "search"},
		Expectations: []simulations.Judgement{
			{Text: "goodput >= 60%", Line: 14, Held: true, HeldIn: seeds, Runs: seeds, Median: 0.842, Low: 0.831, High: 0.85, Unit: "%", Known: seeds, Found: "84.2 % (83.1 to 85.0)"},
			{Text: "amplification <= 1.5", Line: 15, HeldIn: 0, Runs: seeds, Median: 2.31, Low: 2.2, High: 2.4, Known: seeds, Found: "2.31 (2.20 to 2.40)", Why: "in seed 1 payments got 55 440 attempts for 24 000 calls"},
			{Text: "payments open within 3s of outage", Line: 16, Held: true, HeldIn: seeds, Runs: seeds, Median: 1.4, Unit: "s", Known: seeds, Found: "1.4 s (1.2 to 1.6)"},
		},
	}
	for i := range seeds {
		r.Seeds = append(r.Seeds, uint64(i+1))
	}
	for i := range baselines + 1 {
		r.Variants = append(r.Variants, sampleVariant(names[i], i, seeds))
	}
	return r
}

func sampleVariant(name string, place, seeds int) simulations.Variant {
	worse := float64(place)
	v := simulations.Variant{Name: name, Values: []simulations.Judgement{{Text: "goodput >= 60%", Held: place != 2, Runs: seeds}, {Text: "amplification <= 1.5"}, {Text: "payments open within 3s of outage", Held: true}}}
	for i := range seeds {
		v.Runs = append(v.Runs, sampleRun(uint64(i+1), worse))
	}
	v.Summary = []simulations.Figure{
		{Name: "goodput", Median: 0.842 - worse/20, Low: 0.831 - worse/20, High: 0.85 - worse/20, Unit: "%", Delta: -worse / 20, DeltaLow: -worse/20 - 0.01, DeltaHigh: -worse/20 + 0.01},
		{Name: "amplification", Median: 2.31 + worse/3, Low: 2.2, High: 2.4, Delta: worse / 3, DeltaLow: worse/3 - 0.1, DeltaHigh: worse/3 + 0.1},
		{Name: "p50", Median: 0.041, Low: 0.04, High: 0.042, Unit: "s", Delta: 0, DeltaLow: -0.001, DeltaHigh: 0.001},
		{Name: "p99", Median: 0.143 + worse*0.6, Low: 0.14, High: 0.15, Unit: "s", Delta: worse * 0.6, DeltaLow: worse * 0.55, DeltaHigh: worse * 0.65},
		{Name: "refused", Median: 0.081, Low: 0.08, High: 0.09, Unit: "%", Delta: -0.08, DeltaLow: -0.09, DeltaHigh: -0.07},
		{Name: "load on payments", Median: 0.71, Unit: "", Delta: worse / 2, DeltaLow: worse / 3, DeltaHigh: worse},
	}
	return v
}

func sampleRun(seed uint64, worse float64) simulations.Trial {
	chance := rand.New(rand.NewPCG(seed, uint64(worse)))
	const buckets = 240
	t := simulations.Trial{
		Seed: seed, Digest: "d" + strings.Repeat("0", int(seed)), Virtual: 2 * time.Minute, Width: 500 * time.Millisecond,
		Measured: []simulations.Measured{{Value: 0.84 + float64(seed)/1000 - worse/20, Known: true, Held: true}, {Value: 2.3 + worse/3, Known: true}, {Value: 1.4, Known: true, Held: true}},
		Summary:  map[string]float64{"goodput": 0.84 + float64(seed)/1000 - worse/20, "amplification": 2.3 + worse/3, "p99": 0.143 + worse*0.6},
		Tracks:   map[string]simulations.Track{},
		Events: []simulations.Event{
			{At: 30 * time.Second, Kind: "fault", Dependency: "payments", Text: "outage begins"},
			{At: 31400 * time.Millisecond, Kind: "transition", Node: 1, Dependency: "payments", From: "closed", To: "open", Text: "payments opened: 12 of 20 calls failed"},
			{At: 31600 * time.Millisecond, Kind: "transition", Node: 2, Dependency: "payments", From: "closed", To: "open", Text: "payments opened: 11 of 20 calls failed"},
			{At: 50 * time.Second, Kind: "healed", Dependency: "payments", Text: "outage ends"},
			{At: 51400 * time.Millisecond, Kind: "transition", Node: 1, Dependency: "payments", From: "open", To: "half-open", Text: "payments probes"},
			{At: 51700 * time.Millisecond, Kind: "transition", Node: 1, Dependency: "payments", From: "half-open", To: "closed", Text: "payments closed"},
		},
	}
	for i := range buckets {
		at := float64(i) / 2
		share := 1.0
		if at >= 30 && at < 50+3*worse {
			share = 0.25 - worse/50
		}
		offered := uint32(95 + chance.IntN(10))
		good := uint32(math.Round(float64(offered) * share * (0.97 + chance.Float64()*0.03)))
		t.All.Offered, t.All.Good, t.All.Failed = append(t.All.Offered, offered), append(t.All.Good, good), append(t.All.Failed, offered-good)
		t.All.P99 = append(t.All.P99, float32(100+chance.IntN(80)))
	}
	t.Tracks["payments"] = t.All
	return t
}

// written is a result as text.
func written(t *testing.T, r *simulations.Result, o Options) string {
	t.Helper()
	var b strings.Builder
	if err := Text(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
