// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// The order in which a call passes the patterns is proven pair by pair: for each two of them there is
// an experiment whose result would be another if they were swapped, or a sentence that
// says why nobody can tell.

// passed are the patterns in the order in which a call comes to them, the user's stages among them.
var passed = []string{
	"stage call", "cache", "fallback", "stage protection", "total deadline", "retry", "hedge", "shedding", "breaker",
	"workers", "throttle", "rate", "bulkhead", "attempt deadline", "stage handler",
}

type pair struct{ outer, inner string }

// unobservable are the pairs whose order makes no difference, and why.
var unobservable = map[pair]string{
	{"shedding", "attempt deadline"}: "shedding decides in no time and hears of no outcome, so it takes nothing of an attempt's limit, and the limit says nothing to it",
	{"workers", "attempt deadline"}:  "a place on a goroutine is taken with the permit and nothing waits between the two, so the limit begins at the same instant on either side",
}

func TestEveryPairOfPatternsIsPassedInItsOrder(t *testing.T) {
	found := 0
	for i, outer := range passed {
		for _, inner := range passed[i+1:] {
			p := pair{outer, inner}
			made := kindOf(p) != none
			why, told := unobservable[p]
			switch {
			case !made && !told:
				t.Errorf("%s, %s: there is neither an experiment nor a reason why there is none", outer, inner)
			case made && told:
				t.Errorf("%s, %s: there is an experiment, although %s", outer, inner, why)
			case made:
				found++
				t.Run(strings.ReplaceAll(fmt.Sprintf("%s before %s", outer, inner), " ", "_"), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { p.experiment(t) })
				})
			}
		}
	}
	if n := len(passed); found+len(unobservable) != n*(n-1)/2 {
		t.Errorf("%d experiments and %d reasons for %d pairs", found, len(unobservable), n*(n-1)/2)
	}
}

// A pattern that is new must be put into the list, where Explain shows it.
func TestEveryPatternThatExplainShowsIsInTheListOfPairs(t *testing.T) {
	g := protectAs(t, start(t), Policy{})
	var shown []string
	for _, s := range g.Explain().Stages {
		shown = append(shown, s.Name)
	}
	var sections []string
	for _, name := range passed {
		if !strings.HasPrefix(name, "stage ") {
			sections = append(sections, name)
		}
	}
	if !slices.Equal(shown, sections) {
		t.Errorf("Explain shows %q,\nthe pairs are of  %q", shown, sections)
	}
}

// kind is how an experiment is made.
type kind int

const (
	none kind = iota
	ofItsOwn
	answersAnyway
	refusingFirst
	keeping
	refusingRepetition
	refusingCopy
)

// kindOf is that of the experiment which shows the order of a pair.
func kindOf(p pair) kind {
	_, outerRefuses := refusersByName[p.outer]
	_, innerRefuses := refusersByName[p.inner]
	switch {
	case ownExperiments[p] != nil:
		return ofItsOwn
	case answerers[p.outer] != nil && innerRefuses:
		return answersAnyway
	case outerRefuses && innerRefuses:
		return refusingFirst
	case outerRefuses && p.inner == "stage handler":
		return keeping
	case p.outer == "retry" && innerRefuses:
		return refusingRepetition
	case p.outer == "hedge" && innerRefuses:
		return refusingCopy
	}
	return none
}

func (p pair) experiment(t *testing.T) {
	outer, inner := refusersByName[p.outer], refusersByName[p.inner]
	switch kindOf(p) {
	case ofItsOwn:
		ownExperiments[p](t)
	case answersAnyway:
		answersWhileRefused(t, p, answerers[p.outer], inner)
	case refusingFirst:
		refusesFirst(t, p, outer, inner)
	case keeping:
		keepsFromTheHandler(t, p, outer)
	case refusingRepetition:
		refusesTheRepetition(t, p, inner)
	case refusingCopy:
		refusesTheCopy(t, p, inner)
	case none:
	}
}
