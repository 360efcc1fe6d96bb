// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

var rewrite = flag.Bool("rewrite", false, "write docs/metrics.md and the golden page anew")

// story lives one of everything, in virtual time.
func story(t *testing.T, sys *actors.System) {
	eu, err := sys.Group("eu", actors.GroupPolicy{})
	if err != nil {
		t.Fatal(err)
	}
	payments := spawn(t, eu, "payments", full, takes)
	search := spawn(t, sys, "search", actors.Policy{}, takes)
	tenants := spawnKeyed(t, sys, "tenants", actors.KeyLimits{Max: 4}, takes)
	quota := spawn(t, sys, "quota", laden, accepts)
	running, waiting := payments.Ask(t.Context(), 30), payments.Ask(t.Context(), 20)
	_, _ = running.Wait(t.Context())
	_, _ = waiting.Wait(t.Context())
	for range 3 {
		_, _ = payments.Call(t.Context(), -3) // open after four failures of six attempts
	}
	_, _ = search.Call(t.Context(), 7)
	for i, key := range []string{"acme", "acme", "bolt", "acme"} {
		_, _ = tenants.Call(t.Context(), key, i+1)
	}
	for i := range 6 {
		_, _ = quota.Call(ofTenant(t, []string{"acme", "bolt\n"}[i/5]), 0)
	}
	_, _ = quota.Call(ofTenant(t, "bolt\n"), 9000)
	quota.Ask(ofTenant(t, "crux"), 0)
	synctest.Wait()
	time.Sleep(2 * time.Second)
}

func TestPageTellsTheStory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t, pressed())
		tel := telemetryOf(t, sys, Options{Policies: edited, Fleet: joined})
		story(t, sys)
		page := tel.page()
		parse(t, page)
		page = regexp.MustCompile(`version="[^"]*",goversion="[^"]*",revision="[^"]*"`).ReplaceAllString(page, `version="",goversion="",revision=""`)
		golden(t, "testdata/page.txt", page)
	})
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil { //nolint:gosec // for everyone to read
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		a, b := strings.Split(got, "\n"), strings.Split(string(want), "\n")
		for i := range min(len(a), len(b)) {
			if a[i] != b[i] {
				t.Fatalf("%s, line %d:\ngot  %s\nwant %s\nrun go test ./telemetry -rewrite if that is meant", path, i+1, a[i], b[i])
			}
		}
		t.Fatalf("%s has %d lines, want %d", path, len(a), len(b))
	}
}

func TestPageIsStrictlyWellFormed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t, pressed())
		story(t, sys)
		got := parse(t, telemetryOf(t, sys, Options{Policies: edited, Fleet: joined}).page())
		for _, f := range families {
			is := got[prefix+f.name]
			switch {
			case is == nil:
				t.Errorf("%s is not on the page", f.name)
			case is.kind != f.kind || is.help != f.help:
				t.Errorf("%s is a %s: %s", f.name, is.kind, is.help)
			case len(is.samples) == 0:
				t.Errorf("%s has no series", f.name)
			}
			checkName(t, f)
			for _, s := range is.samples {
				checkLabels(t, f, s)
			}
		}
		if len(got) != len(families) {
			t.Errorf("%d families, want %d", len(got), len(families))
		}
	})
}

// checkName holds a family to the conventions: base units, _total for counters alone.
func checkName(t *testing.T, f family) {
	if (f.kind == counter) != strings.HasSuffix(f.name, "_total") {
		t.Errorf("%s is a %s", f.name, f.kind)
	}
	if strings.Contains(f.name, "seconds") != (f.unit == "seconds") || f.help == "" || !strings.HasSuffix(f.asks, "?") && !strings.Contains(f.asks, "? ") {
		t.Errorf("%s: unit %q, %q, %q", f.name, f.unit, f.help, f.asks)
	}
}

// checkLabels compares the labels of a line with those that the family says it has.
func checkLabels(t *testing.T, f family, s sample) {
	var want []string
	if f.labels != "" {
		want = strings.Split(f.labels, ", ")
	}
	want = append(want, "service")
	for _, name := range want {
		if _, is := s.labels[name]; !is && (name != "le" || strings.HasSuffix(s.name, "_bucket")) {
			t.Errorf("%s has no label %s: %v", s.name, name, s.labels)
		}
	}
	for name := range s.labels {
		if !slices.Contains(want, name) {
			t.Errorf("%s has the label %s, which is not said", s.name, name)
		}
	}
}

func TestAllSeriesAreThereBeforeTheFirstCall(t *testing.T) {
	series := func(page string) (all []string) {
		for line := range strings.Lines(page) {
			if id, _, found := strings.Cut(line, "} "); found && !strings.HasPrefix(id, prefix+"key_") {
				all = append(all, id)
			}
		}
		return all
	}
	synctest.Test(t, func(t *testing.T) {
		sys := start(t, actors.Options{})
		var policies PolicyNumbers
		tel := telemetryOf(t, sys, Options{Policies: func() PolicyNumbers { return policies }})
		k := spawnKeyed(t, sys, "tenants", actors.KeyLimits{Max: 4}, takes)
		p := spawn(t, sys, "payments", full, takes)
		before := series(tel.page())
		for i := range 100 {
			_, _ = p.Call(t.Context(), i%3-1)
			_, _ = k.Call(t.Context(), fmt.Sprint(i), i%5-2)
			time.Sleep(time.Second)
		}
		_ = p.Command(t.Context(), actors.Command{Mode: actors.HoldOpen, Reason: "drill", By: "test", TTL: time.Second, Reset: true})
		time.Sleep(time.Minute)
		policies = edited()
		if after := series(tel.page()); !slices.Equal(before, after) {
			t.Errorf("%d series at first, %d later", len(before), len(after))
			for _, id := range after {
				if !slices.Contains(before, id) {
					t.Errorf("came later: %s", id)
				}
			}
		}
	})
}

