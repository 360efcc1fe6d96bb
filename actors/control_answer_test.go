// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"testing"
	"testing/synctest"
)

func TestAnswerThatWasGivenCountsWhateverEndedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		r, eu := member(t, sys, "payments", Policy{}, echo), group(t, sys, "eu", GroupPolicy{})
		if err := r.Stop(t.Context()); err != nil || eu.Stop(t.Context()) != nil {
			t.Fatal(err)
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		for range 100 { // a choice between two is made at random
			answer := make(chan error, 2)
			answer <- nil
			answer <- nil
			if _, err := answerOf(gone, r.Guard, answer); err != nil {
				t.Fatal(err)
			}
			if _, err := askGroup(gone, eu, nil, answer); err != nil {
				t.Fatal(err)
			}
		}
	})
}
