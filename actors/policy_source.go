// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"github.com/fuseboard/fuseboard"
)

// PolicySource gives guards their policies from elsewhere than the program: from files
// (config/live), from a fleet. Its methods are called on the goroutine that makes the guard, by
// several at once; they must not make guards of the same System.
type PolicySource interface {
	// PolicyOf returns the policy of a guard, or a [Keyring], of that name that is about to be
	// made, where the program gave code. Its error is returned by who makes the guard.
	PolicyOf(name string, code Policy) (Policy, error)
	// Made hears that it has been made, and can be found in the System: also of one that it was not asked for, because
	// FollowPolicies came while it was made. It must not wait for anything.
	Made(name string, code Policy)
}

// FollowPolicies lets src say with which policy each guard and keyring begins that is made from now on, until
// stop is called. It changes nothing for those that there are. What follows later src gives by
// Update. Groups and the System itself have no policy from it.
//
// Errors: a [fuseboard.Problem] for a src that is nil, a System that no Start made, and one that follows another
// already.
func (s *System) FollowPolicies(src PolicySource) (stop func(), err error) {
	if src == nil || !s.made() {
		return nil, fuseboard.Problem{Path: "policies", Code: codeNil, Message: "needs a source and a System of Start", Fix: "pass both"}
	}
	held := &policySource{src}
	if !s.policies.CompareAndSwap(nil, held) {
		return nil, fuseboard.Problem{
			Path: "policies", Code: codeFollows, Message: "come from another source already",
			Fix: "stop the other first, or give it both sets of files",
		}
	}
	return func() { s.policies.CompareAndSwap(held, nil) }, nil
}

// policySource makes a source something that a pointer can be swapped to.
type policySource struct{ PolicySource }

// announce tells the source of a guard that has been made: the one that was asked for its policy, or one that
// came while it was made.
func (s *System) announce(asked *policySource, name string, code Policy) {
	if asked == nil {
		asked = s.policies.Load()
	}
	if asked != nil {
		asked.Made(name, code.clone())
	}
}

// codeFollows: there is a source already.
const codeFollows = "follows-another"

// sourced is what the System's source makes of a policy, and that source, to be told once its guard has been made.
func sourced(under Parent, name string, code Policy) (Policy, *policySource, error) {
	sys, err := systemOf(under)
	if err != nil || !sys.made() { // the latter is told by who makes the guard
		return code, nil, err
	}
	src := sys.policies.Load()
	if src == nil {
		return code, nil, nil
	}
	if err := checkName("name", name); err != nil {
		return code, nil, err
	}
	given, err := src.PolicyOf(name, code)
	return given, src, err
}
