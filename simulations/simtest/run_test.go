// SPDX-License-Identifier: Apache-2.0

package simtest

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/simulations"
	"github.com/fuseboard/fuseboard/simulations/scenario"
	"github.com/fuseboard/fuseboard/simulations/world"
)

const outage = "testdata/outage.yaml"

func TestAScenarioThatHoldsPasses(t *testing.T) {
	r := Run(t, outage)
	if r.Verdict != simulations.Passed || len(r.Seeds) != 2 || len(r.Variants) != 1 || len(r.Expectations) != 4 {
		t.Errorf("%s over %d seeds, %d variants, %d expectations", r.Verdict, len(r.Seeds), len(r.Variants), len(r.Expectations))
	}
}

func TestWhatDoesNotHoldFailsTheTestWithOneReport(t *testing.T) {
	w := watch(t, func(t testing.TB) { Run(t, outage, Set("payments.breaker=off"), Seeds(3), FirstSeed(7)) })
	if len(w.said) != 1 || w.ended {
		t.Fatalf("it says %d things, and ends at once: %v: %q", len(w.said), w.ended, w.said)
	}
	says(t, w.said[0], outage, "✗ payments open within 3s of outage", "payments is not open within 3s", "0 of 4 runs",
		"seeds: 7 8 9\n", "repeat: fuseboard simulate testdata/outage.yaml --seed 7 --runs 3 --set payments.breaker=off\n")
	if strings.Contains(w.said[0], "before outage") {
		t.Errorf("it tells of what holds:\n%s", w.said[0])
	}
}

func TestAllFlawsOfAScenarioAreToldWithTheirPlaces(t *testing.T) {
	w := watch(t, func(t testing.TB) {
		Run(t, Text(t, "dependencies:\n  payments: {latency: 40}\nload:\n  - {to: paymens, rate: 50/s}\nexpect: [goodput >= 95]\n"))
	})
	if !w.ended || len(w.said) != 1 {
		t.Fatalf("it goes on, or says several things: %q", w.said)
	}
	says(t, w.said[0], "TestOutage/of payments:2:", "TestOutage/of payments:4:", "TestOutage/of payments:5:", "latency: 40", "did you mean payments?", "^")
}

func TestFlawsOfOptionsEndTheTest(t *testing.T) {
	for name, test := range map[string]struct {
		run  func(t testing.TB)
		want string
	}{
		"no such file":     {func(t testing.TB) { Run(t, "testdata/outtage.yaml") }, "relative to the test's package"},
		"nil":              {func(t testing.TB) { Run(t, (*scenario.Scenario)(nil)) }, "is nil"},
		"too many seeds":   {func(t testing.TB) { Run(t, outage, Seeds(1_000_000)) }, "1 to 10000"},
		"unknown policy":   {func(t testing.TB) { Run(t, outage, Set("payments.retries=3")) }, "payments.retries"},
		"service fails":    {func(t testing.TB) { Fails(t, outage, "goodput >= 60%", Service(broken)) }, "file does not exist"},
		"unknown sentence": {func(t testing.TB) { Fails(t, outage, "goodput >= 99%") }, "payments open within 3s of outage"},
		"nothing is hoped": {func(t testing.TB) {
			Fails(t, Text(t, "load: [{to: a, rate: 1/s}]\ndependencies: {a: }\nduration: 1s"), "goodput > 1%")
		}, "expects nothing"},
		"within a bubble":   {inBubble, "within a bubble"},
		"report can't be":   {func(t testing.TB) { Run(t, outage, Seeds(1), Out("testdata/outage.yaml")) }, "report can't be written"},
		"nobody is waiting": {func(t testing.TB) { Run(t, outage, Seeds(1), Service(silent)) }, "nothing was measured"},
	} {
		t.Run(name, func(t *testing.T) {
			w := watch(t, test.run)
			says(t, strings.Join(w.said, "\n"), test.want)
		})
	}
}

func broken(simulations.Process) (simulations.Caller, error) { return nil, os.ErrNotExist }

// silent never calls payments, so its circuit has nothing to open for.
func silent(simulations.Process) (simulations.Caller, error) {
	return func(context.Context, *world.Request, *actors.Info) error { return nil }, nil
}

func inBubble(t testing.TB) {
	outer, _ := t.(*watched)
	inner, _ := outer.TB.(*testing.T)
	synctest.Test(inner, func(*testing.T) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			Run(t, outage)
		}()
		<-done
	})
}

