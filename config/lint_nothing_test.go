// SPDX-License-Identifier: Apache-2.0

package config

import "testing"

func TestAZeroThatMeansSomethingElseIsTold(t *testing.T) {
	const deadline = "deadline: {total: 9s, attempt: 1s}"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{
			"a default that is none", "dependencies: {a: {" + deadline + ", retry: {attempts: 0, backoff: {base: 10ms}}}}\n",
			[]string{"warning zero-as-left-out dependencies.a.retry.attempts f.yaml:2:74 (dependency a)"},
		},
		{
			"over a profile's", "profiles: {p: {" + deadline + ", retry: {attempts: 2, backoff: {base: 10ms}}}}\ndependencies: {a: {profiles: p, retry: {attempts: 0}}}\n",
			[]string{"warning zero-as-left-out dependencies.a.retry.attempts f.yaml:3:51 (dependency a)"},
		},
		{
			"a limit that bounds nothing", "dependencies: {a: {" + deadline + ", bulkhead: {concurrency: 0}}}\n",
			[]string{"warning zero-as-left-out dependencies.a.bulkhead.concurrency f.yaml:2:80 (dependency a)"},
		},
		{
			"of an operation", "dependencies: {a: {" + deadline + ", retry: {attempts: 2}, operations: {b: {retry: {attempts: 0}, deadline: {total: 8s}}}}}\n",
			[]string{"warning zero-as-left-out dependencies.a.operations.b.retry.attempts f.yaml:2:113 (dependency a)"},
		},
		{"a default that is zero", "dependencies: {a: {" + deadline + ", bulkhead: {concurrency: 8, queue: 0}}}\n", nil},
		{
			"a section without a field", "dependencies: {a: {" + deadline + ", breaker: {}}}\n",
			[]string{"warning section-without-field dependencies.a.breaker f.yaml:2:56 (dependency a)"},
		},
		{"a section without a field that is on below", "defaults: {breaker: {failure_rate: 40%}}\ndependencies: {a: {" + deadline + ", breaker: {}}}\n", nil},
		{"a part of a section that is on", "dependencies: {a: {" + deadline + ", retry: {attempts: 2, backoff: {}}}}\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, ps := Read(file(c.text), Options{})
			same(t, brief(ps), c.want)
		})
	}
}
