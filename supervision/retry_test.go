// SPDX-License-Identifier: Apache-2.0

package supervision_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// wantProblems compares problems with lines of "path code", and " warning".
func wantProblems(t *testing.T, got fuseboard.Problems, want ...string) {
	t.Helper()
	var lines []string
	for _, p := range got {
		line := p.Path + " " + p.Code
		if p.Warning {
			line += " warning"
		}
		lines = append(lines, line)
	}
	if !slices.Equal(lines, want) {
		t.Errorf("problems:\n%s\nwant:\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

func TestARetryIsOnWhenAnyFieldIsSet(t *testing.T) {
	if (supervision.Retry{}).On() {
		t.Error("the zero Retry is on")
	}
	for _, r := range []supervision.Retry{
		{Attempts: 1},
		{Backoff: supervision.Backoff{Jitter: supervision.NoJitter}},
		{Budget: supervision.Budget{MinPerSecond: 1}},
		{Only: []fuseboard.Class{"timeout"}},
		{MaxRetryAfter: 1},
	} {
		if !r.On() {
			t.Errorf("%+v is off", r)
		}
	}
}

func TestARetryThatIsOffHasNoDefaultsAndOneThatIsOnHasAll(t *testing.T) {
	if got := (supervision.Retry{}).WithDefaults(); got.On() {
		t.Errorf("defaults switched the section on: %+v", got)
	}
	got := supervision.Retry{Backoff: supervision.Backoff{Base: time.Second}}.WithDefaults()
	if got.Attempts != 3 || got.MaxRetryAfter != 30*time.Second || got.Backoff.Base != time.Second ||
		got.Backoff.Max != 5*time.Second || !reflect.DeepEqual(got.Budget, supervision.Budget{}.WithDefaults()) {
		t.Errorf("defaults: %+v", got)
	}
	wantProblems(t, got.Validate())
}

func TestRetryReportsEveryProblemAtOnceInTheOrderOfItsFields(t *testing.T) {
	r := supervision.Retry{
		Attempts: 11,
		Backoff:  supervision.Backoff{Base: -time.Second},
		Budget:   supervision.Budget{Ratio: 2},
		Only: []fuseboard.Class{
			"timeout", "Timeout", "", "timeout", "cancelled", "downstream", "my-own-2",
			fuseboard.Class(strings.Repeat("a", 65)),
		},
		MaxRetryAfter: 2 * time.Hour,
	}
	wantProblems(t, r.Validate(),
		"attempts out-of-range", "backoff.base negative", "budget.ratio out-of-range",
		"only[1] class-name", "only[2] class-name", "only[3] class-twice warning",
		"only[4] class-not-failed warning", "only[5] class-not-failed warning", "only[7] class-name",
		"max_retry_after out-of-range")
}

func TestRestartIsNeverOffAndHasItsDefaults(t *testing.T) {
	var zero supervision.Restart
	want := supervision.Restart{Max: 10, Within: time.Minute, Timeout: 30 * time.Second, Backoff: supervision.Backoff{
		Base: 100 * time.Millisecond, Max: 30 * time.Second, Factor: 2,
	}}
	if got := zero.WithDefaults(); got != want {
		t.Errorf("defaults: %+v", got)
	}
	if zero.On() || !want.On() {
		t.Error("On does not mean: any field is set")
	}
	wantProblems(t, zero.Validate())
	wantProblems(t, want.Validate())
	wantProblems(t, supervision.Restart{Max: -1, Within: 2 * time.Hour, Backoff: supervision.Backoff{Base: 20 * time.Second, Factor: 11}}.Validate(),
		"max negative", "within out-of-range", "backoff.factor out-of-range")
	wantProblems(t, supervision.Restart{Backoff: supervision.Backoff{Max: 60 * time.Millisecond}}.Validate(), "backoff.base base-above-max warning")
}
