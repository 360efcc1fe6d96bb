// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func TestARunMeasuresTheSameCallsOnAllSides(t *testing.T) {
	var progress strings.Builder
	r, err := Run(t.Context(), Options{For: 2 * time.Second, Seed: 1, Progress: &progress})
	if err != nil {
		t.Fatal(err)
	}
	made := 0
	for range Arrivals(1, rate, 2*time.Second) {
		made++
	}
	for name, n := range map[string]Numbers{"unprotected": r.Unprotected, "protected": r.Protected, "with answers": r.WithAnswers} {
		if n.Calls != made || n.OK+n.Failed+n.Refused != made {
			t.Errorf("%s: %d calls, of these %d ok, %d failed, %d refused; %d arrived", name, n.Calls, n.OK, n.Failed, n.Refused, made)
		}
		if n.OK == 0 || n.UpstreamRequests == 0 || n.P99 < n.P50 {
			t.Errorf("%s: measured %+v", name, n)
		}
	}
	if n := r.Unprotected; n.Refused != 0 || n.UpstreamRequests > made {
		t.Errorf("unprotected: %d refused, %d requests for %d calls", n.Refused, n.UpstreamRequests, made)
	}
	if r.Unprotected.Degraded+r.Unprotected.FromCache+r.Protected.Degraded+r.Protected.FromCache != 0 || r.Protected.Oldest != 0 {
		t.Errorf("sides without answers of their own gave some: %+v, %+v", r.Unprotected, r.Protected)
	}
	if n := r.WithAnswers; n.Degraded == 0 || n.FromCache == 0 || n.Oldest == 0 || n.UpstreamRequests >= r.Protected.UpstreamRequests {
		t.Errorf("with answers: measured %+v", n)
	}
	if r.Ran != r.Total || r.Total != 2*time.Second {
		t.Errorf("ran %s of %s", r.Ran, r.Total)
	}
	for _, phase := range []string{"healthy", "slow", "failing", "hanging"} {
		if !strings.Contains(progress.String(), ">> upstream "+phase) {
			t.Errorf("the progress lacks the phase %s:\n%s", phase, progress.String())
		}
	}
	fits(t, progress.String())
}

// cancelAt cancels when the text goes by.
type cancelAt struct {
	text   string
	cancel func()
}

func (c cancelAt) Write(p []byte) (int, error) {
	if strings.Contains(string(p), c.text) {
		c.cancel()
	}
	return len(p), nil
}

func TestACancelledRunReportsWhatItMeasuredSoFar(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := Run(ctx, Options{For: 10 * time.Minute, Seed: 1, Progress: cancelAt{"upstream healthy", cancel}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Ran >= r.Total || r.Unprotected.Calls != r.Protected.Calls || r.WithAnswers.Calls != r.Protected.Calls || r.Protected.Recovery != NotRecovered {
		t.Errorf("got %+v", r)
	}
	if table := tableOf(t, r); !strings.Contains(table, "stopped after") {
		t.Errorf("the table does not say that it was stopped:\n%s", table)
	}
}

func TestARunThatWasCancelledBeforeItBeganHasNoCalls(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := Run(ctx, Options{For: time.Minute, Progress: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	if r.Protected.Calls != 0 {
		t.Errorf("%d calls were made", r.Protected.Calls)
	}
	fits(t, tableOf(t, r))
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestProgressThatCannotBeWrittenDoesNotSpoilTheReport(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, Options{For: time.Minute, Progress: fullDisk{}}); err != nil {
		t.Error(err)
	}
}
