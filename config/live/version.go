// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"slices"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config"
)

// Cause says why there is a new version.
type Cause string

// The causes.
const (
	// CauseStart: the first of this process.
	CauseStart Cause = "start"
	// CauseEdit: the files changed.
	CauseEdit Cause = "edit"
	// CauseRule: rules began or ended.
	CauseRule Cause = "rule"
	// CauseOverride: an override was set, revoked, or ended.
	CauseOverride Cause = "override"
	// CauseRollback: an operator went back to the files of an earlier version.
	CauseRollback Cause = "rollback"
)

// Version is what holds since a moment: files, overrides, rules.
type Version struct {
	// Number counts them from 1, without gaps; over restarts too, where [Options].Dir is set.
	Number uint64
	// At is when it came into force, by the wall clock.
	At time.Time
	// Cause says why.
	Cause Cause
	// By and Reason are who did it and why, for an override and a rollback; what
	// began or ended for a rule.
	By, Reason string
	// Hash is the SHA-256 of names and contents of the files, in hex.
	Hash string
	// Of is the version whose files it has: its own number, but for a rollback, an override
	// and a rule.
	Of uint64
	// Guards says what changed for each guard that was given a new policy, by name. A
	// version that is from before this process has none.
	Guards []GuardChange
	// Warnings are what is probably not meant in the files.
	Warnings config.Problems
}

// GuardChange is what a version did to one guard.
type GuardChange struct {
	// Dependency is the guard's name.
	Dependency string
	// Change is what its Update said: the paths, and what could not survive.
	Change actors.Change
	// Err is why it has not got the policy yet: it is tried again. Nil: it has.
	Err error
}

// Version returns the version in force.
func (p *Policies) Version() Version { return *p.now.Load() }

// History returns the versions that are kept, the oldest first.
func (p *Policies) History() []Version {
	var all []Version
	p.ask(func(k *keeper) {
		for _, v := range k.versions {
			all = append(all, v.Version)
		}
	})
	return all
}

// Diff returns what the files of a version say otherwise than those of another, for all their entries and
// for the guards that run; of rules tells DiffRules. It is an error when one of them is not kept.
func (p *Policies) Diff(from, to uint64) (found []config.Difference, err error) {
	p.ask(func(k *keeper) {
		var before, after *config.Set
		if before, err = k.setOf(from); err != nil {
			return
		}
		if after, err = k.setOf(to); err != nil {
			return
		}
		found = config.Compare(before, after, k.names()...)
	})
	return found, err
}

// DiffRules returns what the files of a version say otherwise of rules than those of another. It is an error when one of
// them is not kept.
func (p *Policies) DiffRules(from, to uint64) (found []config.RuleDifference, err error) {
	p.ask(func(k *keeper) {
		var before, after *config.Set
		if before, err = k.setOf(from); err != nil {
			return
		}
		if after, err = k.setOf(to); err == nil {
			found = config.CompareRules(before, after)
		}
	})
	return found, err
}

// Preview returns what a rule would change if it held and no other did, for every entry and every guard that it is for. It
// changes nothing.
//
// Errors: a *RuleError for one that the files do not have.
func (p *Policies) Preview(rule string) (found []config.Difference, err error) {
	p.ask(func(k *keeper) {
		var names []string
		for _, r := range k.set.Rules() {
			names = append(names, r.Name)
		}
		if !slices.Contains(names, rule) {
			err = &RuleError{Name: rule, Rules: names}
			return
		}
		all := append(k.names(), k.set.Dependencies()...)
		slices.Sort(all)
		for _, name := range slices.Compact(all) {
			if d := k.set.Preview(name, rule); len(d.Changes) > 0 {
				found = append(found, d)
			}
		}
	})
	return found, err
}

// Rollback brings back the files of an earlier version, as a new version, until the files
// change again; over a restart too, where [Options].Dir is set. It asks for no force lines. Overrides and rules stay over it.
//
// Errors: a *VersionError for one that is not kept, [config.Problems] where its files cannot be used any
// more, ErrClosed; the cause of ctx's end, and then it may still happen.
func (p *Policies) Rollback(ctx context.Context, to uint64, by, reason string) (Version, error) {
	if err := signed("rollback", by, reason); err != nil {
		return Version{}, err
	}
	return p.change(ctx, func(k *keeper) (Version, error) {
		set, err := k.setOf(to)
		if err != nil {
			return Version{}, err
		}
		err = k.bringChosen(proposal{set: set, cause: CauseRollback, by: by, reason: reason, back: to}, k.disk.hash)
		if err != nil {
			return Version{}, err
		}
		k.disk.again = false
		return p.Version(), nil
	})
}

// Reload judges the files that were read last once more, and brings them in force if they are not: after a rollback, or
// where a guard that stood against them has gone. Files that change are read without it.
//
// Errors: why they cannot be in force, as in Status; ErrClosed; the cause of ctx's end, and then it may still happen.
func (p *Policies) Reload(ctx context.Context) (Version, error) {
	return p.change(ctx, func(k *keeper) (Version, error) {
		if k.disk.lost != nil {
			return Version{}, k.disk.lost
		}
		if k.disk.refused != nil || k.rolledBack() {
			if err := k.bringFiles(k.disk.last, CauseEdit); err != nil {
				return Version{}, err
			}
		}
		return k.policies.Version(), nil
	})
}

// Next waits for a version after that of the number, and returns the newest.
func (p *Policies) Next(ctx context.Context, after uint64) (Version, error) {
	for {
		turned := *p.turned.Load()
		if v := p.Version(); v.Number > after {
			return v, nil
		}
		select {
		case <-turned:
		case <-p.gone:
			return Version{}, ErrClosed
		case <-ctx.Done():
			return Version{}, context.Cause(ctx)
		}
	}
}

// kept is a version with what it takes to come back to it.
type kept struct {
	Version
	sources []config.Source
	set     *config.Set // nil: not read in this process
}

func (k *keeper) find(number uint64) *kept {
	i := slices.IndexFunc(k.versions, func(v *kept) bool { return v.Number == number })
	if i < 0 {
		return nil
	}
	return k.versions[i]
}

// setOf reads the files of a version again, where this process has not.
func (k *keeper) setOf(number uint64) (*config.Set, error) {
	v := k.find(number)
	if v == nil || v.sources == nil {
		return nil, k.unknown(number)
	}
	if v.set == nil {
		set, problems := config.Read(v.sources, k.options.layers())
		if err := problems.Err(); err != nil {
			return nil, err
		}
		v.set = set
	}
	return v.set, nil
}

func (o Options) layers() config.Options { return config.Options{Env: o.Env, Flags: o.Flags} }
