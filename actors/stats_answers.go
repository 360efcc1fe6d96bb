// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"slices"

	"github.com/fuseboard/fuseboard/patterns/cache"
	"github.com/fuseboard/fuseboard/patterns/fallback"
)

// FallbackStats is what became of a guard's fallbacks, of all its operations.
type FallbackStats struct {
	// Given is how many answers the fallback gave.
	Given uint64
	// Running is how many steps run now that compute or ask, and Most how many may.
	Running, Most int
	// Uses adds up what became of all steps by where their answers come from, also of those
	// that the policy does not have any more. Its numbers never fall. Always value, computed, last-good and
	// guard, in this order; nil in zero Stats.
	Uses []FallbackUses
	// Steps are the steps of the policy in their order, with what became of each; see [fallback.StepView].
	// Operations with a Fallback hook and no section count as a policy of one step.
	Steps []fallback.StepView
}

// FallbackUses is what became of the steps of one use; see [FallbackStats].
type FallbackUses struct {
	// Use is where their answers come from.
	Use FallbackUse
	// Counts is how often each [fallback.Result] came of them.
	Counts [fallback.Results]uint64
}

// Count returns how often a result came of them; zero for what is no result.
func (u FallbackUses) Count(r fallback.Result) uint64 {
	if int(r) >= fallback.Results {
		return 0
	}
	return u.Counts[r]
}

// answerStats are the numbers of all that stands around the calls of a guard.
type answerStats struct {
	cache    cache.View
	fallback FallbackStats
	uses     fallbackTally
}

// fallbackTally counts the results of steps by their use.
type fallbackTally [UseGuard + 1][fallback.Results]uint64

func (t *fallbackTally) plus(o *fallbackTally) {
	for use := range t {
		for r := range t[use] {
			t[use][r] += o[use][r]
		}
	}
}

func (t *fallbackTally) add(v fallback.View) {
	for _, step := range v.Steps {
		if int(step.Use) < len(t) {
			for r, n := range step.Counts {
				t[step.Use][r] += n
			}
		}
	}
}

// less is what t has beyond o.
func (t *fallbackTally) less(o *fallbackTally) (rest fallbackTally) {
	for use := range t {
		for r, n := range t[use] {
			rest[use][r] = n - min(n, o[use][r])
		}
	}
	return rest
}

// list is for who reads it.
func (t *fallbackTally) list() (uses []FallbackUses, given uint64) {
	for _, use := range []FallbackUse{UseValue, UseComputed, UseLastGood, UseGuard} {
		uses = append(uses, FallbackUses{Use: use, Counts: t[use]})
		given += t[use][fallback.Answered]
	}
	return uses, given
}

// answers adds up the numbers of all operations.
func (g *Guard) answers() (all answerStats) {
	g.addAnswers(&all)
	return all.told()
}

func (g *Guard) addAnswers(all *answerStats) {
	for _, o := range g.operations() {
		if made := o.answers.Load(); made != nil {
			made.view.stats(all)
		}
	}
}

// told has the sums by use.
func (s answerStats) told() answerStats {
	s.fallback.Uses, s.fallback.Given = s.uses.list()
	return s
}

// answersGone are the numbers that stay of a guard that is forgotten.
type answersGone struct {
	cache cache.View
	uses  fallbackTally
}

func (n *answersGone) add(s *answerStats) {
	n.cache = n.cache.Plus(countedIn(s.cache))
	n.uses.plus(&s.uses)
}

// countedIn is what a cache has counted, without what it holds.
func countedIn(v cache.View) cache.View {
	v.Entries, v.Running, v.Refreshing, v.Waiting = 0, 0, 0, 0
	return v
}

func (a *answers[Req, Resp]) stats(into *answerStats) {
	into.cache = into.cache.Plus(a.gone.cache)
	into.uses.plus(&a.gone.uses)
	for _, c := range a.caches() {
		into.cache = into.cache.Plus(c.View())
	}
	if a.chain != nil {
		v := a.chain.View()
		into.fallback.add(v)
		into.uses.add(v)
	}
}

func (s *FallbackStats) add(v fallback.View) {
	s.Running, s.Most = max(s.Running, v.Running), max(s.Most, v.Most) // all have the same slots
	for i, step := range v.Steps {
		if i == len(s.Steps) {
			s.Steps = append(s.Steps, step)
			continue
		}
		for result := range step.Counts {
			s.Steps[i].Counts[result] += step.Counts[result]
		}
	}
	s.Steps = slices.Clip(s.Steps)
}

// closeAnswers ends what is kept for the operations, when no call of the guard is under way. A
// load that ignores that it was cancelled is left behind, as its handler is.
func (g *Guard) closeAnswers() {
	at, over := context.WithCancel(context.Background())
	over()
	for _, o := range g.operations() {
		if made := o.answers.Load(); made != nil {
			made.view.close(at)
		}
	}
}

// close ends what runs behind the calls of the operation.
func (a *answers[Req, Resp]) close(ctx context.Context) {
	for _, c := range a.caches() {
		_ = c.Close(ctx)
	}
}

// caches are the cache in force, and those of policies before.
func (a *answers[Req, Resp]) caches() []*cache.Cache[Resp] {
	if a.cache == nil {
		return a.past
	}
	return append(slices.Clip(a.past), a.cache)
}
