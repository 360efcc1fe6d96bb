// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/supervision"
)

func TestTransitionTellsItsNumbersInOneLine(t *testing.T) {
	for want, tr := range map[string]supervision.Transition{
		"closed -> open: failure rate 62.5% over 40 calls; open for 10s": {
			From: supervision.Closed, To: supervision.Open, Cause: supervision.CauseFailureRate,
			Before: supervision.Numbers{Calls: 40, FailureRate: 0.625}, OpenFor: 10 * time.Second,
		},
		"closed -> open: 3 failures in a row; open for 1m30s": {
			From: supervision.Closed, To: supervision.Open, Cause: supervision.CauseConsecutive,
			Before: supervision.Numbers{Consecutive: 3}, OpenFor: 90 * time.Second,
		},
		"half-open -> closed: 1 of 3 probes failed": {
			From: supervision.HalfOpen, To: supervision.Closed, Cause: supervision.CauseProbesPassed,
			Before: supervision.Numbers{Calls: 3, Failures: 1},
		},
		"closed -> open: 3 of 4 members open; open for 10s": {
			From: supervision.Closed, To: supervision.Open, Cause: supervision.CauseMembersOpen,
			Before: supervision.Numbers{Calls: 4, Failures: 3}, OpenFor: 10 * time.Second,
		},
		"closed, enforce -> hold-open: command by ann: maintenance": {
			From: supervision.Closed, To: supervision.Closed, FromMode: supervision.Enforce, Mode: supervision.HoldOpen,
			Cause: supervision.CauseCommand, By: "ann", Reason: "maintenance",
		},
	} {
		if got := tr.String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestCauseOfASingleCallIsSingular(t *testing.T) {
	for want, r := range map[string]supervision.Refusal{
		"failure rate 100% over 1 call": {Cause: supervision.CauseFailureRate, Before: supervision.Numbers{Calls: 1, FailureRate: 1}},
		"1 failure in a row":            {Cause: supervision.CauseConsecutive, Before: supervision.Numbers{Consecutive: 1}},
		"1 of 1 probe failed":           {Cause: supervision.CauseProbesFailed, Before: supervision.Numbers{Calls: 1, Failures: 1}},
		"1 of 1 member open":            {Cause: supervision.CauseMembersOpen, Before: supervision.Numbers{Calls: 1, Failures: 1}},
	} {
		r.State = supervision.Open
		if got := r.String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestRefusalTellsWhyInEveryState(t *testing.T) {
	opened := supervision.Numbers{Calls: 20, FailureRate: 1}
	for want, r := range map[string]supervision.Refusal{
		"failure rate 100% over 20 calls": {State: supervision.Open, Cause: supervision.CauseFailureRate, Before: opened},
		"half-open, and its probes are all under way; it had opened: failure rate 100% over 20 calls": {
			State: supervision.HalfOpen, Cause: supervision.CauseFailureRate, Before: opened,
		},
		"recovering, and this call is beyond the share admitted yet; it had opened: failure rate 100% over 20 calls": {
			State: supervision.Ramping, Cause: supervision.CauseFailureRate, Before: opened,
		},
		"held open by ann: maintenance": {Mode: supervision.HoldOpen, By: "ann", Reason: "maintenance"},
	} {
		if got := r.String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
