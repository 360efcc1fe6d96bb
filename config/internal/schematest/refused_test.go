// SPDX-License-Identifier: Apache-2.0

package schematest

import (
	"slices"
	"testing"
)

const head = "apiVersion: fuseboard/v1\n"

// Each is a file with a flaw that a schema can see, and where it is. The validator tells no
// place of a name that is refused by its letters.
var refused = map[string]struct{ file, at string }{
	"no version":              {"dependencies: {}", ""},
	"another version":         {"apiVersion: fuseboard/v2", "apiVersion"},
	"an unknown name":         {head + "dependency: {}", ""},
	"a section at the top":    {head + "retry: {attempts: 2}", ""},
	"an unknown section":      {head + "dependencies: {payments: {retries: {}}}", "dependencies.payments"},
	"an unknown field":        {head + "dependencies: {payments: {retry: {atempts: 2}}}", "dependencies.payments.retry"},
	"a field in a profile":    {head + "profiles: {quick: {deadline: {totl: 2s}}}", "profiles.quick.deadline"},
	"a field in the defaults": {head + "defaults: {deadline: {totl: 2s}}", "defaults.deadline"},
	"extends in an entry":     {head + "dependencies: {payments: {extends: quick}}", "dependencies.payments"},
	"no unit":                 {head + "defaults: {deadline: {total: 5}}", "defaults.deadline.total"},
	"no unit in quotes":       {head + "defaults: {deadline: {total: '5'}}", "defaults.deadline.total"},
	"a unit too far":          {head + "defaults: {deadline: {total: 5 sec}}", "defaults.deadline.total"},
	"days":                    {head + "defaults: {deadline: {total: 1d}}", "defaults.deadline.total"},
	"a negative time":         {head + "defaults: {deadline: {total: -5s}}", "defaults.deadline.total"},
	"percent without a sign":  {head + "defaults: {breaker: {failure_rate: 50}}", "defaults.breaker.failure_rate"},
	"a share that is none":    {head + "defaults: {breaker: {failure_rate: half}}", "defaults.breaker.failure_rate"},
	"half an attempt":         {head + "defaults: {retry: {attempts: 1.5}}", "defaults.retry.attempts"},
	"a number in quotes":      {head + "defaults: {retry: {attempts: '3'}}", "defaults.retry.attempts"},
	"too many attempts":       {head + "defaults: {retry: {attempts: 11}}", "defaults.retry.attempts"},
	"negative attempts":       {head + "defaults: {retry: {attempts: -1}}", "defaults.retry.attempts"},
	"between none and least":  {head + "defaults: {deadline: {adaptive: {factor: 1.1}}}", "defaults.deadline.adaptive.factor"},
	"an unknown word":         {head + "defaults: {bulkhead: {order: random}}", "defaults.bulkhead.order"},
	"a word in capitals":      {head + "defaults: {bulkhead: {order: FIFO}}", "defaults.bulkhead.order"},
	"a truth for a word":      {head + "defaults: {mode: true}", "defaults.mode"},
	"a word for a truth":      {head + "defaults: {bulkhead: {fair: maybe}}", "defaults.bulkhead.fair"},
	"a list for a section":    {head + "defaults: {retry: [2]}", "defaults.retry"},
	"a text for a list":       {head + "defaults: {retry: {only: timeout}}", "defaults.retry.only"},
	"a class in capitals":     {head + "defaults: {retry: {only: [TIMEOUT]}}", "defaults.retry.only.0"},
	"a class in a map":        {head + "defaults: {breaker: {weights: {Time Out: 1}}}", "defaults.breaker.weights"},
	"a weight too heavy":      {head + "defaults: {breaker: {weights: {timeout: 5}}}", "defaults.breaker.weights.timeout"},
	"a field of a class":      {head + "defaults: {retry: {classes: {timeout: {budget: {}}}}}", "defaults.retry.classes.timeout"},
	"a field of a step":       {head + "defaults: {fallback: {steps: [{when: timeout}]}}", "defaults.fallback.steps.0"},
	"a field of a case":       {head + "defaults: {cases: [{breaker: {}}]}", "defaults.cases.0"},
	"a priority":              {head + "defaults: {cases: [{priorities: [urgent]}]}", "defaults.cases.0.priorities.0"},
	"an operation's breaker":  {head + "dependencies: {payments: {operations: {charge: {breaker: {}}}}}", "dependencies.payments.operations.charge"},
	"an operation's tenant":   {head + "dependencies: {payments: {operations: {charge: {tenant: a}}}}", "dependencies.payments.operations.charge"},
	"operations of all":       {head + "defaults: {operations: {}}", "defaults"},
	"a mode that is off":      {head + "defaults: {mode: off}", "defaults.mode"},
	"off in a case":           {head + "defaults: {cases: [{retry: off}]}", "defaults.cases.0.retry"},
	"off in a map":            {head + "defaults: {retry: {classes: {timeout: {attempts: off}}}}", "defaults.retry.classes.timeout.attempts"},
	"a name with a space":     {head + "dependencies: {'pay ments': {}}", ""},
	"a name in capitals":      {head + "dependencies: {Payments: {}}", ""},
	"a profile's wildcard":    {head + "profiles: {'quick*': {}}", ""},
	"a rule without when":     {head + "rules: {busy: {profiles: [a]}}", "rules.busy"},
	"a rule without profiles": {head + "rules: {busy: {when: cpu > 85%}}", "rules.busy"},
	"a field of a rule":       {head + "rules: {busy: {if: x, when: cpu > 85%, profiles: [a]}}", "rules.busy"},
	"a rule's list":           {head + "rules: [{when: cpu > 85%}]", "rules"},
	"force without a path":    {head + "force: [payments]", "force.0"},
	"a list at the top":       {"- a", ""},
	"nothing":                 {"", ""},
}

