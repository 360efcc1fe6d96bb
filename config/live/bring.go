// SPDX-License-Identifier: Apache-2.0

package live

import (
	"slices"

	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// proposal is what shall be in force. What it does not set stays as it is.
type proposal struct {
	set        *config.Set
	sources    []config.Source // of set, where this is its first version
	hash       string
	back       uint64 // the version, still kept, whose files these are; 0: this one, or that in force
	overrides  *[]held
	holding    *[]holding
	cause      Cause
	by, reason string
	warnings   config.Problems
}

// over is the standing that the proposal would make of the present one.
func (p proposal) over(now standing) standing {
	next := now
	if p.set != nil {
		next.set = p.set
	}
	if p.overrides != nil {
		next.overrides = *p.overrides
	}
	if p.holding != nil {
		next.holding = *p.holding
	}
	return next
}

// bring puts the proposal in force: for every guard, or, where one of them cannot take it, for none.
func (k *keeper) bring(p proposal) (Version, error) {
	k.meetArrivals()  // so that they have a say
	k.forgetStopped() // so that they have none
	next, rules := p.over(k.standing), k.rules
	if p.set != nil {
		rules = k.switchesFor(p.set)
		next.holding = holdings(rules)
	}
	gifts, problems := k.plan(next, p, k.names())
	if err := problems.Err(); err != nil {
		return Version{}, err
	}
	if err := k.give(gifts); err != nil {
		return Version{}, err
	}
	k.stand(next)
	if p.set != nil {
		k.rules = rules
		for name, f := range k.followed {
			f.alone, f.next = f.next, nil
			k.meterFor(name)
		}
	}
	return k.record(p, gifts), nil
}

// bringFact puts in force what nobody can refuse, such as the end of an override: guards that cannot have it keep what
// they have, and are tried again.
func (k *keeper) bringFact(p proposal) {
	k.stand(p.over(k.standing))
	k.record(p, k.catchUp(k.names()))
}

// stand makes the standing the one in force.
func (k *keeper) stand(next standing) {
	k.standing = next
	k.policies.standing.Store(&next)
}

// plan says which of the guards need another policy, and everything that speaks against it.
func (k *keeper) plan(next standing, p proposal, names []string) (gifts []*gift, problems config.Problems) {
	for _, name := range names {
		f := k.followed[name]
		resolved, found := next.resolve(name, f.code)
		problems = append(problems, next.blamed(f, found.Errors())...)
		if p.set != nil {
			problems = append(problems, k.files(next, f, resolved, p.cause)...)
		}
		if f.err == nil && len(plain.Diff(f.given, resolved.Policy)) == 0 {
			continue
		}
		g := &gift{to: f, resolved: resolved, before: f.given}
		if gifts = append(gifts, g); found.Err() == nil {
			problems = append(problems, next.blamed(f, g.placed(f.Judge(resolved.Policy)))...)
		}
	}
	return gifts, once(problems)
}

// files judges what other files alone make of a guard's policy: rules and overrides end, so that it has to be right
// without them too. What an edit would cut asks for a line of force: of the files alone, and under the rules that hold.
func (k *keeper) files(next standing, f *followed, resolved config.Resolved, cause Cause) config.Problems {
	name := f.Name()
	rules, overrides := next.rulesOf(name), next.overridesOf(name)
	alone := resolved
	if len(rules) > 0 || len(overrides) > 0 {
		var found config.Problems
		if alone, found = next.plain(name, f.code); found.Err() != nil {
			return found.Errors()
		}
	}
	f.next = &alone.Policy
	if cause != CauseEdit {
		return nil
	}
	if f.alone == nil {
		before, _ := k.plain(name, f.code)
		f.alone = &before.Policy
	}
	risks := config.Risks(*f.alone, alone.Policy)
	if len(rules) > 0 && slices.Equal(rules, k.rulesOf(name)) {
		before, _ := k.ruled(name, f.code)
		after, _ := next.ruled(name, f.code)
		risks = append(risks, config.Risks(before.Policy, after.Policy)...)
	}
	return next.set.Unforced(k.set, name, risks).Errors()
}

// once leaves out problems that are told already: the guards of one entry have them alike.
func once(problems config.Problems) config.Problems {
	type told struct {
		origin        config.Origin
		code, message string
	}
	seen := map[told]bool{}
	return slices.DeleteFunc(problems, func(p config.Problem) bool {
		t := told{origin: p.Origin, code: p.Code, message: p.Message}
		defer func() { seen[t] = true }()
		return seen[t]
	})
}
