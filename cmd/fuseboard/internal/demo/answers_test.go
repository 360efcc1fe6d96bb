// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"errors"
	"reflect"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

func TestThePolicyWithAnswersAddsNothingButTwoSections(t *testing.T) {
	for _, length := range []time.Duration{2 * time.Second, 25 * time.Second, 10 * time.Minute} {
		p := withAnswers(Policy(length), length)
		if problems := p.Validate(); problems != nil {
			t.Errorf("%s: %v", length, problems)
		}
		if !p.Cache.On() || !p.Fallback.On() {
			t.Errorf("%s: cache %v, fallback %v", length, p.Cache, p.Fallback)
		}
		p.Cache, p.Fallback = actors.Cache{}, actors.Fallback{}
		if !reflect.DeepEqual(p, Policy(length)) {
			t.Errorf("%s: another policy than that of the protected side", length)
		}
	}
}

// answered is a call by a side, as it is recorded.
func answered(t *testing.T, s *side, item int) Sample {
	t.Helper()
	s.one(t.Context(), 0, request{item: item}, stopwatch())
	all := s.record.After(0)
	return all[len(all)-1]
}

func TestAnUpstreamThatIsDownIsAnsweredForByTheCacheThenByTheListPriceThenByNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys, err := actors.Start(actors.Options{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = stop(sys) }()
		var down atomic.Bool // a refresh asks behind its caller
		s := &side{}
		if s.call, err = answersOver(sys, func(context.Context, request) (string, error) {
			if down.Load() {
				return "", errors.New("down")
			}
			return "a price", nil
		}, withAnswers(Policy(25*time.Second), 25*time.Second)); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			says string
			wait time.Duration
			down bool
			item int
			want Sample // but its times
		}{
			{"asked", 0, false, 1, Sample{}},
			{"kept", 500 * time.Millisecond, true, 1, Sample{Cached: true, Age: 500 * time.Millisecond}},
			{"stale, and refreshed in vain", 1500 * time.Millisecond, true, 1, Sample{Cached: true, Age: 2 * time.Second}},
			{"stale in place of an error", 4 * time.Second, true, 1, Sample{Degraded: true, Age: 6 * time.Second}},
			{"too old, and not listed", 6 * time.Second, true, 1, Sample{End: Failed}},
			{"never asked for, listed", 0, true, 2, Sample{Degraded: true}},
			{"never asked for, not listed", 0, true, 3, Sample{End: Failed}},
			{"back", time.Second, false, 3, Sample{}},
		} {
			time.Sleep(step.wait)
			down.Store(step.down)
			got := answered(t, s, step.item)
			got.At, got.Took, got.Age = 0, 0, got.Age.Round(100*time.Millisecond) // which a repetition may add to
			if got != step.want {
				t.Errorf("%s: recorded %+v, want %+v", step.says, got, step.want)
			}
		}
	})
}