func TestFailsWantsTheExpectationToFail(t *testing.T) {
	r := Fails(t, outage, "Payments open  within 3s of outage", Set("payments.breaker=off"))
	if r.Verdict != simulations.Failed {
		t.Errorf("the verdict is %s", r.Verdict)
	}
	w := watch(t, func(t testing.TB) { Fails(t, outage, "goodput >= 99% before outage", Set("payments.breaker=off")) })
	if len(w.said) != 1 || w.ended {
		t.Fatalf("it says %q", w.said)
	}
	says(t, w.said[0], `"goodput >= 99% before outage" was to fail and holds in 3 of 3 runs: 100%`, "seeds: 1 2\n", "repeat: fuseboard simulate ")
}

func TestShortRunsOneSeedOnce(t *testing.T) {
	was := flag.Lookup("test.short").Value.String()
	t.Cleanup(func() { _ = flag.Set("test.short", was) })
	if err := flag.Set("test.short", "true"); err != nil {
		t.Fatal(err)
	}
	r := Run(t, outage, Seeds(9))
	if len(r.Seeds) != 1 || len(r.Variants[0].Runs) != 1 {
		t.Errorf("%d seeds, %d runs", len(r.Seeds), len(r.Variants[0].Runs))
	}
}

func TestTheSummaryIsLoggedOfVerboseTests(t *testing.T) {
	was := flag.Lookup("test.v").Value.String()
	t.Cleanup(func() { _ = flag.Set("test.v", was) })
	for _, verbose := range []string{"true", "false"} {
		if err := flag.Set("test.v", verbose); err != nil {
			t.Fatal(err)
		}
		w := watch(t, func(t testing.TB) { Run(t, outage, Seeds(1)) })
		if verbose == "true" {
			says(t, strings.Join(w.logs, "\n"), "✓ passed: all 4 expectations hold", "repeat: fuseboard simulate testdata/outage.yaml --seed 1 --runs 1")
		} else if len(w.logs)+len(w.said) > 0 {
			t.Errorf("it says %q and logs %q", w.said, w.logs)
		}
	}
}

func TestOutWritesReportsWithBaselines(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	r := Run(t, outage, Seeds(1), Out(dir))
	if len(r.Variants) != 2 {
		t.Errorf("%d variants", len(r.Variants))
	}
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	if err != nil || !bytes.Contains(page, []byte("</html>")) {
		t.Errorf("the page has %d bytes: %v", len(page), err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		APIVersion, Kind string
		simulations.Result
	}
	if err := json.Unmarshal(data, &got); err != nil || got.APIVersion != "fuseboard.cli/v1" || got.Kind != "Simulation" || got.Calls != r.Calls {
		t.Errorf("%s %s of %d calls, want %d: %v", got.APIVersion, got.Kind, got.Calls, r.Calls, err)
	}
}

func TestBaselinesAreRunWhereAnExpectationNamesOne(t *testing.T) {
	data, err := os.ReadFile(outage)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(data), "goodput >= 60%", "amplification <= no policy + 0.5", 1)
	r := Run(t, Text(t, text), Seeds(1))
	if len(r.Variants) != 2 {
		t.Errorf("%d variants", len(r.Variants))
	}
}

func TestTheServiceIsTheUsersOwn(t *testing.T) {
	var calls atomic.Int64
	service := func(p simulations.Process) (simulations.Caller, error) {
		payments, err := actors.Protect(p.System, "payments", actors.Policy{})
		if err != nil {
			return nil, err
		}
		charge, err := actors.Bind(payments, "charge", func(ctx context.Context, _ int) (int, error) {
			calls.Add(1)
			return 0, p.Reach(ctx, "payments")
		})
		return func(ctx context.Context, _ *world.Request, info *actors.Info) error {
			_, err := charge.Call(actors.WithInfo(ctx, info), 1)
			return err
		}, err
	}
	r := Run(t, outage, Service(service), Seeds(1))
	if calls.Load() == 0 || calls.Load() > int64(r.Calls) { //nolint:gosec // some thousand
		t.Errorf("%d attempts of %d calls", calls.Load(), r.Calls)
	}
	w := watch(t, func(t testing.TB) { Run(t, outage, Service(service), Set("payments.breaker=off"), Seeds(1)) })
	says(t, strings.Join(w.said, "\n"), `repeat: go test -count=1 -v -run '^TestOutage$/^of payments$' .`)
}
