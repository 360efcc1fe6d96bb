// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/fuseboard/fuseboard/simulations"
)

// shape is how large a result for tests is.
type shape struct {
	duration                             time.Duration
	buckets, seeds, baselines, dependent int
	nodes                                int
}

var usual = shape{duration: 2 * time.Minute, buckets: 240, seeds: 20, baselines: 5, dependent: 2, nodes: 3}

const (
	outageFrom = 30.0
	outageTo   = 50.0
)

var dependencyNames = []string{"payments", "search", "users", "stock", "mail", "prices"}

// resultForTest makes a result that looks like one: an outage of the first dependency from a quarter of the time on, which policies
// under test meet by opening, and baselines by waiting.
func resultForTest(seed uint64, s shape) *simulations.Result {
	g := &generator{rng: rand.New(rand.NewPCG(seed, 1)), shape: s, scale: s.duration.Seconds() / 120}
	r := &simulations.Result{
		Verdict: simulations.Failed, Simulation: "brownout", File: "brownout.yaml",
		Story: "Payments answers nothing for twenty seconds. Orders goes on without it: circuits open, users get a receipt later, " +
			"and nobody waits. What is to be learned is how long users notice, and what retries cost when it comes back.",
		VirtualSeconds: s.duration.Seconds() * float64(s.seeds*(s.baselines+1)), WallSeconds: 4.62, Speedup: 3117, Children: 2,
		Duration: s.duration, Settle: s.duration / 24, Nodes: s.nodes, Version: "fuseboard v0.9.0, go1.26.8",
		Warnings: []string{"brownout.yaml:14: payments: retry without a budget: attempts add up when it is down (W031)"},
	}
	for i := range s.dependent {
		name := fmt.Sprintf("dependency-%d", i+1)
		if i < len(dependencyNames) {
			name = dependencyNames[i]
		}
		r.Dependencies = append(r.Dependencies, name)
		r.Policies = append(r.Policies, simulations.PolicyText{Dependency: name, Text: policyForTest})
	}
	for i := range s.seeds {
		r.Seeds = append(r.Seeds, uint64(i+1))
	}
	r.Faults = []simulations.Span{
		{Name: "outage", From: g.at(outageFrom), To: g.at(outageTo), Dependency: r.Dependencies[0], Text: r.Dependencies[0] + ": errors 100%"},
		{Name: "slow search", From: g.at(80), To: g.at(95), Dependency: "search", Text: "search: latency x6"},
	}
	names := []string{"as written", "no policy", "without payments.retry", "without payments.breaker", "without payments.bulkhead", "without search.deadline"}
	for i := range s.baselines + 1 {
		name := fmt.Sprintf("baseline %d", i)
		if i < len(names) {
			name = names[i]
		}
		r.Variants = append(r.Variants, g.variant(r, name, i))
	}
	for _, v := range r.Variants {
		for _, t := range v.Runs {
			n, _ := sum(t.All.Offered, 0, len(t.All.Offered))
			r.Calls += uint64(n)
		}
	}
	judge(r)
	compare(r)
	return r
}

type generator struct {
	rng   *rand.Rand
	shape shape
	scale float64 // of time: 1 for two minutes
}

func (g *generator) at(seconds float64) time.Duration {
	return time.Duration(seconds * g.scale * float64(time.Second))
}

func (g *generator) poisson(mean float64) uint32 {
	return uint32(max(math.Round(mean+math.Sqrt(mean)*g.rng.NormFloat64()), 0))
}

func (g *generator) variant(r *simulations.Result, name string, index int) simulations.Variant {
	v := simulations.Variant{Name: name}
	for _, seed := range r.Seeds {
		t := simulations.Trial{
			Seed: seed, Digest: fmt.Sprintf("%016x", seed*0x9e3779b97f4a7c15), Virtual: r.Duration, Wall: r.Duration / 3000,
			Width: r.Duration / time.Duration(g.shape.buckets), Tracks: map[string]simulations.Track{}, Summary: map[string]float64{},
		}
		opened := 31.2 + g.rng.Float64()*1.3
		for i, d := range r.Dependencies {
			t.Tracks[d] = g.track(i, index, opened, t.Width)
		}
		t.All = together(t.Tracks, g.shape.buckets)
		if index == 0 {
			t.Events = g.events(r, opened)
		}
		v.Runs = append(v.Runs, t)
	}
	return v
}

// track is what one dependency's requests meet.
func (g *generator) track(dependency, variant int, opened float64, width time.Duration) (t simulations.Track) {
	for b := range g.shape.buckets {
		now := (float64(b) + 0.5) * width.Seconds() / g.scale
		offered := g.poisson(200 / float64(dependency+1) * width.Seconds())
		var bad share5
		queue, slow := 0.0, 1.0
		down := dependency == 0 && now >= outageFrom && now < outageTo
		after := dependency == 0 && now >= outageTo && now < outageTo+6*float64(1+min(variant, 1)*2)
		switch {
		case down && variant == 0 && now > opened:
			bad = share5{degraded: 0.35, failed: 0.02, refused: 0.63}
		case down && variant == 0:
			bad, queue, slow = share5{failed: 0.8, late: 0.05}, 40, 4
		case down:
			bad, queue, slow = share5{failed: 0.62, late: 0.3}, 180, 12
		case after && variant == 0:
			bad = share5{refused: 0.5 * (outageTo + 6 - now) / 6}
		case after:
			bad, queue, slow = share5{failed: 0.2, late: 0.35}, 150, 9
		case dependency == 1 && now >= 80 && now < 95:
			slow, bad = 6, share5{late: 0.03}
		}
		g.bucket(&t, offered, bad, queue, slow)
		g.states(&t, dependency, variant, now, opened)
	}
	return t
}

