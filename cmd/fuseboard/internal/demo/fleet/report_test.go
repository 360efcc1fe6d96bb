// SPDX-License-Identifier: Apache-2.0

package fleet

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
)

func tableOf(t *testing.T, r Report) string {
	t.Helper()
	var out strings.Builder
	if err := r.WriteTable(&out); err != nil {
		t.Fatal(err)
	}
	fits(t, out.String())
	return out.String()
}

const goldenTable = `
the fleet, 5 of 5 acts                                          fleet      alone
all nodes see all nodes, after                                   30ms          -
c alone fails: c knows that it is the cause, after              700ms          -
  calls that a and b refused meanwhile                       0 of 296          -
payments fails: all three hold, after                            1.3s          -
  requests a second that reach it while it is down                1.8        6.0
payments is back: everything passes again, after                 8.8s       1.0s
c is cut off: it knows, after                                    4.4s          -
  and the fleet is whole again, after                            1.4s          -

fleet   guards that follow the fleet: few probes, and a ramp back to full load
alone   the same guards without a fleet: each probes by itself, and is back at
        full load at once, whatever that does to payments
`

func TestTheTableReadsAsItShould(t *testing.T) {
	got := tableOf(t, Report{
		Acts: 5, Members: 30, SickSeen: 700, OthersCalls: 296, HeldFirst: 1200, HeldAll: 1300, Outage: 1.8, OutageAlone: 6,
		Back: 8800, BackAlone: 1000, Isolated: 4400, Healed: 1400,
	})
	if got != goldenTable {
		t.Errorf("got:\n%s\nwant:\n%s", got, goldenTable)
	}
}

func TestTheTableSaysWhatWasNotSeen(t *testing.T) {
	if got := tableOf(t, newReport()); strings.Count(got, "not seen") != 9 || !strings.Contains(got, "0 of 5 acts") {
		t.Errorf("got:\n%s", got)
	}
}

func TestJSONHasExactlyTheKeysThatAreDocumented(t *testing.T) {
	b, err := json.Marshal(newReport())
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]float64 // every value is a number
	if err := json.Unmarshal(b, &got); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"acts", "back_ms", "back_ms_alone", "healed_ms", "held_all_ms", "held_first_ms", "isolated_ms", "members_ms",
		"outage_requests_per_second", "outage_requests_per_second_alone", "sick_others_calls", "sick_others_refused", "sick_seen_ms",
	}
	if keys := slices.Sorted(maps.Keys(got)); !slices.Equal(keys, want) {
		t.Errorf("keys are %v, want %v", keys, want)
	}
}

func TestLinesAreBrokenBetweenWords(t *testing.T) {
	if got := wrap("one two  three", 7); !slices.Equal(got, []string{"one two", "three"}) {
		t.Errorf("got %q", got)
	}
	if got := wrap("incomprehensible", 4); !slices.Equal(got, []string{"incomprehensible"}) {
		t.Errorf("got %q", got)
	}
}
