// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"testing"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

func TestTreatmentOfEachClass(t *testing.T) {
	plainError := supervision.Treatment{Weight: 1, Scale: 1, Repeat: supervision.WhenSafe}
	notOurs := supervision.Treatment{Weight: 0, Scale: 1, Repeat: supervision.Never}
	for class, want := range map[fuseboard.Class]supervision.Treatment{
		fuseboard.ClassError:      plainError,
		fuseboard.ClassTimeout:    plainError,
		fuseboard.ClassRefused:    {Weight: 1, Scale: 1, Repeat: supervision.Always},
		fuseboard.ClassReset:      plainError,
		fuseboard.ClassThrottled:  {Weight: 0.5, Scale: 4, Repeat: supervision.WhenSafe},
		fuseboard.ClassPanicked:   {Weight: 1, Scale: 1, Repeat: supervision.Never},
		fuseboard.ClassDownstream: notOurs,
		fuseboard.ClassCancelled:  notOurs,
		"":                        plainError,
		"made-up":                 plainError,
	} {
		if got := supervision.TreatmentOf(class); got != want {
			t.Errorf("class %q: %+v, want %+v", class, got, want)
		}
	}
}

func TestRepeatAndVerbHaveWords(t *testing.T) {
	for got, want := range map[interface{ String() string }]string{
		supervision.Never: "never", supervision.WhenSafe: "when-safe", supervision.Always: "always", supervision.Repeat(9): "unknown",
		supervision.GiveUp: "give-up", supervision.Again: "again", supervision.Rebuild: "rebuild",
		supervision.Escalate: "escalate", supervision.Verb(9): "unknown",
	} {
		if got.String() != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
