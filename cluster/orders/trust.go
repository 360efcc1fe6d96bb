// SPDX-License-Identifier: Apache-2.0

package orders

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
)

// Trust is whose orders a node of one fleet obeys. It does not change; any number of
// goroutines may use it. The zero Trust trusts nobody.
type Trust struct {
	fleet string
	of    map[Key]Operator
}

// NewTrust returns the trust of a node of a fleet in operators. None is allowed: then every order is
// refused, and the fleet does as its evidence says. The error lists everything wrong.
func NewTrust(fleet string, operators ...Operator) (Trust, error) {
	t := Trust{fleet: fleet, of: make(map[Key]Operator, len(operators))}
	var problems fuseboard.Problems
	if !isLabel(fleet) {
		problems = append(problems, notALabel(fleet))
	}
	for _, o := range operators {
		problems = append(problems, nameProblems(o.Name)...)
		if o.public == nil {
			problems = append(problems, fuseboard.Problem{Path: "operators", Code: codeMissing, Value: quote(o.Name), Message: "has no key", Fix: "make operators with ParseOperator"})
			continue
		}
		k := o.Key()
		if had, there := t.of[k]; there && had.Name != o.Name {
			problems = append(problems, fuseboard.Problem{
				Path: "operators", Code: "twice", Value: o.Name, Message: "has the key " + k.String() + ", which is " + had.Name + "'s",
				Fix: "give everybody a key of his own, or this one a single name",
			})
		}
		t.of[k] = o
	}
	if len(problems) > 0 {
		return Trust{}, problems
	}
	return t, nil
}

// Fleet returns the label of the fleet.
func (t Trust) Fleet() string { return t.fleet }

// Operators returns who is trusted, by name, and by key where several have one name.
func (t Trust) Operators() []Operator {
	return slices.SortedFunc(maps.Values(t.of), func(a, b Operator) int {
		if a.Name != b.Name {
			return strings.Compare(a.Name, b.Name)
		}
		return a.Key().compare(b.Key())
	})
}

// Verify returns the order in s if a trusted operator signed it for this fleet, and it is in force or
// just about to be at now. Otherwise the error is a *[RefusedError] with the reason.
func (t Trust) Verify(s Signed, now time.Time) (Order, error) {
	if err := t.Genuine(s, now); err != nil {
		return Order{}, err
	}
	if s.claim.Ended(now) {
		return Order{}, &RefusedError{Reason: Expired, Key: s.key, Time: s.claim.end(), Now: now}
	}
	return s.Claim(), nil
}

// Genuine reports whether a trusted operator signed s for this fleet, and not ahead of now; whether its time is over is no matter: an
// order that has ended keeps from coming back what it superseded, and has to reach everybody as long as there may be some of that.
// The error is a *[RefusedError] with the reason.
func (t Trust) Genuine(s Signed, now time.Time) error {
	if _, err := t.signer(s); err != nil {
		return err
	}
	return ahead(s, now)
}

// signer returns who signed s, for this fleet, whenever that was.
func (t Trust) signer(s Signed) (Operator, error) {
	if s.bytes == "" {
		return Operator{}, &RefusedError{Reason: Malformed, Cause: errNothing}
	}
	o, trusted := t.of[s.key]
	switch {
	case !trusted:
		return Operator{}, &RefusedError{Reason: UnknownKey, Key: s.key}
	case !s.genuine(o.public):
		return Operator{}, &RefusedError{Reason: BadSignature, Key: s.key}
	case s.claim.Fleet != t.fleet:
		return Operator{}, &RefusedError{Reason: OtherFleet, Key: s.key, Fleet: s.claim.Fleet, Ours: t.fleet}
	}
	return o, nil
}

// ahead refuses what is of a time that has not come. Its version counts: it is never before the time of issue.
func ahead(s Signed, now time.Time) error {
	if at := s.claim.Version.Time(); at.After(now.Add(Ahead)) {
		return &RefusedError{Reason: TooFarAhead, Key: s.key, Time: at, Now: now}
	}
	return nil
}
