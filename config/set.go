// SPDX-License-Identifier: Apache-2.0

package config

import (
	"slices"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config/rule"
)

// Set is what policy files say together, read and judged. It never changes, so that it may be used
// from any goroutine.
type Set struct{ stack *stack }

// Layers are those that are not of the files. The zero Layers are none.
type Layers struct {
	// Code is the policy that the program gave for the dependency.
	Code actors.Policy
	// Rules are the names of those that hold, in any order.
	Rules []string
	// Overrides are an operator's, later ones over earlier ones.
	Overrides []Override
}

// Override is an operator's change of one value of one dependency, for a time.
type Override struct {
	// Dependency is its name; no wildcards.
	Dependency string
	// Path is the field: "bulkhead.concurrency"; a section takes a section.
	Path string
	// Value is YAML: "8", "300ms", "off", "{attempts: 1}".
	Value string
	// By is who did it, and Reason why. Both are asked for.
	By, Reason string
	// Until is when it ends, by the wall clock. [Set.Resolve] knows no clock: who calls it leaves out those that ended.
	Until time.Time
}

// Resolved is the policy of one dependency, with the origin of all that it says.
type Resolved struct {
	// Name is the dependency's.
	Name string
	// Policy is what its guard is to be given.
	Policy actors.Policy
	// Values are what the policy says with its defaults, in the order of its fields.
	Values []Value
}

// Value is one value of a policy.
type Value struct {
	// Path is the field: "retry.attempts"; of an operation that of the file: "operations.charge.deadline.total".
	// Text is the value in natural units; "off" where a section or field was taken away.
	Path, Text string
	// Origin is where it came from.
	Origin Origin
	// Under is what lies under it, the nearest first: what other layers say of the field.
	Under []Said
}

// Said is what a layer says of a field. Text is "off" where it takes it away.
type Said struct {
	// Text is the value as it is written there, and Origin where it came from. Of what a section that is off hides,
	// the field stands before it: "attempts: 5".
	Text   string
	Origin Origin
}

// Rule switches profiles on while a condition holds.
type Rule struct {
	// Name is the rule's in the file.
	Name string
	// When it begins and Until it ends.
	When, Until rule.Condition
	// Profiles are laid over Dependencies: names, or patterns with wildcards; empty: all entries of the files.
	Profiles, Dependencies []string
	// Origin is where it stands.
	Origin Origin

	entries []string // of the files
}

// For reports whether the rule is for the dependency: whether it names it, or a pattern that matches it, and
// the files have an entry for it.
func (r Rule) For(name string) bool {
	match := func(pattern string) bool { return matches(pattern, name) }
	if r.entries == nil { // made by hand
		return len(r.Dependencies) == 0 || slices.ContainsFunc(r.Dependencies, match)
	}
	return slices.ContainsFunc(r.entries, match) && (len(r.Dependencies) == 0 || slices.ContainsFunc(r.Dependencies, match))
}

// Forced is a line of force: it allows one change that would be refused.
type Forced struct {
	// Dependency and Path are what it names: "payments" and "bulkhead.concurrency".
	Dependency, Path string
	// Value is the new value, where the line gives one ("payments.bulkhead.concurrency=4"); empty: any.
	Value string
	// Origin is where it stands.
	Origin Origin
}
