// SPDX-License-Identifier: Apache-2.0

package telemetry

// PolicyNumbers are what the page shows of policies that come from files. It has the
// fields of live.Numbers in package config/live, so that what follows the files is shown by a
// conversion, and neither room needs the other:
//
//	Policies: func() telemetry.PolicyNumbers { return telemetry.PolicyNumbers(policies.Numbers()) },
type PolicyNumbers struct {
	// Version is the number of the version in force, from 1; 0: none yet.
	Version uint64
	// Since is when it came into force, in seconds since 1970; below 0 counts as 0.
	Since float64
	// Applied and Refused are how many edits of the files were put in force, the first reading among them, and
	// how many were not. They never fall.
	Applied, Refused uint64
	// Refusing reports that the files on disk are not in force, because of an error in them or because
	// they cannot be read; RolledBack, because an operator chose others.
	Refusing, RolledBack bool
	// Overrides is how many are in force, Rules how many rules hold for anybody; below 0 counts as 0.
	Overrides, Rules int
	// Guards is how many are followed, and Waiting how many have not got their policy yet; below 0 counts as 0.
	Guards, Waiting int
}

// lookAtPolicies asks for the numbers of policy files; nil where there are none. Whoever
// panics has no series on this page, and the rest of it is whole.
func (t *Telemetry) lookAtPolicies() (n *PolicyNumbers) {
	if t.policies == nil {
		return nil
	}
	defer func() {
		if recover() != nil {
			n = nil
		}
	}()
	now := t.policies()
	return &now
}
