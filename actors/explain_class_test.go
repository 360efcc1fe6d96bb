// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

// What the policy says of a class is what is explained of it, also of a class of the user's own.
func TestExplainTellsTheScheduleOfEachClassThatThePolicyNames(t *testing.T) {
	p := Policy{
		Deadline: Deadline{Total: time.Minute, Attempt: time.Second},
		Retry: Retry{
			Attempts: 2, Only: []fuseboard.Class{"timeout", "reset", "quirk"},
			Classes: map[fuseboard.Class]ClassRetry{"timeout": {Attempts: 1}, "reset": {Attempts: 5}},
		},
	}
	other := p
	other.Retry.Only, other.Retry.Classes = nil, map[fuseboard.Class]ClassRetry{"quirk": {Attempts: 4}}
	for _, c := range []struct {
		policy Policy
		want   []string
	}{
		{p, []string{
			"timeout: not repeated, as retry.classes gives it one attempt;", "quirk: repeated after 0s to 50ms if the Safe hook agrees;",
			"reset: repeated after 0s to 50ms (up to 5 attempts) if the Safe hook agrees;", "throttled, panicked: not repeated, as retry.only does not name it;",
		}},
		{other, []string{"quirk: repeated after 0s to 50ms (up to 4 attempts) if the Safe hook agrees;", "panicked: never repeated;"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := spawn(t, start(t), c.policy, func(context.Context, int) (int, error) { return 0, nil }, With[int, int]{Safe: Always[int]})
			words := r.Explain().Operations[0].Repeated
			for _, want := range c.want {
				if !strings.Contains(words, want) {
					t.Errorf("no %q in %q", want, words)
				}
			}
		})
	}
}
