// SPDX-License-Identifier: Apache-2.0

package live

import (
	"errors"
	"fmt"
	"strings"

	"github.com/fuseboard/fuseboard"
)

// ErrClosed is the error of whatever is asked of Policies after Close.
var ErrClosed = errors.New("the policies are closed; they follow no files any more")

// VersionError names a version that is not kept.
type VersionError struct {
	// Number is what was asked for; Oldest and Newest are the range that is kept.
	Number, Oldest, Newest uint64
}

// Error says which versions are kept.
func (e *VersionError) Error() string {
	return fmt.Sprintf("version %d is not kept (accepted: %d to %d)", e.Number, e.Oldest, e.Newest)
}

// DependencyError names a dependency that neither the files nor the System know.
type DependencyError struct {
	// Name is what was asked for.
	Name string
	// Near is the name that was probably meant; empty if none is near.
	Near string
}

// Error names what was probably meant.
func (e *DependencyError) Error() string {
	said := fmt.Sprintf("no guard and no entry of the policy files is named %q", e.Name)
	if e.Near != "" {
		said += "; did you mean " + e.Near + "?"
	}
	return said
}

// RuleError names a rule that the files do not have.
type RuleError struct {
	// Name is what was asked for; Rules are those that there are.
	Name  string
	Rules []string
}

// Error names those that there are.
func (e *RuleError) Error() string {
	return fmt.Sprintf("the policy files have no rule %q (accepted: %s)", e.Name, strings.Join(e.Rules, ", "))
}

func (k *keeper) unknown(number uint64) error {
	e := &VersionError{Number: number}
	if len(k.versions) > 0 {
		e.Oldest, e.Newest = k.versions[0].Number, k.versions[len(k.versions)-1].Number
	}
	return e
}

// signed asks for the name of who does something by hand, and for the reason.
func signed(what, by, reason string) error {
	var found fuseboard.Problems
	for _, field := range [][2]string{{"by", by}, {"reason", reason}} {
		if strings.TrimSpace(field[1]) == "" {
			found = append(found, fuseboard.Problem{
				Path: what + "." + field[0], Code: "missing", Message: "is asked for, so that who is on call next knows",
				Fix: "say who does it (by) and why (reason)",
			})
		}
	}
	return found.Err()
}
