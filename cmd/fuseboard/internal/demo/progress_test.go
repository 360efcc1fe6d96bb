// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

func testProgress(out io.Writer, length time.Duration) (*progress, [3]*Recorder) {
	sides := [3]*Recorder{{}, {}, {}}
	return newProgress(out, NewScript(length), sides, func() actors.State { return actors.Closed }), sides
}

func TestALineComesBeforeAPhaseOfTheSameMoment(t *testing.T) {
	var out strings.Builder
	p, _ := testProgress(&out, 25*time.Second)
	p.catchUp(3 * time.Second)
	lines := strings.Split(out.String(), "\n")
	want := []string{"  0.0s >> upstream healthy", "  1.0s ", "  2.0s ", "  3.0s  ", "  3.0s >> upstream slow", ""}
	if len(lines) != len(want) {
		t.Fatalf("got %d lines:\n%s", len(lines), out.String())
	}
	for i := range want {
		if !strings.HasPrefix(lines[i], want[i]) {
			t.Errorf("line %d is %q, want %q", i, lines[i], want[i])
		}
	}
}

func TestALineTellsOfTheCallsSinceTheLastOne(t *testing.T) {
	var out strings.Builder
	p, sides := testProgress(&out, 25*time.Second)
	for range 3 {
		sides[0].Add(Sample{End: Failed, Took: 500 * time.Millisecond})
		sides[1].Add(Sample{End: Refused, Took: time.Microsecond})
	}
	sides[1].Add(Sample{End: Answered, Took: 20 * time.Millisecond})
	for range 2 {
		sides[2].Add(Sample{End: Answered, Took: time.Microsecond, Cached: true})
	}
	for range 4 {
		sides[2].Add(Sample{End: Answered, Took: 250 * time.Millisecond, Degraded: true})
	}
	for _, missed := range []Sample{{End: Refused}, {End: Failed}, {End: Answered, Took: Deadline + 1}} {
		sides[2].Add(missed)
	}
	p.catchUp(2 * time.Second)
	want := `  0.0s >> upstream healthy: a request takes 20ms, 1 in 100 fails
  1.0s   0    3 500ms    1    0       3  20ms closed       2        4    3 500ms
  2.0s   0    0     -    0    0       0     - closed       0        0    0     -
`
	if out.String() != want {
		t.Errorf("got:\n%swant:\n%s", out.String(), want)
	}
}

func TestProgressFitsATerminal(t *testing.T) {
	for _, length := range []time.Duration{2 * time.Second, 25 * time.Second, 10 * time.Minute} {
		var out strings.Builder
		p, _ := testProgress(&out, length)
		p.state = func() actors.State { return actors.HalfOpen }
		p.header(18446744073709551615, "http://127.0.0.1:65535")
		p.catchUp(length)
		fits(t, out.String())
		if lines := strings.Count(out.String(), "half-open"); lines < 2 || lines > mostLines {
			t.Errorf("a run of %s has %d lines", length, lines)
		}
	}
}

func TestAP99FitsItsColumnHoweverLate(t *testing.T) {
	for took, want := range map[time.Duration]string{
		300 * time.Microsecond: "<1ms", 999 * time.Millisecond: "999ms", 2737 * time.Millisecond: "2.7s", 30 * time.Second: "30.0s",
	} {
		if got := p99([]Sample{{Took: took}}); got != want || len(got) > 5 {
			t.Errorf("%v is written %q, want %q", took, got, want)
		}
	}
}

func TestTheHeaderStatesAllSidesAndThePolicy(t *testing.T) {
	var out strings.Builder
	p, _ := testProgress(&out, 25*time.Second)
	p.header(7, "http://127.0.0.1:1234")
	for _, want := range []string{"no retries", "16 calls at once, 32", "2 attempts of 250ms", "for 1s at 50% failures", "normal ones have 90%", "sheddable\n              ones 50%", "fresh for 1s", "behind its callers until 3s old", "error until 11s", "one of 500 items", "25s, seed 7"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the header lacks %q:\n%s", want, out.String())
		}
	}
}

func TestATransitionOfTheProtectedSideIsToldInWords(t *testing.T) {
	var out strings.Builder
	p, _ := testProgress(&out, 25*time.Second)
	p.event(100*time.Millisecond, actors.Event{Dependency: guarded, Kind: actors.EventTransition, Transition: actors.Transition{
		From: actors.Closed, To: actors.Open, Cause: "failure-rate", OpenFor: 1048 * time.Millisecond,
		Before: actors.Numbers{Calls: 50, FailureRate: 0.52},
	}})
	p.event(0, actors.Event{Dependency: guarded, Kind: actors.EventStarted})
	p.event(0, actors.Event{Dependency: answering, Kind: actors.EventTransition}) // much the same
	want := `  0.0s >> upstream healthy: a request takes 20ms, 1 in 100 fails
  0.1s  - closed -> open: failure rate 52% over 50 calls; open for 1.048s
`
	if out.String() != want {
		t.Errorf("got:\n%swant:\n%s", out.String(), want)
	}
	fits(t, out.String())
}

func TestThePolicyHasNoFlaw(t *testing.T) {
	if problems := Policy(25 * time.Second).Validate(); problems != nil {
		t.Error(problems)
	}
	if Policy(25*time.Second).Deadline.Total != Deadline {
		t.Error("the guard's callers have another deadline than the others")
	}
}

func ExamplePolicy() {
	fmt.Println(Policy(25*time.Second).Bulkhead.Concurrency, Policy(25*time.Second).Deadline.Total)
	// Output: 16 500ms
}
