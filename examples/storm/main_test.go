// SPDX-License-Identifier: Apache-2.0

package main

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStormPassesWithABudgetAndABulkheadAndStaysWithout(t *testing.T) {
	var out strings.Builder
	run(&out)
	shares := func(name string) (all []int) {
		_, line, _ := strings.Cut(out.String(), "\n"+name)
		line, _, _ = strings.Cut(line, "\n")
		for _, m := range regexp.MustCompile(`(\d+)%`).FindAllStringSubmatch(line, -1) {
			share, err := strconv.Atoi(m[1])
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, share)
		}
		return all
	}
	naive, bounded := shares("naive retries"), shares("budget and bulkhead")
	if len(naive) != len(spans) || len(bounded) != len(spans) {
		t.Fatalf("got:\n%s", out.String())
	}
	if naive[0] != 100 || naive[2] >= 10 || naive[3] >= 10 || naive[4] >= 10 || naive[5] >= 10 {
		t.Errorf("naive: %v", naive)
	}
	if bounded[0] != 100 || bounded[3] < 95 || bounded[4] < 95 || bounded[5] < 95 {
		t.Errorf("budget and bulkhead: %v", bounded)
	}
	for _, want := range []string{
		"in the storm: amplification 3 within 9s: 666 repetitions for 333 calls, 666 after timeout\n",
		"at the end:   amplification 1 within 10s: 0 repetitions for 370 calls\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got:\n%swant %s", out.String(), want)
		}
	}
}

// No time passes, and no luck: what is printed is always the same.
func TestStormIsTheSameEachTime(t *testing.T) {
	var one, other strings.Builder
	run(&one)
	run(&other)
	if one.String() != other.String() {
		t.Errorf("got:\n%s\nthen:\n%s", one.String(), other.String())
	}
}