type share5 struct{ degraded, failed, refused, late float64 }

func (g *generator) bucket(t *simulations.Track, offered uint32, bad share5, queue, slow float64) {
	part := func(s float64) uint32 { return min(g.poisson(float64(offered)*s), uint32(float64(offered)*s*1.5)) }
	d, f, x, l := part(bad.degraded), part(bad.failed), part(bad.refused), part(bad.late)
	for d+f+x+l > offered {
		d, f, x, l = d*9/10, f*9/10, x*9/10, l*9/10
	}
	tried := offered - x - d
	t.Offered, t.Good = append(t.Offered, offered), append(t.Good, offered-d-f-x-l)
	t.Degraded, t.Failed = append(t.Degraded, d), append(t.Failed, f)
	t.Refused, t.Late = append(t.Refused, x), append(t.Late, l)
	t.Calls, t.Attempts = append(t.Calls, tried), append(t.Attempts, tried+g.poisson(float64(f)*1.6+float64(tried)*0.01))
	noise := func() float32 { return float32(slow * math.Exp(0.08*g.rng.NormFloat64())) }
	if offered == d+f+x+l {
		t.P50, t.P95, t.P99, t.Max = append(t.P50, -1), append(t.P95, -1), append(t.P99, -1), append(t.Max, -1)
	} else {
		t.P50, t.P95, t.P99, t.Max = append(t.P50, 38*noise()), append(t.P95, 140*noise()), append(t.P99, 240*noise()), append(t.Max, 420*noise())
	}
	t.Gate, t.Queue = append(t.Gate, g.poisson(queue*0.4)), append(t.Queue, g.poisson(queue))
	t.Busy = append(t.Busy, min(g.poisson(float64(tried)*0.08*slow), 40))
}

func (g *generator) states(t *simulations.Track, dependency, variant int, now, opened float64) {
	n := uint32(g.shape.nodes)
	var open, half, ramp uint32
	if dependency == 0 && variant == 0 {
		switch {
		case now > opened && now < outageTo+1:
			open = n
			if int(now)%5 == 0 && now > opened+4 {
				open, half = n-1, 1
			}
		case now >= outageTo+1 && now < outageTo+3:
			half = n
		case now >= outageTo+3 && now < outageTo+6:
			ramp = n
		}
	}
	t.Closed = append(t.Closed, uint32(g.shape.nodes)-open-half-ramp)
	t.Open, t.HalfOpen, t.Ramping = append(t.Open, open), append(t.HalfOpen, half), append(t.Ramping, ramp)
}

func (g *generator) events(r *simulations.Result, opened float64) (all []simulations.Event) {
	name := r.Dependencies[0]
	add := func(at float64, e simulations.Event) {
		e.At, e.Dependency = g.at(at), name
		all = append(all, e)
	}
	add(outageFrom, simulations.Event{Kind: "fault", Text: "outage begins: errors 100%"})
	for node := 1; node <= r.Nodes; node++ {
		move := func(at float64, from, to, text string) {
			add(at, simulations.Event{Kind: "transition", Node: node, From: from, To: to, Text: text})
		}
		lag := g.rng.Float64() * 0.6
		move(opened+lag, "closed", "open", "31 of 50 calls failed")
		for at := opened + 5; at < outageTo; at += 5 {
			move(at+lag, "open", "half-open", "open for 5s")
			move(at+lag+0.4, "half-open", "open", "a probe failed")
		}
		move(outageTo+1+lag, "open", "half-open", "open for 5s")
		move(outageTo+3+lag, "half-open", "ramping", "5 of 5 probes succeeded")
		move(outageTo+6+lag, "ramping", "closed", "ramped up")
	}
	add(outageTo, simulations.Event{Kind: "healed", Text: "outage ends"})
	slices.SortStableFunc(all, func(a, b simulations.Event) int { return int(a.At - b.At) })
	return all
}

// together adds the tracks of all dependencies up.
func together(tracks map[string]simulations.Track, n int) (all simulations.Track) {
	counts := func(of list) []uint32 {
		total := make([]uint32, n)
		for _, t := range tracks {
			for i, v := range of(&t) {
				total[i] += v
			}
		}
		return total
	}
	all = simulations.Track{
		Offered: counts(offered), Good: counts(good), Degraded: counts(degraded), Failed: counts(failed), Refused: counts(refused), Late: counts(late),
		Calls: counts(calls), Attempts: counts(attempts), Gate: counts(gate), Queue: counts(queue), Busy: counts(busy),
	}
	slowest := func(of func(t *simulations.Track) []float32) []float32 {
		top := make([]float32, n)
		for i := range top {
			top[i] = -1
			for _, t := range tracks {
				top[i] = max(top[i], of(&t)[i])
			}
		}
		return top
	}
	all.P50 = slowest(func(t *simulations.Track) []float32 { return t.P50 })
	all.P95 = slowest(func(t *simulations.Track) []float32 { return t.P95 })
	all.P99 = slowest(func(t *simulations.Track) []float32 { return t.P99 })
	all.Max = slowest(func(t *simulations.Track) []float32 { return t.Max })
	all.Open, all.HalfOpen, all.Ramping = make([]uint32, n), make([]uint32, n), make([]uint32, n)
	return all
}

const policyForTest = `deadline.total       2s        brownout.yaml:9
deadline.attempt     800ms     brownout.yaml:9
retry.attempts       2         brownout.yaml:10
retry.backoff.base   100ms     default
breaker.failureRate  50%       brownout.yaml:11
breaker.openFor      5s        default
bulkhead.concurrency 32        brownout.yaml:12
bulkhead.queue       64        brownout.yaml:12
`
