// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/patterns/ratelimit"
)

func TestKeysAreSummedAndTheBusiestShown(t *testing.T) {
	sys := start(t, actors.Options{})
	k := spawnKeyed(t, sys, "tenants", actors.KeyLimits{Max: 1000}, echo)
	for i := range 200 {
		for range 1 + i/20 {
			_, _ = k.Call(t.Context(), fmt.Sprintf("tenant-%03d", i), 1)
		}
	}
	for top, want := range map[int]int{0: 10, 3: 3, -1: 0, 500: 200} {
		page := parse(t, telemetryOf(t, sys, Options{TopKeys: top}).page())
		calls := page[prefix+"key_calls_total"]
		if len(calls.samples) != 5*want {
			t.Errorf("TopKeys %d: %d series, want %d keys", top, len(calls.samples), want)
		}
		if all := page[prefix+"calls_total"].sum("dependency", "tenants"); all != 1100 {
			t.Errorf("%v calls in all", all)
		}
		if top == 3 && calls.sum("key", "tenant-180") != 10 {
			t.Errorf("not the busiest: %v", calls.samples)
		}
	}
}

// Keys come from outside, services from whoever configures them.
func TestHostileNamesCannotBreakThePage(t *testing.T) {
	sys := start(t, actors.Options{})
	k := spawnKeyed(t, sys, "tenants", actors.KeyLimits{Max: 100}, echo)
	for _, key := range []string{"\"} 1\n# TYPE evil counter\nevil 1\n", "\xff\xfe", strings.Repeat("x", 256), "a\\", "ключ", "{}", "\x00"} {
		if _, err := k.Call(t.Context(), key, 1); err != nil {
			t.Fatal(err)
		}
	}
	page := parse(t, telemetryOf(t, sys, Options{Service: "sh\"op\\\n\xff{}"}).page())
	if got := len(page[prefix+"key_calls_total"].samples); got != 5*7 {
		t.Errorf("%d series of keys, want those of 7", got)
	}
	if s := page[prefix+"build_info"].samples[0].labels["service"]; s != `sh\"op\\\n`+"\uFFFD{}" {
		t.Errorf("the service is %q", s)
	}
}

func TestKeyWithoutAPlaceIsAmongTheRefused(t *testing.T) {
	sys := start(t, actors.Options{})
	k := spawnKeyed(t, sys, "tenants", actors.KeyLimits{Max: 1, Idle: time.Hour}, echo)
	if err := k.Command(t.Context(), "a", actors.Command{Mode: actors.Shadow, Reason: "drill", By: "test", TTL: time.Hour}); err != nil {
		t.Fatal(err)
	}
	_, _ = k.Call(t.Context(), "b", 1)
	page := parse(t, telemetryOf(t, sys, Options{}).page())
	if page[prefix+"refused_total"].sum("by", "keys") != 1 || page[prefix+"calls_total"].sum("outcome", "rejected") != 1 || page[prefix+"keys_commanded"].sum() != 1 {
		t.Error("it is not told")
	}
	if err := sys.SetMode(actors.ShadowPolicy); err != nil {
		t.Fatal(err)
	}
	_, _ = k.Call(t.Context(), "b", 1)
	page = parse(t, telemetryOf(t, sys, Options{}).page())
	if would := page[prefix+"would_have_total"]; would.sum("what", "refused", "by", "keys") != 1 || would.sum() != 1 || page[prefix+"refused_total"].sum() != 1 {
		t.Errorf("what would have been has another name: %v", would.samples)
	}
}

// A client of HTTP has nothing but keys: what its gates, circuits and budgets do is on the page.
func TestPageTellsWhatKeysHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t, actors.Options{})
		k := spawnKeyed(t, sys, "hosts", actors.KeyLimits{Max: 100}, takes)
		p := full
		p.Breaker = actors.Breaker{Consecutive: 1, OpenFor: time.Hour}
		if _, err := k.Update(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"a", "a", "b"} {
			_ = k.Tell(t.Context(), key, 100)
		}
		_, _ = k.Call(t.Context(), "down", -1)
		synctest.Wait()
		page := parse(t, telemetryOf(t, sys, Options{}).page())
		at := func(family string, labels ...string) float64 {
			return page[prefix+family].sum(append(labels, "dependency", "hosts")...)
		}
		if at("gate_in_use") != 2 || at("gate_limit") != 3 || at("gate_queue_depth") != 1 || at("gate_queue_limit") != 12 || at("retry_budget_left") == 0 || at("overdue_handlers") != 0 {
			t.Error("what all hold is not told")
		}
		if at("key_gate_in_use", "key", "a") != 1 || at("key_gate_limit", "key", "a") != 1 || at("key_retry_budget_left", "key", "down") == 0 {
			t.Error("what each holds is not told")
		}
		time.Sleep(time.Minute)
		page = parse(t, telemetryOf(t, sys, Options{}).page())
		if open := at("circuit_state_seconds_total", "state", "open"); open != 60 {
			t.Errorf("open for %v seconds", open)
		}
	})
}

// Tenants come from outside, too.
func TestTenantsAreShownTheHottestAndSafely(t *testing.T) {
	sys := start(t, actors.Options{})
	p := actors.Policy{Rate: actors.RateLimit{PerTenant: ratelimit.PerKey{Limit: 1000, Burst: 1000}}}
	r := spawn(t, sys, "search", p, echo)
	hostile := []string{"\"} 1\n# TYPE evil counter\nevil 1\n", "\xff\xfe", "\xff\xfd", strings.Repeat("x", 5000), "a\\", "клиент", "{}", "\x00", ""}
	for i, tenant := range hostile {
		for range i + 1 {
			if _, err := r.Call(ofTenant(t, tenant), 1); err != nil {
				t.Fatal(err)
			}
		}
	}
	for top, want := range map[int]int{0: len(hostile), 2: 2, -1: 0} {
		page := parse(t, telemetryOf(t, sys, Options{TopKeys: top}).page())
		shown := page[prefix+"tenant_recent_units"]
		if len(shown.samples) != 2*want {
			t.Errorf("TopKeys %d: %d series, want those of %d", top, len(shown.samples), want)
		}
		if n := shown.sum("tenant", ""); want > 0 && n != float64(len(hostile)) {
			t.Errorf("the hottest took %v", n)
		}
	}
}
