// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"

	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/patterns/cache"
	"github.com/fuseboard/fuseboard/patterns/fallback"
)

// adopt makes or reshapes what the policy asks for. What it does not ask for any more is
// gone with what it kept. Caller holds the guard's mu.
func (a *answers[Req, Resp]) adopt(p *plan) (lost []string) {
	return append(a.adoptCache(p.given.Cache), a.adoptFallback(a.with.fallback(p.given.Fallback))...)
}

func (a *answers[Req, Resp]) adoptCache(c Cache) (lost []string) {
	a.forgetPast()
	switch {
	case !c.On() || a.with.Key == nil:
		if a.cache != nil {
			if n := a.cache.View().Entries; n > 0 {
				lost = []string{fmt.Sprintf("%s, because cache is off now", plain.Count(n, "cached answer", "cached answers"))}
			}
			a.cache.Retire()
			a.past = append(a.past, a.cache)
		}
		a.cache = nil
	case a.cache != nil:
		for _, what := range a.cache.Reshape(c) {
			lost = append(lost, "of the cache, "+what)
		}
	default:
		a.cache = cache.New(c, a.op.guard.clock, a.with.Store)
	}
	return lost
}

// forgetPast lets go of the caches of policies before, but for those whose loads still run. The answers
// before these have the list, too: it is made anew.
func (a *answers[Req, Resp]) forgetPast() {
	past := a.past
	a.past = nil
	for _, c := range past {
		if v := c.View(); v.Running == 0 {
			a.gone.cache = a.gone.cache.Plus(countedIn(v))
			continue
		}
		a.past = append(a.past, c)
	}
}

func (a *answers[Req, Resp]) adoptFallback(f Fallback) (lost []string) {
	counted, kept := a.tally(), a.keeping()
	a.reshapeFallback(f)
	after := a.tally()
	gone := counted.less(&after) // steps that are gone or changed have lost their counts
	a.gone.uses.plus(&gone)
	return lostKept(kept, a.keeping())
}

func (a *answers[Req, Resp]) reshapeFallback(f Fallback) {
	if !f.On() {
		a.chain, a.kept, a.keeps = nil, nil, false
		return
	}
	a.adoptKept(f.WithDefaults())
	if a.chain != nil {
		a.report(a.chain.Reshape(f))
		return
	}
	chain, err := fallback.New(f, a.sources())
	if a.report(err) {
		a.chain = chain
	}
}

// keeping is how many last good answers may be given.
func (a *answers[Req, Resp]) keeping() int {
	if !a.keeps {
		return 0
	}
	return a.kept.Len()
}

// lostKept says how many last good answers are gone.
func lostKept(before, now int) []string {
	if before <= now {
		return nil
	}
	return []string{plain.Count(before-now, "last good answer", "last good answers") + ", which fallback keeps no longer"}
}

// tally is what the steps in force have counted.
func (a *answers[Req, Resp]) tally() (t fallbackTally) {
	if a.chain != nil {
		t.add(a.chain.View())
	}
	return t
}

// adoptKept makes the place for last good answers. It is the chain's for as long as that lasts, so
// it is there also where no step asks for it now.
func (a *answers[Req, Resp]) adoptKept(f Fallback) {
	a.keeps = a.with.Key != nil && f.Keeps()
	switch {
	case a.with.Key == nil:
	case a.kept == nil:
		a.kept = fallback.NewKept[Resp](f.MaxKeys)
	case a.keeps:
		a.kept.Resize(f.MaxKeys)
	default:
		a.kept.Resize(1)
	}
}

// report logs that a fallback cannot be made of its policy: it was judged when the operation
// was bound, and by Update, so one of these and another met. It is true where err is nil.
func (a *answers[Req, Resp]) report(err error) bool {
	if err != nil {
		a.op.guard.sys.log.Error("fallback", "operation", title(a.op.guard.name, a.op.name), "problem", err.Error())
	}
	return err == nil
}
