// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTitlesSayWhatIsMissing(t *testing.T) {
	for want, c := range map[string]contender{
		"a":                        {name: "a", has: full},
		"b (no policies)":          {name: "b"},
		"c (deadline, retry only)": {name: "c", has: []policy{deadlines, retries}},
	} {
		if got := c.title(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestTableHasMediansAndRatios(t *testing.T) {
	s := named(t, "http-get")
	r := results{}
	for _, c := range s.field() {
		for i := range 3 {
			at := point{c.name, s.name, 1}
			r[at] = append(r[at], figures{Wall: 100 + float64(i), CPU: 100, Allocs: 2, Bytes: 100})
		}
	}
	r[point{ours, s.name, 1}] = []figures{{Wall: 900, CPU: 900}, {Wall: 300, CPU: 300, Allocs: 4, Bytes: 500}, {Wall: 200, CPU: 200}}
	r[point{"failsafehttp", s.name, 1}] = []figures{{Wall: 1100, CPU: 1100, Allocs: 9, Bytes: 9}}
	written(t, s, r,
		"| stub (no policies) | 101 | 100 | 0 | 0 |  | 2.0 | 0.0 | 100 |",
		"| Fuseboard | 300 | 300 | 199 | 200 | 1.00 | 0.0 | -2.0 | 0 |",
		"| failsafehttp | 1100 | 1100 | 999 | 1000 | 5.00 | 9.0 | 7.0 | 9 |")
}

func TestTablesOfCallsHaveBothCoresAndTheShareThatFailed(t *testing.T) {
	s := named(t, "stack-1pct")
	written(t, s, results{
		{ours, s.name, 1}:            {{Wall: 90, CPU: 100}},
		{ours, s.name, 2}:            {{Wall: 60, CPU: 120, Allocs: 1, Bytes: 80}},
		{"cep21/circuit", s.name, 1}: {{Wall: 400, CPU: 410}},
		{"cep21/circuit", s.name, 2}: {{Wall: 300, CPU: 600, Allocs: 4, Bytes: 272, Failed: 0.0123}},
	}, "| Fuseboard | 90.0 | 100 | 1.00 | 60.0 | 120 | 1.00 | 1.0 | 80 | 0.0% |",
		"| cep21/circuit (deadline, breaker, bulkhead only) | 400 | 410 | 4.10 | 300 | 600 | 5.00 | 4.0 | 272 | 1.2% |")
}

func TestTableOfMemoryHasBytesObjectsAndGoroutines(t *testing.T) {
	s := named(t, "idle")
	written(t, s, results{
		{ours, s.name, 1}:           {{Bytes: 1000, Allocs: 10}},
		{"goresilience", s.name, 1}: {{Bytes: 5000, Allocs: 20, Goroutines: 17, CPU: 3000}},
	}, "| goresilience | 5000 | 5.00 | 20.0 | 17.0 | 3.0 |")
}

func named(t *testing.T, name string) scenario {
	t.Helper()
	found, err := choose(name)
	if err != nil {
		t.Fatal(err)
	}
	return found[0]
}

func written(t *testing.T, s scenario, r results, lines ...string) {
	t.Helper()
	var b strings.Builder
	s.write(&b, r)
	for _, want := range lines {
		if !strings.Contains(b.String(), want+"\n") {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestFilesAreWhatBenchstatReads(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	r := results{
		{ours, "stack", 1}:               {{Calls: 10, Wall: 90, CPU: 91}, {Calls: 20, Wall: 92, CPU: 93}},
		{ours, "stack", 2}:               {{Calls: 30, Wall: 60, CPU: 120, Allocs: 1, Bytes: 80}},
		{"x/sync/semaphore", "stack", 1}: {{Calls: 40}},
	}
	if err := r.files(dir); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 || entries[1].Name() != "x-sync-semaphore.txt" {
		t.Fatalf("%v, %v: want a file for each of the two that were measured", entries, err)
	}
	got, err := os.ReadFile(filepath.Join(dir, entries[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"Figures of Fuseboard, a line a round.\n",
		"Benchmark/group=calls/scenario=stack\t20\t92.00 ns/op\t93.00 cpu-ns/op\t",
		"Benchmark/group=calls/scenario=stack-2\t30\t60.00 ns/op\t120.00 cpu-ns/op\t80.0 B/op\t1.00 allocs/op\t0.000 failed/op\n",
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestCommandSaysWhatItAccepts(t *testing.T) {
	for args, want := range map[string]string{
		"-only nothing":                  "accepted: calls, window",
		"-child nobody":                  "is no contender",
		"-child x/time/rate -only stack": "is no contender of stack",
		"-rounds 0":                      "at least 1",
		"-for 1us":                       "1ms",
	} {
		if err := start(t.Context(), strings.Fields(args)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", args, err, want)
		}
	}
}
