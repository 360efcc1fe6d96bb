// SPDX-License-Identifier: Apache-2.0

package fromgobreaker

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/docs/coming-from/internal/fake"
)

type rater interface {
	Rate(ctx context.Context, currency string) (float64, error)
}

// step is a pause and then calls that the source answers with err.
type step struct {
	pause time.Duration
	calls int
	err   error
}

var story = []step{
	{calls: 3},
	{calls: 6, err: ErrUnknownCurrency},                    // an answer, not a failure
	{calls: 8, err: context.Canceled},                      // of the caller; counted by neither
	{calls: 12, err: fake.ErrDown},                         // opens when half of at least ten have failed
	{pause: 20 * time.Second, calls: 2},                    // still open
	{pause: 14 * time.Second, calls: 1, err: fake.ErrDown}, // the probe fails
	{calls: 2},                          // open again, for as long as before
	{pause: 34 * time.Second, calls: 3}, // the probe passes
	{calls: 9, err: fake.ErrDown},       // a new window: half of twelve
	{pause: 11 * time.Second, calls: 9, err: fake.ErrDown},
}

func TestBeforeAndAfterAnswerAlike(t *testing.T) {
	before := lived(t, func(_ *actors.System, s Source) rater { return NewBefore(s) })
	after := lived(t, func(sys *actors.System, s Source) rater {
		a, err := NewAfter(sys, s)
		if err != nil {
			t.Fatal(err)
		}
		return a
	})
	if !slices.Equal(before, after) {
		t.Errorf("the same story went differently:\nbefore %s\nafter  %s", strings.Join(before, " "), strings.Join(after, " "))
	}
	for _, word := range []string{"rate", "unknown", "left", "down", "open"} {
		if !slices.Contains(before, word) {
			t.Errorf("no call ended in %q: the story compares less than it should", word)
		}
	}
}

// lived tells how each call of the story ended, and at last how many reached the source.
func lived(t *testing.T, protect func(*actors.System, Source) rater) (told []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var source fake.Dependency
		var leave context.CancelFunc
		guarded := protect(fake.System(t), func(context.Context, string) (float64, error) {
			err := source.Call()
			if errors.Is(err, context.Canceled) {
				leave() // the caller goes while the source works
			}
			return 1.25, err
		})
		for _, s := range story {
			time.Sleep(s.pause)
			source.Next(slices.Repeat([]error{s.err}, s.calls)...)
			for range s.calls {
				var ctx context.Context
				ctx, leave = context.WithCancel(t.Context())
				rate, err := guarded.Rate(ctx, "EUR")
				leave()
				told = append(told, word(rate, err))
			}
		}
		told = append(told, strings.Repeat("|", source.Calls()))
	})
	return told
}

func word(rate float64, err error) string {
	switch {
	case err == nil && rate == 1.25:
		return "rate"
	case errors.Is(err, ErrUnknownCurrency):
		return "unknown"
	case errors.Is(err, context.Canceled):
		return "left"
	case errors.Is(err, fake.ErrDown):
		return "down"
	case errors.Is(err, gobreaker.ErrOpenState), errors.Is(err, gobreaker.ErrTooManyRequests), errors.Is(err, actors.ErrOpen):
		return "open"
	}
	return "?" + err.Error()
}
