// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"cmp"
	"slices"
	"sync"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

// pressure watches the host for the guards of a System: one sampler for each shedding
// policy that some of them obey, however many do.
type pressure struct {
	clock  *fuseboard.Clock
	source shedding.Source            // nil: this host
	own    Shedding                   // that of the System
	moved  func(SheddingMove, string) // is told of each change of a level, and why
	mu     sync.Mutex
	all    map[Shedding]*lookout // guarded by mu
	taken  uint64                // numbers the policies but that of the System; guarded by mu
}

// lookout is a sampler and how many guards obey it.
type lookout struct {
	sampler *shedding.Sampler
	guards  int
	number  uint64
}

// take makes one guard more obey p, and the first one start its sampler. It does nothing
// for a policy that is off.
func (p *pressure) take(policy Shedding) {
	if !policy.On() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	w := p.all[policy]
	if w == nil {
		w = p.lookOut(policy)
	}
	w.guards++
}

// lookOut starts a sampler. Under mu.
func (p *pressure) lookOut(policy Shedding) *lookout {
	w := &lookout{sampler: shedding.NewSampler(policy, p.clock, p.source)}
	if policy != p.own {
		p.taken++
		w.number = p.taken
	}
	if p.all == nil {
		p.all = make(map[Shedding]*lookout)
	}
	p.all[policy] = w
	w.sampler.OnMove(func(m shedding.Move) {
		why := m.View.Why()
		if m.Ended {
			why = "no guard obeys the policy any more"
		}
		p.moved(SheddingMove{Policy: policy, Number: w.number, From: m.From, To: m.To, Cause: m.View.Cause}, why)
	})
	w.sampler.Start()
	return w
}

// give is the end of a take. With the last one its sampler ends, and is waited for.
func (p *pressure) give(policy Shedding) {
	if !policy.On() {
		return
	}
	p.mu.Lock()
	w := p.all[policy]
	w.guards--
	if w.guards > 0 {
		p.mu.Unlock()
		return
	}
	delete(p.all, policy)
	p.mu.Unlock()
	w.sampler.Stop()
}

// sampler returns that of a policy which was taken; nil for one that is off.
func (p *pressure) sampler(policy Shedding) *shedding.Sampler {
	if !policy.On() {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if w := p.all[policy]; w != nil {
		return w.sampler
	}
	return nil
}

// uses are the policies that some guard obeys.
func (p *pressure) uses() (all []SheddingUse) {
	p.mu.Lock()
	for policy, w := range p.all {
		v := w.sampler.View()
		all = append(all, SheddingUse{
			SheddingStats: sheddingStats(w.sampler), Policy: policy, Number: w.number, Guards: w.guards,
			At: v.At, Signals: v.Signals, Watches: v.Watches(),
		})
	}
	p.mu.Unlock()
	slices.SortFunc(all, func(a, b SheddingUse) int { return cmp.Compare(a.Number, b.Number) })
	return all
}

// sheddingOf is what the guards of a plan obey: its own policy, or else the System's.
func (s *System) sheddingOf(p *plan) Shedding {
	if own := p.given.Shedding; own.On() {
		return own
	}
	return s.shedding
}
