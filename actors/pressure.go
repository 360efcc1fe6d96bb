// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"sync"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

// pressure watches the host for the guards of a System: one sampler for each shedding
// policy that some of them obey, however many do.
type pressure struct {
	clock  *fuseboard.Clock
	source shedding.Source // nil: this host
	mu     sync.Mutex
	all    map[Shedding]*lookout // guarded by mu
}

// lookout is a sampler and how many guards obey it.
type lookout struct {
	sampler *shedding.Sampler
	guards  int
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
		w = &lookout{sampler: shedding.NewSampler(policy, p.clock, p.source)}
		if p.all == nil {
			p.all = make(map[Shedding]*lookout)
		}
		p.all[policy] = w
		w.sampler.Start()
	}
	w.guards++
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

// sheddingOf is what the guards of a plan obey: its own policy, or else the System's.
func (s *System) sheddingOf(p *plan) Shedding {
	if own := p.given.Shedding; own.On() {
		return own
	}
	return s.shedding
}
