// SPDX-License-Identifier: Apache-2.0

package world

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

// told compares problems, as "path code", a warning with a question mark.
func expect(t *testing.T, what string, ps fuseboard.Problems, want ...string) {
	t.Helper()
	var got []string
	for _, p := range ps {
		line := p.Path + " " + p.Code
		if p.Warning {
			line += "?"
		}
		got = append(got, line)
		if p.Message == "" || p.Fix == "" && p.Accepted == "" && !strings.Contains(p.Message, "accepted") {
			t.Errorf("%s: %q says not what to do", what, p.Error())
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q\n%s", what, got, want, ps.Error())
	}
}

func TestAModelTellsEverythingThatIsWrongAtOnce(t *testing.T) {
	expect(t, "zero", Model{}.Validate())
	expect(t, "all", Model{
		Latency: Latency{Kind: Uniform, Median: -1, P99: 1}, Errors: 2, Abandoned: 9,
		Capacity: Capacity{Concurrency: -1, Queue: 2_000_000, Order: 7, RetryAfter: -1},
		WarmUp:   WarmUp{For: 48 * time.Hour, From: 2}, Quota: Quota{Limit: -1, Per: 1, RetryAfter: -1},
	}.Validate(),
		"latency.median negative", "latency.median conflict", "latency.p99 conflict", "latency.max missing",
		"errors out-of-range", "capacity.concurrency negative", "capacity.queue out-of-range", "capacity.order bad-value", "capacity.retry_after negative",
		"warm_up.for out-of-range", "warm_up.from out-of-range", "quota.limit negative", "quota.per out-of-range", "quota.retry_after negative", "abandoned bad-value")
	expect(t, "idle", Model{Capacity: Capacity{Queue: 1, RetryAfter: 1}, WarmUp: WarmUp{From: 0.5, Cold: true}, Quota: Quota{Per: time.Second, RetryAfter: 1}}.Validate(),
		"capacity.queue without-effect?", "capacity.retry_after without-effect?", "warm_up.from without-effect?", "warm_up.cold without-effect?",
		"quota.per without-effect?", "quota.retry_after without-effect?")
}

func TestALatencyHasWhatItsKindReadsAndNothingElse(t *testing.T) {
	trace := []time.Duration{ms}
	for _, c := range []struct {
		l    Latency
		want []string
	}{
		{Latency{}, nil},
		{Latency{Median: ms, P99: 2 * ms, Min: ms, Max: time.Second}, nil},
		{Latency{Median: ms, P99: ms}, []string{"p99 min-over-max"}},
		{Latency{Min: 2 * ms, Max: ms}, []string{"max min-over-max"}},
		{Latency{Min: ms, Max: ms}, nil},
		{Latency{P99: ms}, []string{"p99 conflict"}},
		{Latency{Min: ms}, []string{"min conflict"}},
		{Latency{Median: ms, Trace: trace}, []string{"median conflict"}},
		{Latency{Kind: Lognormal, Median: ms, Trace: trace}, []string{"trace conflict"}},
		{Latency{Kind: Constant, Median: ms, P99: 2 * ms}, []string{"p99 conflict"}},
		{Latency{Kind: Exponential}, []string{"median missing"}},
		{Latency{Kind: Trace}, []string{"trace missing"}},
		{Latency{Trace: []time.Duration{ms, -1}}, []string{"trace[1] negative"}},
		{Latency{Kind: 99, Median: ms}, []string{"kind bad-value", "median conflict"}},
	} {
		expect(t, c.l.Kind.String(), c.l.Validate(), c.want...)
	}
}

func TestALoadTellsEverythingThatIsWrongAtOnce(t *testing.T) {
	expect(t, "good", Load{To: "payments", Rate: 1}.Validate())
	expect(t, "nothing", Load{}.Validate(), "to missing", "rate missing")
	expect(t, "all", Load{
		To: "payments", Rate: -1, Arrivals: 9, Users: -1, Think: -1, Recorded: "a.csv", From: time.Minute, Until: time.Second,
		Shape:    []Step{{At: time.Second, Rate: Rate(math.NaN()), For: 2 * time.Second, Ramp: 3 * time.Second}, {At: 2 * time.Second, Rate: 2e6}},
		Priority: 9, Tenants: map[string]float64{"a": 0, "b": -1}, Keys: -1, Timeout: 1, Again: Again{Times: 101, After: -1},
	}.Validate(),
		"rate out-of-range", "arrivals bad-value", "shape[0].rate out-of-range", "shape[0].ramp not-in-order", "shape[1].rate out-of-range", "shape[1].at not-in-order",
		"users negative", "think negative", "users conflict", "recorded conflict", "until not-in-order", "tenants.b negative",
		"priority bad-value", "keys negative", "timeout out-of-range", "again.times out-of-range", "again.after negative")
	expect(t, "idle", Load{To: "payments", Recorded: "a.csv", Arrivals: Even, Think: 1, Again: Again{After: 1}}.Validate(),
		"think without-effect?", "arrivals without-effect?", "again.after without-effect?")
	expect(t, "weights", Load{To: "payments", Rate: 1, Tenants: map[string]float64{"a": 0}}.Validate(), "tenants bad-value")
}

func TestAnEffectTellsEverythingThatIsWrongAtOnce(t *testing.T) {
	expect(t, "zero", Effect{}.Validate())
	expect(t, "all", Effect{
		Errors: 2, Class: "odd", RetryAfter: -1, Latency: Stretch{Times: -1}, Hang: -1, Capacity: 50, Ramp: -1, Nodes: []int{1, 0},
	}.Validate(),
		"errors out-of-range", "class bad-value", "retry_after without-effect?", "retry_after negative", "latency out-of-range", "hang negative",
		"capacity out-of-range", "ramp negative", "capacity conflict", "nodes[1] out-of-range")
	expect(t, "idle", Effect{Class: "reset", Ramp: 1, Crash: true}.Validate(), "class without-effect?", "ramp without-effect?")
}

func TestADependencyIsMadeOfAModelWithoutProblemsAlone(t *testing.T) {
	_, err := NewDependency("", Model{Errors: -1}, 1)
	var problems fuseboard.Problems
	if !errors.As(err, &problems) || len(problems) != 2 {
		t.Fatal(err)
	}
	expect(t, "both", problems, "name missing", "errors negative")
	if d, err := NewDependency("payments", Model{Capacity: Capacity{Queue: 1}}, 1); err != nil || d.Name() != "payments" {
		t.Error("a warning stops it:", err)
	}
}
