// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"hash/fnv"
	"regexp"
	"testing"

	"pgregory.net/rapid"
)

func TestOperationsAreListedAsTheyWereBound(t *testing.T) {
	sys := start(t)
	r := spawn(t, sys, Policy{Retry: Retry{Attempts: 2}}, echo)
	for _, op := range []string{"b", "a", "c"} {
		if _, err := Bind(r.Guard, op, echo); err != nil {
			t.Fatal(err)
		}
		if _, err := Bind(r.Guard, op, echo); err == nil {
			t.Errorf("%q was bound twice", op)
		}
	}
	var names string
	for _, op := range r.ops.list() {
		names += "," + op.name
	}
	if names != ",,b,a,c" {
		t.Errorf("operations %q", names)
	}
	other, err := Spawn(sys, "other", echo, Policy{})
	if err != nil || other.ops.before != nil || other.ops.name != "" {
		t.Errorf("another guard has what was bound to this: %v, %+v", err, other.ops)
	}
}

// What Spawn binds and what Do runs as is one operation, unless its handler is rebuilt.
func TestDoRunsAsTheOperationOfSpawnButNotOfRebuild(t *testing.T) {
	sys := start(t)
	r := spawn(t, sys, Policy{}, echo)
	d := &driver{}
	db, err := Rebuild(sys, "db", d.build, Policy{})
	if err != nil {
		t.Fatal(err)
	}
	if r.op != r.self || db.op == db.self || db.self.generations != nil {
		t.Error("not so")
	}
}

func TestNamesAreThoseOfTheExpression(t *testing.T) {
	accepted := regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,62}$`)
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(
			rapid.String(),
			rapid.StringOfN(rapid.RuneFrom([]rune("az09_.-AZ/ \n$ä")), 0, 66, -1),
			rapid.StringOfN(rapid.RuneFrom([]rune("az09_.-")), 0, 66, -1),
		).Draw(t, "name")
		if got, want := isName(name), accepted.MatchString(name); got != want {
			t.Fatalf("%q: %v, want %v", name, got, want)
		}
	})
}

func TestHashIsFNV(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		h := fnv.New64a()
		_, _ = h.Write([]byte(name))
		if hashOf(name) != h.Sum64() {
			t.Fatalf("%q: %d, want %d", name, hashOf(name), h.Sum64())
		}
	})
}