func TestCountersNeverFall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t, actors.Options{})
		tel := telemetryOf(t, sys, Options{TopKeys: -1})
		k := spawnKeyed(t, sys, "tenants", actors.KeyLimits{Max: 2, Idle: time.Minute}, takes)
		p := spawn(t, sys, "payments", full, takes)
		was := map[string]float64{}
		for i := range 60 {
			_, _ = p.Call(t.Context(), i%4-2)
			_, _ = k.Call(t.Context(), fmt.Sprint(i%7), i%3-1)
			time.Sleep(7 * time.Second)
			for _, f := range parse(t, tel.page()) {
				for _, s := range f.samples {
					id := fmt.Sprint(s.name, s.labels)
					if f.kind != gauge && s.value < was[id] {
						t.Fatalf("%s falls from %v to %v", id, was[id], s.value)
					}
					was[id] = s.value
				}
			}
		}
	})
}

func TestNumbersAgreeWithEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t, actors.Options{})
		story(t, sys)
		page := parse(t, telemetryOf(t, sys, Options{}).page())
		at := func(family string, labels ...string) float64 { return page[prefix+family].sum(labels...) }
		for _, d := range []string{"payments", "search", "tenants"} {
			by := []string{"dependency", d}
			attempts := at("attempts_total", by...)
			if at("attempt_outcomes_total", by...) != attempts || at("attempt_duration_seconds", append(by, "le", "+Inf")...) != attempts {
				t.Errorf("%s: attempts do not agree", d)
			}
			if at("refused_total", by...) != at("calls_total", append(by, "outcome", "rejected")...) {
				t.Errorf("%s: refusals do not agree", d)
			}
			had := at("calls_total", append(by, "outcome", "success")...) + at("calls_total", append(by, "outcome", "failure")...) + at("calls_total", append(by, "outcome", "void")...)
			if at("call_duration_seconds", append(by, "le", "+Inf")...) != had {
				t.Errorf("%s: durations of calls do not agree", d)
			}
		}
		if at("circuit_state", "dependency", "payments", "state", "open") != 1 || at("circuit_state", "dependency", "payments") != 1 ||
			at("circuit_transitions_total", "dependency", "payments", "to", "open", "cause", "failure-rate") != 1 ||
			at("circuit_state", "dependency", "tenants", "state", "closed") != 2 {
			t.Error("the circuits are not told")
		}
	})
}

func TestScrapeOfManyDependenciesLeavesNothingBehind(t *testing.T) {
	sys := start(t, actors.Options{})
	tel := telemetryOf(t, sys, Options{})
	for i := range 100 {
		spawn(t, sys, fmt.Sprintf("d%d", i), full, echo)
	}
	tel.page()
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	goroutines, before := runtime.NumGoroutine(), heap()
	for range 20 {
		tel.page()
	}
	if after := heap(); after > before+64<<10 || runtime.NumGoroutine() > goroutines {
		t.Errorf("%d bytes and %d goroutines more", after-before, runtime.NumGoroutine()-goroutines)
	}
	if names := tel.Set().ListMetricNames(); len(names) != 0 {
		t.Errorf("registered: %v", names)
	}
	runtime.KeepAlive(tel)
}

func TestTelemetryOutlivesItsSystem(t *testing.T) {
	sys := start(t, actors.Options{})
	tel, second := telemetryOf(t, sys, Options{}), telemetryOf(t, sys, Options{Service: "other"})
	spawn(t, sys, "payments", full, echo)
	if err := sys.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, tel := range []*Telemetry{tel, second} {
		if page := parse(t, tel.page()); len(page[prefix+"calls_total"].samples) != 0 || page[prefix+"build_info"].sum() != 1 {
			t.Error("what has stopped is shown, or nothing is")
		}
	}
}

func TestPageTellsWhatAPolicyInShadowWouldHaveDone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t, actors.Options{})
		p := full
		p.Mode = actors.ShadowPolicy
		r := spawn(t, sys, "payments", p, takes)
		for range 6 {
			_, _ = r.Call(t.Context(), -1)
		}
		_, _ = r.Call(t.Context(), 3000)
		page := parse(t, telemetryOf(t, sys, Options{}).page())
		at := func(labels ...string) float64 { return page[prefix+"would_have_total"].sum(labels...) }
		if at("what", "repeated", "by", "retry") == 0 || at("what", "refused", "by", "breaker") == 0 || at("what", "refused") != at("what", "refused", "by", "breaker") {
			t.Errorf("%v", page[prefix+"would_have_total"].samples)
		}
		if page[prefix+"policy_mode"].sum("mode", "shadow") != 1 || page[prefix+"policy_mode"].sum() != 1 || page[prefix+"system_mode"].sum("mode", "enforce") != 1 {
			t.Error("the mode is not told")
		}
		if err := sys.SetMode(actors.BypassPolicy); err != nil {
			t.Fatal(err)
		}
		page = parse(t, telemetryOf(t, sys, Options{}).page())
		if page[prefix+"policy_mode"].sum("mode", "bypass") != 1 || page[prefix+"system_mode"].sum("mode", "bypass") != 1 {
			t.Error("the kill switch is not told")
		}
	})
}
