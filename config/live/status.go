// SPDX-License-Identifier: Apache-2.0

package live

import (
	"time"

	"github.com/fuseboard/fuseboard/config"
)

// Status is what Policies do now.
type Status struct {
	// Version is the one in force.
	Version Version
	// OnDisk is the hash of the files that were read last. It differs from Version.Hash where they were
	// refused, and after a rollback.
	OnDisk string
	// Refused is why the files that were read last are not in force; nil where they are.
	Refused config.Problems
	// Lost is why the files cannot be read; nil where they can.
	Lost error
	// RolledBack reports that the files in force are those of an earlier version.
	RolledBack bool
	// Overrides are those in force, the oldest first.
	Overrides []Held
	// Rules are all rules, in the order of the files.
	Rules []RuleStatus
	// Guards are all guards and keyrings that are followed, by name.
	Guards []GuardStatus
	// NotKept is why versions and overrides could not be written to Options.Dir; nil where they were.
	NotKept error
}

// Held is an override in force.
type Held struct {
	config.Override
	// Since is when it began.
	Since time.Time
}

// RuleStatus is what a rule does now.
type RuleStatus struct {
	// Name is the rule's.
	Name string
	// Holds reports whether it holds for anybody, and For lists for whom; empty: for all that it names.
	Holds bool
	For   []string
	// Why says what holds, or what is missing. Empty for a rule that no guard is judged by yet.
	Why string
}

// GuardStatus is a guard, or a keyring, that is followed.
type GuardStatus struct {
	// Dependency is its name.
	Dependency string
	// InFiles reports whether an entry of the files names it.
	InFiles bool
	// Err is why it has not got its policy yet; nil where it has.
	Err error
}

// Status returns what is in force, and what is not and why. As all questions but Version and Numbers it waits
// for its turn: for up to a second where guards do not take their policies.
func (p *Policies) Status() Status {
	var s Status
	p.ask(func(k *keeper) { s = k.status() })
	return s
}

func (k *keeper) status() Status {
	k.forgetStopped()
	v := k.policies.Version()
	s := Status{
		Version: v, OnDisk: k.disk.hash, Refused: k.disk.refused, Lost: k.disk.lost, NotKept: k.stateErr,
		RolledBack: k.rolledBack(),
	}
	for _, o := range k.overrides {
		s.Overrides = append(s.Overrides, Held(o))
	}
	for _, r := range k.rules {
		s.Rules = append(s.Rules, r.status(k.names()))
	}
	for _, name := range k.names() {
		s.Guards = append(s.Guards, GuardStatus{Dependency: name, InFiles: k.set.Has(name), Err: k.followed[name].err})
	}
	return s
}

// rolledBack reports whether an operator's choice of files is in force, and not what is on disk.
func (k *keeper) rolledBack() bool {
	return k.disk.replaced != "" && k.disk.hash != k.policies.Version().Hash
}

func (s *switched) status(names []string) RuleStatus {
	r := RuleStatus{Name: s.rule.Name}
	if s.host != nil {
		r.Holds, r.Why = s.host.On(), s.host.Why()
		return r
	}
	for _, name := range names {
		m := s.each[name]
		if m == nil {
			continue
		}
		if m.On() {
			r.Holds, r.For = true, append(r.For, name)
		}
		if m.On() || r.Why == "" {
			r.Why = m.Why()
		}
	}
	return r
}

// Numbers are what a metrics page shows of Policies.
type Numbers struct {
	// Version is the number of the version in force, and Since when it came into force, in seconds since 1970.
	Version uint64
	Since   float64
	// Applied and Refused are how many edits of the files were put in force, and how many were not.
	Applied, Refused uint64
	// Refusing reports that the files on disk are not in force, because of an error in them or because
	// they cannot be read; RolledBack, because an operator chose others.
	Refusing, RolledBack bool
	// Overrides is how many are in force, Rules how many rules hold for anybody.
	Overrides, Rules int
	// Guards is how many are followed, and Waiting how many have not got their policy yet.
	Guards, Waiting int
}

// counts are the counters of Numbers.
type counts struct{ applied, refused uint64 }

// Numbers returns the numbers of a moment ago. It waits for nothing.
func (p *Policies) Numbers() Numbers { return *p.shown.Load() }

// show puts the present numbers where Numbers finds them.
func (k *keeper) show() {
	v := k.policies.Version()
	n := Numbers{
		Version: v.Number, Since: float64(v.At.UnixMilli()) / 1000, Applied: k.numbers.applied, Refused: k.numbers.refused,
		Refusing: k.disk.refused != nil || k.disk.lost != nil, RolledBack: k.rolledBack(),
		Overrides: len(k.overrides), Rules: len(k.holding), Guards: len(k.followed), Waiting: len(k.late),
	}
	k.policies.shown.Store(&n)
}
