// SPDX-License-Identifier: Apache-2.0

package config

import (
	"testing"

	"github.com/fuseboard/fuseboard/actors"
)

// Who writes retry: off for an operation means that it is never repeated; the policy's own would be for it.
func TestOffForAnOperationIsRefusedWhereThePolicyIsForIt(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"{retry: {attempts: 3}, operations: {charge: {retry: off}}}", "error off-for-operation dependencies.a.operations.charge.retry f.yaml:4:58 (dependency a)"},
		{"{retry: {attempts: 3}, operations: {charge: {retry: {attempts: off}}}}", "error off-for-operation dependencies.a.operations.charge.retry.attempts f.yaml:4:69 (dependency a)"},
		{"{bulkhead: {queue: 3, max_wait: 1s}, operations: {charge: {max_wait: off}}}", "error off-for-operation dependencies.a.operations.charge.max_wait f.yaml:4:75 (dependency a)"},
		{"{retry: {attempts: 3}, operations: {charge: {retry: {attempts: 1}, cost: off, max_wait: off}}}", ""},
		{"{breaker: {min_calls: 3}, operations: {charge: {retry: off}}}", ""},
		{"{retry: {attempts: 3}, operations: {charge: off}}", ""},
	} {
		_, ps := Read(file("defaults: {deadline: {total: 10s, attempt: 1s}}\ndependencies:\n  "+"a: "+c.text+"\n"), Options{})
		got := ""
		for _, line := range brief(ps.Errors()) {
			got += line
		}
		if got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.text, got, c.want)
		}
	}
}

func TestAnOverrideOffForAnOperationIsRefusedToo(t *testing.T) {
	s := sound(t, "dependencies: {a: {deadline: {total: 10s, attempt: 1s}}}", Options{})
	off := Override{Dependency: "a", Path: "operations.charge.retry", Value: "off", By: "ann", Reason: "charged twice"}
	_, ps := s.Resolve("a", Layers{Code: actors.Policy{Retry: actors.Retry{Attempts: 3}}, Overrides: []Override{off}})
	if ps.Err() == nil {
		t.Error("accepted, and the policy of the program repeats it")
	}
	off.Value = "{attempts: 1}"
	if _, ps = s.Resolve("a", Layers{Code: actors.Policy{Retry: actors.Retry{Attempts: 3}}, Overrides: []Override{off}}); ps.Err() != nil {
		t.Error(ps)
	}
}

func TestASectionWithoutAFieldIsWarnedOf(t *testing.T) {
	_, ps := Read(file("dependencies: {a: {bulkhead: {concurrency: 3}, breaker: {}}}"), Options{})
	same(t, brief(ps), []string{"warning section-without-field dependencies.a.breaker f.yaml:2:48 (dependency a)"})
}

// What a line says in one breath is judged as in a file; there is no warning of it, so that nothing is accepted that does nothing.
func TestALineThatSaysNothingIsRefused(t *testing.T) {
	s := sound(t, "dependencies: {a: {bulkhead: {concurrency: 3}}}", Options{})
	for _, c := range [][2]string{{"breaker", "{}"}, {"retry", "{backoff: {}}"}, {"cases", "[{cost: ~, max_wait: 1s}]"}} {
		_, ps := s.Resolve("a", Layers{Overrides: []Override{{Dependency: "a", Path: c[0], Value: c[1], By: "ann", Reason: "a slip"}}})
		if ps.Err() == nil {
			t.Errorf("%s=%s is accepted as an override", c[0], c[1])
		}
		if _, ps = Read(file("dependencies: {a: {bulkhead: {concurrency: 3}}}"), Options{Flags: []string{"a." + c[0] + "=" + c[1]}}); ps.Err() == nil {
			t.Errorf("%s=%s is accepted as a flag", c[0], c[1])
		}
	}
}
