// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// fits complains of lines that are wider than a terminal.
func fits(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > 80 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func TestAShortRunPlaysFourActsAndSaysWhatItLeavesOut(t *testing.T) {
	t.Parallel()
	var progress strings.Builder
	r, err := Run(t.Context(), Options{For: time.Second, Seed: 1, Progress: &progress})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(progress.String())
	if r.Acts != acts-1 || r.Isolated != NotSeen || r.Healed != NotSeen {
		t.Errorf("played %d acts: %+v", r.Acts, r)
	}
	for _, want := range []string{"1 of 5", "2 of 5", "3 of 5", "4 of 5", "Left out"} {
		if !strings.Contains(progress.String(), want) {
			t.Errorf("the progress lacks %q", want)
		}
	}
	if strings.Contains(progress.String(), "5 of 5") {
		t.Error("it plays a partition, for which there is no time")
	}
	if missed := strings.Contains(progress.String(), "not seen within"); !missed {
		shows(t, r)
	}
	fits(t, progress.String())
}

// shows checks a report of a machine that had time.
func shows(t *testing.T, r Report) {
	t.Helper()
	if r.HeldAll < r.HeldFirst || r.HeldFirst <= 0 || r.SickSeen <= 0 || r.Members < 0 || r.Back <= 0 || r.BackAlone <= 0 {
		t.Errorf("times: %+v", r)
	}
	if apart := r.HeldAll - r.HeldFirst; apart > 1000 { // as README says
		t.Errorf("all hold %.0fms after the first", apart)
	}
	if r.Outage >= 3*perSecond/2 || r.OutageAlone >= 3*perSecond/2 || r.OthersCalls == 0 || r.OthersRefused > r.OthersCalls/2 {
		t.Errorf("counts: %+v", r)
	}
}

func TestWhoIsCutOffKnowsItAndComesBack(t *testing.T) {
	if testing.Short() {
		t.Skip("takes ten seconds")
	}
	t.Parallel()
	c, err := newCrew(t.Context(), 1, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.close(); err != nil {
			t.Error(err)
		}
	}()
	var progress strings.Builder
	s, r := newStage(c, &progress, time.Second, time.Now()), newReport()
	if err := errors.Join(s.allWell(t.Context(), &r), s.partition(t.Context(), &r)); err != nil {
		t.Fatal(err)
	}
	t.Log(progress.String())
	if r.Isolated == NotSeen || r.Healed == NotSeen {
		t.Errorf("got %+v", r)
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

func TestACancelledRunReportsWhatItSawSoFar(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := Run(ctx, Options{For: time.Hour, Seed: 1, Progress: cancelAt{"3 of 3 members", cancel}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Acts != 0 || r.Members == NotSeen || r.HeldAll != NotSeen {
		t.Errorf("got %+v", r)
	}
}

func TestARunThatWasCancelledBeforeItBeganSawNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := Run(ctx, Options{For: time.Minute, Progress: io.Discard})
	if err != nil || r != newReport() {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestThePaceFollowsTheLengthOfTheRunWithinBounds(t *testing.T) {
	for long, want := range map[time.Duration]time.Duration{0: time.Second, 30 * time.Second: 2 * time.Second, time.Hour: 10 * time.Second} {
		if got := (Options{For: long}).pace(); got != want {
			t.Errorf("a run of %s has the pace %s, want %s", long, got, want)
		}
	}
}

func TestPoliciesOfEveryPaceAreValid(t *testing.T) {
	for _, pace := range []time.Duration{time.Second, 3 * time.Second, 10 * time.Second} {
		if ps := policy(pace).Validate(); len(ps) > 0 {
			t.Errorf("pace %s: %v", pace, ps)
		}
	}
}
