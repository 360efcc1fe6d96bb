// SPDX-License-Identifier: Apache-2.0

package fromgobreaker

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/sony/gobreaker/v2"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/docs/coming-from/internal/fake"
)

func TestAGuardInShadowChangesNothingAndForetellsTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		both, guard, err := NewBoth(fake.System(t), func(context.Context, string) (float64, error) {
			asked++
			return 0, fake.ErrDown
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 10 {
			if _, err := both.Rate(t.Context(), "EUR"); err != fake.ErrDown { //nolint:errorlint // untouched
				t.Errorf("in shadow an error is changed into %v", err)
			}
		}
		if _, err := both.Rate(t.Context(), "EUR"); !errors.Is(err, gobreaker.ErrOpenState) || asked != 10 {
			t.Errorf("gobreaker decides no more: %v after %d", err, asked)
		}
		if guard.State() != actors.Open {
			t.Errorf("the guard in shadow is %s after what opened gobreaker", guard.State())
		}
		if err := Enforce(t.Context(), guard); err != nil {
			t.Fatal(err)
		}
		_, err = actors.Do(t.Context(), guard, func(context.Context) (int, error) { return 0, nil })
		if !errors.Is(err, actors.ErrOpen) {
			t.Errorf("enforced, with the evidence of the shadow: %v", err)
		}
	})
}
