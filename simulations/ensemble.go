// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/bubble"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// defaultInterleavings is how often the first seed is run.
const defaultInterleavings = 2

// ensemble is all runs of a simulation.
type ensemble struct {
	scenario *scenario.Scenario
	options  Options
	variants []scenario.Baseline
	seeds    []uint64
	jobs     []job
	shares   []float64
	trials   []*Trial // of the jobs; nil: broken, or not yet
	broken   []BrokenRun
	children int
}

func newEnsemble(s *scenario.Scenario, o Options) (*ensemble, error) {
	e := &ensemble{scenario: s, options: o}
	variants, err := variantsOf(s, o.Set, o.Sweep, o.Alone)
	if err != nil {
		return nil, err
	}
	e.variants = variants
	for i := range cmp.Or(o.Runs, s.Runs) {
		e.seeds = append(e.seeds, cmp.Or(o.Seed, s.Seed)+uint64(i))
	}
	for i, seed := range e.seeds {
		for v := range variants {
			for n := range e.times(i, v) {
				e.jobs = append(e.jobs, job{Set: o.Set, Sweep: o.Sweep, Alone: o.Alone, Variant: v, Seed: seed, Interleaving: n})
			}
		}
	}
	e.trials, e.shares = make([]*Trial, len(e.jobs)), make([]float64, len(e.jobs))
	return e, nil
}

// times is how often a variant is run with a seed: what is judged more than once with the first.
func (e *ensemble) times(seed, variant int) int {
	if seed > 0 || variant > 0 && e.options.Sweep.Path == "" {
		return 1
	}
	return cmp.Or(e.options.Interleavings, defaultInterleavings)
}

// alone runs all jobs in this process, one after the other.
func (e *ensemble) alone(ctx context.Context) error {
	e.children = 1
	courses := make([]*course, len(e.variants))
	for i, v := range e.variants {
		c, err := newCourse(e.scenario, v)
		if err != nil {
			return err
		}
		c.service = e.options.Service
		courses[i] = c
	}
	for i, j := range e.jobs {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		trial, err := runTrial(courses[j.Variant], j.Seed, slowly(func(share float64) { e.progress(i, share) }))
		if err != nil {
			e.broke(i, err)
		} else {
			trial.Interleaving = j.Interleaving
			e.trials[i] = trial
		}
		e.progress(i, 1)
	}
	return nil
}

// together runs the jobs in children.
func (e *ensemble) together(ctx context.Context) error {
	e.children = cmp.Or(e.options.Children, runtime.NumCPU())
	e.children = min(e.children, len(e.jobs))
	path, err := store(e.scenario)
	if path != "" {
		defer os.Remove(path) //nolint:errcheck // it is in the system's folder for such files
	}
	if err != nil {
		return err
	}
	lines := make([]json.RawMessage, len(e.jobs))
	for i, j := range e.jobs {
		j.Texts = path
		line, err := json.Marshal(j)
		if err != nil {
			return err
		}
		lines[i] = line
	}
	crew := bubble.Crew{Work: workName, Children: e.children, Silence: e.options.Silence, Hear: e.hear}
	failed, err := crew.Run(ctx, lines)
	for _, f := range failed {
		e.broke(f.Job, f)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// hear takes a line of a child.
func (e *ensemble) hear(i int, line json.RawMessage) {
	var s said
	if err := json.Unmarshal(line, &s); err != nil {
		e.broke(i, err)
		return
	}
	if s.Trial != nil {
		e.trials[i], s.Share = s.Trial, 1
	}
	e.progress(i, s.Share)
}

func (e *ensemble) progress(i int, share float64) {
	e.shares[i] = share
	if e.options.Progress == nil {
		return
	}
	p := Progress{Runs: len(e.jobs)}
	for _, s := range e.shares {
		p.Share += s / float64(len(e.jobs))
		if s == 1 {
			p.Done++
		}
	}
	e.options.Progress(p)
}

func (e *ensemble) broke(i int, err error) {
	e.trials[i] = nil
	j := e.jobs[i]
	e.broken = append(e.broken, BrokenRun{Variant: e.variants[j.Variant].Name, Seed: j.Seed, Why: err.Error()})
}

// result puts together what all runs came to.
func (e *ensemble) result(wall time.Duration) *Result {
	s := e.scenario
	r := &Result{
		Simulation: s.Simulation, Story: s.Story, File: s.File, Seeds: e.seeds, WallSeconds: wall.Seconds(), Children: e.children,
		Duration: s.Duration, Settle: s.Settle, Nodes: s.Nodes, Broken: e.broken, Set: e.options.Set,
	}
	for _, v := range e.variants {
		r.Variants = append(r.Variants, Variant{Name: v.Name})
	}
	for i, trial := range e.trials {
		if trial == nil {
			continue
		}
		v := &r.Variants[e.jobs[i].Variant]
		v.Runs = append(v.Runs, *trial)
		r.VirtualSeconds += trial.Virtual.Seconds()
		for _, n := range trial.All.Offered {
			r.Calls += uint64(n)
		}
	}
	if wall > 0 {
		r.Speedup = r.VirtualSeconds / wall.Seconds()
	}
	judge(s, r.Variants)
	summarize(r.Variants)
	r.Expectations = r.Variants[0].Values
	r.Verdict = verdict(r.Expectations, r.Broken)
	e.describe(r)
	return r
}

// describe adds what was simulated.
func (e *ensemble) describe(r *Result) {
	c, err := newCourse(e.scenario, e.variants[0])
	if err != nil {
		return // its runs are broken, and say so
	}
	r.Faults = c.spans
	for _, d := range e.scenario.Dependencies {
		r.Dependencies = append(r.Dependencies, d.Name)
		if text := c.policiesFor(d.Name); text != "" {
			r.Policies = append(r.Policies, PolicyText{Dependency: d.Name, Text: text})
		}
	}
}

// explained is the policy of a dependency with the origin of each value.
func explained(set *config.Set, name string) string {
	resolved, problems := set.Resolve(name, config.Layers{})
	if problems.Err() != nil || len(resolved.Values) == 0 {
		return ""
	}
	var b strings.Builder
	if err := resolved.Explain(&b); err != nil {
		return ""
	}
	return strings.TrimRight(b.String(), "\n")
}

// MedianRun is the run whose goodput is the middle one: what a single picture of the variant shows. It is nil without runs.
func (v *Variant) MedianRun() *Trial {
	order := make([]int, len(v.Runs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(v.Runs[a].Summary["goodput"], v.Runs[b].Summary["goodput"]) })
	if len(order) == 0 {
		return nil
	}
	return &v.Runs[order[(len(order)-1)/2]]
}

// String says in a line what the result is.
func (r *Result) String() string {
	held := 0
	for _, j := range r.Expectations {
		if j.Held {
			held++
		}
	}
	return fmt.Sprintf("%s: %s, %d of %d expectations hold", r.Simulation, r.Verdict, held, len(r.Expectations))
}
