// SPDX-License-Identifier: Apache-2.0

package rule_test

import (
	"fmt"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config/rule"
)

// A bad condition says where, what is accepted and what to write.
func ExampleParse() {
	c, err := rule.Parse("failure_rate > 20% for 10s or circuit is open")
	fmt.Println(c.Scope(), err)
	fmt.Println("until", c.Opposite())

	_, err = rule.Parse("cpu > 85 for 10 and circuit is opened")
	fmt.Println(err)
	// Output:
	// dependency <nil>
	// until failure_rate < 18% for 10s and circuit is not open
	// column 7: 85: has no unit: cpu is a share, in percent (accepted: 0% to 100%); write cpu > 85% [unit]
	// column 14: 10: is not a duration (accepted: 100ms to 24h); write 10s [unit]
	// column 32: opened: is never what circuit is (accepted: closed, open, half-open, ramping); did you mean open? [value]
}

// The host is busy for a while, and calm again.
func ExampleNewMachine() {
	m, err := rule.NewMachine(rule.MustParse("cpu > 85% for 3s"), rule.MustParse("cpu < 70% for 2s"))
	if err != nil {
		fmt.Println(err)
		return
	}
	now, wall := fuseboard.Instant(0), time.Date(2026, 7, 24, 12, 0, 0, 0, time.UTC)
	for _, cpu := range []float64{0.6, 0.91, 0.95, 0.93, 0.92, 0.8, 0.65, 0.6, 0.5} {
		s, _ := rule.Sample{}.With("cpu", cpu)
		m.Step(now, wall, s)
		fmt.Println(m.On(), m.Why())
		now, wall = now.Add(rule.Period), wall.Add(rule.Period)
	}
	// Output:
	// false cpu 60%, needs > 85% for 3s
	// false cpu 91% > 85% for 0s, needs 3s
	// false cpu 95% > 85% for 1s, needs 3s
	// false cpu 93% > 85% for 2s, needs 3s
	// true cpu 92% > 85% for 3s; to end: cpu 92%, needs < 70% for 2s
	// true cpu 92% > 85% for 3s; to end: cpu 80%, needs < 70% for 2s
	// true cpu 92% > 85% for 3s; to end: cpu 65% < 70% for 0s, needs 2s
	// true cpu 92% > 85% for 3s; to end: cpu 60% < 70% for 1s, needs 2s
	// false cpu 50%, needs > 85% for 3s
}

// Counters become rates from the second reading on.
func ExampleNewMeter() {
	when := rule.MustParse("failure_rate > 20%")
	m := rule.NewMeter(when)
	stats := actors.Stats{PolicyVersion: 1, Amplification: actors.Amplification{Ratio: 1}}
	fmt.Println(m.Read(0, stats))
	stats.Calls, stats.Attempts, stats.Successes, stats.Failures = 40, 40, 30, 10
	s := m.Read(fuseboard.Instant(2*time.Second), stats)
	fmt.Println(s)
	fmt.Println(when.Holds(time.Time{}, s))
	// Output:
	// amplification 1, in_flight 0%, queue 0%, circuit closed
	// amplification 1, failure_rate 25%, rejection_rate 0%, calls_per_second 20, in_flight 0%, queue 0%, circuit closed
	// true
}

// A preview: would this rule be on?
func ExampleParseSample() {
	s, err := rule.ParseSample("cpu=91%, circuit=half-open")
	fmt.Println(s, err)
	for _, when := range []string{"cpu > 85% for 10s", "circuit is open", "memory > 90%"} {
		fmt.Println(when, "is", rule.MustParse(when).Holds(time.Now(), s))
	}
	// Output:
	// cpu 91%, circuit half-open <nil>
	// cpu > 85% for 10s is true
	// circuit is open is false
	// memory > 90% is unknown
}

// An until that may hold while the when does would let the rule flap.
func ExampleJudge() {
	for _, p := range rule.Judge(rule.MustParse("cpu > 85%"), rule.MustParse("cpu < 90%")) {
		fmt.Println(p.Path, p.Code, p.Warning)
		fmt.Println(p.Fix)
	}
	// Output:
	// until rule-flaps true
	// leave it out for cpu < 76.5%, or write one that excludes the when
}