func TestSchemaRefusesWhatItCanSee(t *testing.T) {
	schema := compiled(t)
	for name, bad := range refused {
		err := schema.Validate(read(t, []byte(bad.file)))
		if err == nil {
			t.Errorf("%s is accepted:\n%s", name, bad.file)
		} else if !slices.Contains(places(err), bad.at) {
			t.Errorf("%s: complains at %q, not at %q", name, places(err), bad.at)
		}
	}
}

// What looks wrong and is not.
var allowed = []string{
	"", "defaults: {}", "defaults:", "defaults: {retry: off}", "defaults: {retry: null}", "defaults: {retry: false}",
	"defaults: {retry: {attempts: off}}", "defaults: {deadline: {total: off}}", "defaults: {cache: {coalesce: off}}",
	"defaults: {deadline: {total: 0}}", "defaults: {mode: null, bulkhead: {fair: off, order: null}, cases: off, cache: {negative_on: off}}",
	"defaults: {cases: [{retry: null, deadline: {total: null}, operations: [charge]}]}", "defaults: {deadline: {total: 0s}}", "defaults: {deadline: {total: 1h2m3.5s}}",
	"defaults: {breaker: {failure_rate: 0.5}}", "defaults: {breaker: {failure_rate: '12.5 %'}}", "defaults: {breaker: {weights: {my-class: 0}}}",
	"defaults: {fallback: {steps: [{value: {a: [1, null]}}, {value: off}]}}", "dependencies: {payments: {operations: {charge: off}}}",
	"dependencies: {payments: {operations: {charge: {max_wait: 10ms, cost: 2, retry: off}}}}",
	"profiles: {a: {}, b: {extends: a}, c: {extends: [a, b]}}", "dependencies: {payments: }",
	"dependencies: {'*': {profiles: a}, 'a?b': {profiles: [a]}, '1.x_y-z': {}}", "force: []",
}

func TestSchemaAcceptsWhatLooksWrong(t *testing.T) {
	schema := compiled(t)
	for _, file := range allowed {
		if err := schema.Validate(read(t, []byte(head+file))); err != nil {
			t.Errorf("%s\n%v", file, err)
		}
	}
}
