// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"
)

func ExampleSum() {
	n := Sum([]Sample{
		{At: 0, Took: 20 * time.Millisecond, End: Answered},
		{At: 1, Took: 600 * time.Millisecond, End: Answered},
		{At: 2, Took: 500 * time.Millisecond, End: Failed},
		{At: 3, Took: 10 * time.Microsecond, End: Refused},
	}, 3, 0, time.Second)
	fmt.Println(n.Calls, n.OK, n.Goodput, n.P50, n.P99, n.UpstreamRequests)
	// Output: 4 2 0.25 20 600 3
}

func TestEveryCallIsOKOrFailedOrRefused(t *testing.T) {
	n := Sum([]Sample{{End: Answered}, {End: Failed}, {End: Failed}, {End: Refused}, {End: Refused}, {End: Refused}}, 0, 0, 0)
	if n.Calls != 6 || n.OK != 1 || n.Failed != 2 || n.Refused != 3 {
		t.Errorf("got %+v", n)
	}
}

func TestTheP99OfGoodAnswersLeavesRefusalsOut(t *testing.T) {
	n := Sum([]Sample{{End: Answered, Took: 20 * time.Millisecond}, {End: Failed, Took: Deadline}}, 0, 0, 0)
	if n.AnsweredP99 != 20 || n.P99 != 500 {
		t.Errorf("p99 of answers %v and of all %v, want 20 and 500", n.AnsweredP99, n.P99)
	}
}

func TestADegradedAnswerIsGoodAndCountedApart(t *testing.T) {
	n := Sum([]Sample{
		{End: Answered, Took: time.Millisecond},
		{End: Answered, Took: time.Microsecond, Cached: true, Age: 2 * time.Second},
		{End: Answered, Took: 250 * time.Millisecond, Degraded: true, Age: 9 * time.Second},
		{End: Answered, Took: Deadline + 1, Degraded: true},
		{End: Answered, Took: Deadline + 1, Cached: true},
	}, 1, 0, time.Second)
	if n.OK != 5 || n.Good != 3 || n.Degraded != 1 || n.FromCache != 1 || n.Oldest != 9000 {
		t.Errorf("got %+v", n)
	}
}

func TestNumbersOfNoCallsAreZeroAndNotRecovered(t *testing.T) {
	if n := Sum(nil, 0, 0, time.Second); n != (Numbers{Recovery: NotRecovered}) {
		t.Errorf("got %+v", n)
	}
}

func TestJSONHasExactlyTheKeysThatAreDocumented(t *testing.T) {
	var out bytes.Buffer
	if err := (Report{Seed: 7, Total: 1, Ran: 1, Return: 1, Late: 1}).WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	var got map[string]map[string]float64 // every value is a number
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if sides := slices.Sorted(maps.Keys(got)); !slices.Equal(sides, []string{"fleet", "protected", "unprotected", "with_answers"}) {
		t.Errorf("sides are %v", sides)
	}
	want := []string{
		"calls", "degraded", "from_cache", "goodput", "ok", "oldest_answer_ms", "p50_ms", "p99_ms", "recovery_ms",
		"slow_goodput_critical", "slow_goodput_high", "slow_goodput_normal", "slow_goodput_sheddable", "upstream_requests",
	}
	delete(got, "fleet") // package fleet tests its own
	for side, numbers := range got {
		if keys := slices.Sorted(maps.Keys(numbers)); !slices.Equal(keys, want) {
			t.Errorf("%s has keys %v, want %v", side, keys, want)
		}
	}
}
