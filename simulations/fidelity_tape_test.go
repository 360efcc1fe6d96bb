// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/simulations/scenario"
	"github.com/fuseboard/fuseboard/simulations/world"
)

// tape is what a run met: when its requests came, what each attempt found at the dependency, and when things went wrong.
// A simulation that is driven by it meets the same, so that only the runtime can differ. While a run writes it, mu is
// held; afterwards nobody changes it.
type tape struct {
	mu       sync.Mutex
	began    map[uint64]time.Duration // arrivals, by the numbers of the requests
	attempts map[visitOf]found
	spans    []Span // as they really were

	arrivals []arrived // in their order
	byPhase  map[uint64][]found
}

// visitOf is an attempt of a request, from 1.
type visitOf struct {
	number  uint64
	attempt int
}

type arrived struct {
	number uint64
	at     time.Duration
}

// found is what an attempt found: how long the dependency worked on it, whether or not its caller waited, and what it said.
type found struct {
	at, took time.Duration
	err      error
	phase    uint64
}

// reel is one run's tape, recorded or played, and what became of its calls.
type reel struct {
	tape *tape
	play bool // else it is recorded
	deaf bool // handlers do not heed their contexts

	mu      sync.Mutex
	counts  map[uint64]int // attempts of each request so far
	refused map[string]int // calls, by the section that refused
	calls   int
	pending sync.WaitGroup // attempts that are recorded
}

func newReel(t *tape, play, deaf bool) *reel {
	return &reel{tape: t, play: play, deaf: deaf, counts: map[uint64]int{}, refused: map[string]int{}}
}

func blankTape() *tape {
	return &tape{began: map[uint64]time.Duration{}, attempts: map[visitOf]found{}}
}

// service is the program under test. It has one guard, of the scenario's only dependency, with its policy.
func (r *reel) service(p Process) (Caller, error) {
	t := p.process.trial
	name := t.scenario.Dependencies[0].Name
	guard, err := actors.Protect(p.System, name, actors.Policy{})
	if err != nil {
		return nil, err
	}
	handler := func(ctx context.Context, a *ask) (answer, error) { return answer{}, r.attempt(ctx, p, name, a) }
	ref, err := actors.Bind(guard, "call", handler, actors.With[*ask, answer]{Safe: func(a *ask) bool { return a.safe }})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, q *world.Request, info *actors.Info) error {
		if !r.play {
			r.tape.mu.Lock()
			r.tape.began[q.Number] = t.now()
			r.tape.mu.Unlock()
		}
		a, _ := ctx.Value(askKey{}).(*ask)
		_, err := ref.Call(actors.WithInfo(ctx, info), a)
		r.ended(err)
		return err
	}, nil
}

// ended counts a call, and who refused it.
func (r *reel) ended(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	if no, ok := errors.AsType[fuseboard.Rejection](err); ok && no.RejectedBy() != "" {
		r.refused[no.RejectedBy()]++
	}
}

// attempt is the handler.
func (r *reel) attempt(ctx context.Context, p Process, name string, a *ask) error {
	t := p.process.trial
	r.mu.Lock()
	r.counts[a.Number]++
	v := visitOf{a.Number, r.counts[a.Number]}
	r.mu.Unlock()
	if r.play {
		_ = p.Reach(context.WithoutCancel(ctx), name) // it is counted; the dependency itself answers at once
		f := r.tape.find(v, t.now(), t.chance("tape", v.number, v.attempt))
		return r.wait(ctx, f)
	}
	began, done := t.now(), make(chan error, 1)
	r.pending.Go(func() {
		err := p.Reach(context.WithoutCancel(ctx), name)
		r.tape.mu.Lock()
		r.tape.attempts[v] = found{at: began, took: t.now() - began, err: err}
		r.tape.mu.Unlock()
		done <- err
	})
	if r.deaf {
		return <-done
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// wait lets the time pass that the dependency worked.
func (r *reel) wait(ctx context.Context, f found) error {
	work := time.NewTimer(f.took)
	defer work.Stop()
	if r.deaf {
		<-work.C
		return f.err
	}
	select {
	case <-work.C:
		return f.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// close ends the recording. The trial has ended.
func (r *reel) close(t *trial) {
	r.pending.Wait()
	if r.play {
		return
	}
	p := r.tape
	p.spans = slices.Clone(t.spans)
	for i := range p.spans {
		for _, e := range t.record.events {
			switch {
			case e.Kind == "fault" && e.Text == p.spans[i].Name+": "+p.spans[i].Text:
				p.spans[i].From = e.At
			case e.Kind == "healed" && e.Text == p.spans[i].Name+" is over":
				p.spans[i].To = e.At
			}
		}
	}
	for number, at := range p.began {
		p.arrivals = append(p.arrivals, arrived{number, at})
	}
	slices.SortFunc(p.arrivals, func(a, b arrived) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.number, b.number))
	})
	p.byPhase = map[uint64][]found{}
	for v, f := range p.attempts {
		f.phase = p.phase(f.at)
		p.attempts[v] = f
		p.byPhase[f.phase] = append(p.byPhase[f.phase], f)
	}
	for _, fs := range p.byPhase {
		slices.SortFunc(fs, func(a, b found) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.took, b.took)) })
	}
}

// phase is which of the faults are there at a time: a bit for each.
func (p *tape) phase(at time.Duration) (bits uint64) {
	for i, s := range p.spans {
		if at >= s.From && at < s.To {
			bits |= 1 << i
		}
	}
	return bits
}

// neighbours are among how many of those that were nearest in time an attempt is drawn.
const neighbours = 16

// find returns what an attempt finds: what it found in the recorded run, where it was made there amid the same faults; else what
// one of those found that were made about that time amid these.
func (p *tape) find(v visitOf, now time.Duration, chance uint64) found {
	phase := p.phase(now)
	played := visitOf{p.arrivals[v.number].number, v.attempt} // arrivals are played in their order
	if f, ok := p.attempts[played]; ok && f.phase == phase {
		return f
	}
	fs := p.byPhase[phase]
	if len(fs) == 0 {
		fs = p.byPhase[0]
	}
	if len(fs) == 0 {
		return found{}
	}
	i, _ := slices.BinarySearchFunc(fs, now, func(f found, at time.Duration) int { return cmp.Compare(f.at, at) })
	first := max(min(i-neighbours/2, len(fs)-neighbours), 0)
	near := fs[first:min(first+neighbours, len(fs))]
	return near[chance>>32%uint64(len(near))]
}

// driven is the course whose requests and faults are those of the tape. The dependency answers at once: what attempts find is the reel's to say.
func (p *tape) driven(s *scenario.Scenario, set []string) (*course, error) {
	const file = "the tape"
	played := *s
	l := s.Load[0].WithDefaults()
	l.Rate, l.Shape, l.Arrivals, l.From, l.Recorded = 0, nil, 0, 0, file
	l.Until = s.Duration + time.Second // a real request may come late
	played.Load = []world.Load{l}
	arrivals := make([]world.Arrival, len(p.arrivals))
	for i, a := range p.arrivals {
		arrivals[i] = world.Arrival{At: a.at, Latency: -1}
	}
	played.Arrivals = map[string][]world.Arrival{file: arrivals}
	played.Dependencies = []scenario.Dependency{{Name: s.Dependencies[0].Name}}
	played.Faults = slices.Clone(s.Faults)
	for i := range played.Faults {
		played.Faults[i].Effect = world.Effect{}
	}
	c, err := newCourse(&played, scenario.Baseline{Name: "as written", Set: set})
	if err == nil {
		c.spans = p.spans
	}
	return c, err
}
