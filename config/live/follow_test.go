// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

// Its own policy would not go with the edit; but it is gone.
func TestAGuardThatHasStoppedHasNoSayAndIsNotShown(t *testing.T) {
	inHouse(t, file(permits(20)), Options{}, func(h *house) {
		if err := h.protect("search", actors.Policy{Hedge: actors.Hedge{After: time.Second}, Workers: actors.Workers{Max: 4}}).Stop(h.Context()); err != nil {
			t.Fatal(err)
		}
		h.edit(file(permits(30) + "\n  search: {workers: off}"))
		if s := h.Status(); s.Refused != nil || h.permits("payments") != 30 || len(s.Guards) != 1 {
			t.Errorf("%v %+v", s.Refused, s.Guards)
		}
		if err := h.guard("payments").Stop(h.Context()); err != nil {
			t.Fatal(err)
		}
		if s := h.Status(); len(s.Guards) != 0 {
			t.Errorf("%+v", s.Guards)
		}
	}, "payments")
}

// Two calls a second and an edit every three: it takes longer than that to see ten of them.
func TestWhatARuleHasSeenSurvivesEditsOfSomethingElse(t *testing.T) {
	text := func(n int) string {
		return file(permits(20+n), "profiles: {quiet: {bulkhead: {queue: 5}}}", "rules: {bad: {when: failure_rate > 50% for 5s, profiles: [quiet]}}")
	}
	inHouse(t, text(0), Options{}, func(h *house) {
		g := h.guard("payments")
		for n := range 60 {
			_, _ = actors.Do(h.Context(), g, func(context.Context) (int, error) { return 0, errors.New("down") })
			time.Sleep(500 * time.Millisecond)
			if n%6 == 0 {
				h.edit(text(1 + n%5))
			}
		}
		if g.Policy().Bulkhead.Queue != 5 {
			t.Error(h.Status().Rules, h.Status().Refused)
		}
	}, "payments")
}

func TestARuleEndsForADependencyThatItNamesNoMore(t *testing.T) {
	text := file("  \"pay*\": {breaker: {consecutive: 3, open_for: 1h}, bulkhead: {concurrency: 20}}",
		"profiles: {quiet: {bulkhead: {concurrency: 5}}}",
		"rules: {open: {when: circuit is open, profiles: [quiet], dependencies: [%s]}}")
	inHouse(t, fmt.Sprintf(text, "payments"), Options{}, func(h *house) {
		for range 3 {
			_, _ = actors.Do(h.Context(), h.guard("payments"), func(context.Context) (int, error) { return 0, errors.New("down") })
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if h.permits("payments") != 5 || h.Numbers().Rules != 1 {
			t.Fatalf("%d permits", h.permits("payments"))
		}
		h.edit(fmt.Sprintf(text, "payouts"))
		if n := h.Numbers().Rules; h.permits("payments") != 20 || n != 0 {
			t.Errorf("%d permits, %d rules", h.permits("payments"), n)
		}
	}, "payments", "payouts")
}
