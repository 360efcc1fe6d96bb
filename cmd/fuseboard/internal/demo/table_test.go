// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"strings"
	"testing"
	"time"
)

func sampleReport() Report {
	return Report{
		Unprotected: Numbers{
			Calls: 3772, OK: 1381, Good: 1380, Goodput: 0.3659, P50: 38.7, P99: 502.13, AnsweredP99: 467.02,
			UpstreamRequests: 3772, Recovery: 2800, Failed: 2391,
			Shares: Shares{Critical: 0.281, High: 0.27, Normal: 0.3, Sheddable: 0.29},
		},
		Protected: Numbers{
			Calls: 3772, OK: 2038, Good: 2038, Goodput: 0.5403, P50: 15.1, P99: 377.4, AnsweredP99: 317,
			UpstreamRequests: 2182, Recovery: 300, Failed: 115, Refused: 1619,
			Shares: Shares{Critical: 0.973, High: 0.88, Normal: 0.41, Sheddable: 0.052},
		},
		WithAnswers: Numbers{
			Calls: 3772, OK: 3652, Good: 3652, Goodput: 0.9682, P50: 0.02, P99: 242, AnsweredP99: 239,
			UpstreamRequests: 1006, Recovery: 600, Failed: 3, Refused: 117, FromCache: 2025, Degraded: 1055, Oldest: 10_942.5,
			Shares: Shares{Critical: 1, High: 1, Normal: 1, Sheddable: 0.938},
		},
		Total: 25 * time.Second, Ran: 25 * time.Second, Return: 17 * time.Second, Seed: 1,
	}
}

func tableOf(t *testing.T, r Report) string {
	t.Helper()
	var out strings.Builder
	if err := r.WriteTable(&out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

const goldenTable = `
25s, seed 1                             unprotected     protected  with answers
calls made                                     3772          3772          3772
answered within 500ms (goodput)                1380          2038          3652
  share of the calls                          36.6%         54.0%         96.8%
  per second                                   55.2          81.5         146.1
  of these from the cache                         0             0          2025
  of these degraded                               0             0          1055
failed or timed out                            2391           115             3
refused by the guard                              0          1619           117
time to know, p50                              39ms          15ms          <1ms
time to know, p99                             502ms         377ms         242ms
time to a good answer, p99                    467ms         317ms         239ms
oldest answer given                               -             -         10.9s
requests at the upstream                       3772          2182          1006
time to recover                                2.8s         300ms         600ms
in time while it was slow, critical           28.1%         97.3%        100.0%
in time while it was slow, high               27.0%         88.0%        100.0%
in time while it was slow, normal             30.0%         41.0%        100.0%
in time while it was slow, sheddable          29.0%          5.2%         93.8%

from the cache   asked for before and at most 3s old, so not degraded
degraded         instead of an error the caller got an older answer (the cache's
                 stale_if_error) or a list price (the fallback's), and was told
                 so: it is in time, but not what the upstream would say now
time to know     of all calls, until an answer, an error or a refusal came
time to recover  from the upstream's return to health to the first of 2 buckets
                 of 500ms in a row with 90% of the calls answered in time,
                 degraded ones not counted
`

func TestTheTableReadsAsItShould(t *testing.T) {
	if got := tableOf(t, sampleReport()); got != goldenTable {
		t.Errorf("got:\n%s\nwant:\n%s", got, goldenTable)
	}
}

func TestTheTableSaysWhatWasNotMeasured(t *testing.T) {
	stopped := sampleReport()
	stopped.Ran, stopped.Unprotected.Recovery, stopped.Protected.Recovery, stopped.WithAnswers.Recovery = 7300*time.Millisecond, NotRecovered, NotRecovered, NotRecovered
	empty := Report{Total: 25 * time.Second, Return: 17 * time.Second, Unprotected: Numbers{Recovery: NotRecovered}, Protected: Numbers{Recovery: NotRecovered}, WithAnswers: Numbers{Recovery: NotRecovered}}
	late := sampleReport()
	late.Unprotected.Recovery, late.Late = NotRecovered, 120*time.Millisecond
	for name, c := range map[string]struct {
		report Report
		want   []string
	}{
		"stopped before the return": {stopped, []string{"stopped after 7.3s of 25s, seed 1", "time to recover                        not measured  not measured  not measured", "(the run ended before that could be seen)"}},
		"stopped at once":           {empty, []string{"stopped after 0s of 25s", "  per second                                      -             -             -", "time to know, p99                                 -             -             -"}},
		"ill to the end, busy":      {late, []string{"time to recover                       not recovered         300ms         600ms", "calls were made up to 120ms after their time"}},
	} {
		table := tableOf(t, c.report)
		for _, want := range c.want {
			if !strings.Contains(table, want) {
				t.Errorf("%s: the table lacks %q:\n%s", name, want, table)
			}
		}
		fits(t, table)
	}
	if strings.Contains(tableOf(t, sampleReport()), "busy") {
		t.Error("a run on a quiet machine says that it was busy")
	}
}

func TestTheTableFitsATerminal(t *testing.T) { fits(t, tableOf(t, sampleReport())) }

// fits checks for 80 columns of plain ASCII, which is also no colour.
func fits(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if len(line) > 80 {
			t.Errorf("%d columns: %q", len(line), line)
		}
		if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("not plain ASCII: %q", line)
		}
	}
}
