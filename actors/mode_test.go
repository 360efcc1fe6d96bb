// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
)

var policyModesInOrder = []PolicyMode{EnforcePolicy, ShadowPolicy, BypassPolicy}

func TestPolicyModeIsItsWordInTextAndJSON(t *testing.T) {
	for i, word := range []string{"enforce", "shadow", "bypass"} {
		m := policyModesInOrder[i]
		var back PolicyMode
		text, err := m.MarshalText()
		if err != nil || string(text) != word || m.String() != word || back.UnmarshalText(text) != nil || back != m {
			t.Errorf("%d: %s, %v, %v", m, text, back, err)
		}
		data, err := json.Marshal(Policy{Mode: m})
		var p Policy
		if err != nil || strings.Contains(string(data), word) != (m != EnforcePolicy) || json.Unmarshal(data, &p) != nil || p.Mode != m {
			t.Errorf("%s, %v, %v", data, p, err)
		}
	}
	m := ShadowPolicy
	if err := m.UnmarshalText([]byte("Bypass")); err == nil || m != ShadowPolicy || !strings.Contains(err.Error(), "enforce, shadow, bypass") {
		t.Errorf("%v, %v", m, err)
	}
	if _, err := PolicyMode(3).MarshalText(); err == nil || PolicyMode(3).String() != "unknown" {
		t.Error("3 has a word")
	}
	var p Policy
	if err := json.Unmarshal([]byte(`{"mode":"off"}`), &p); err == nil || !strings.Contains(err.Error(), "enforce, shadow, bypass") {
		t.Errorf("%v", err)
	}
}

func TestUnknownModeIsAProblemWhereverItIsGiven(t *testing.T) {
	sys := start(t)
	_, err := Protect(sys, "payments", Policy{Mode: 7})
	if ps := problemsIn(t, err); len(ps) != 1 || ps[0].Path != "mode" || ps[0].Accepted == "" || ps[0].Value != "7" {
		t.Errorf("%v", ps)
	}
	if problem, is := errors.AsType[fuseboard.Problem](sys.SetMode(9)); !is || problem.Path != "mode" || sys.Mode() != EnforcePolicy {
		t.Errorf("%v, %v", problem, sys.Mode())
	}
	var none *System
	if none.SetMode(BypassPolicy) == nil || none.Mode() != EnforcePolicy || (*Guard)(nil).PolicyMode() != EnforcePolicy || (*Keyring)(nil).PolicyMode() != EnforcePolicy {
		t.Error("nothing has a mode")
	}
	t.Setenv(ModeVariable, "off")
	_, err = Start(Options{Mode: 8, Limits: Limits{Keys: -1}})
	if ps := problemsIn(t, err); len(ps) != 3 || ps[1].Path != "mode" || ps[2].Path != "FUSEBOARD_MODE" || ps[2].Value != "off" || ps[2].Accepted != "enforce, shadow, bypass" || ps[2].Fix == "" {
		t.Errorf("%v", ps)
	}
}

func TestEnvironmentComesBeforeTheOptions(t *testing.T) {
	for _, c := range []struct {
		word  string
		given PolicyMode
		want  PolicyMode
		by    string
	}{
		{"", EnforcePolicy, EnforcePolicy, ""},
		{"", ShadowPolicy, ShadowPolicy, "by=options"},
		{"bypass", EnforcePolicy, BypassPolicy, "by=environment"},
		{"shadow", BypassPolicy, ShadowPolicy, "by=environment"},
		{"enforce", BypassPolicy, EnforcePolicy, ""},
		{" Bypass\r\n", EnforcePolicy, BypassPolicy, "by=environment"},
		{"SHADOW", EnforcePolicy, ShadowPolicy, "by=environment"},
		{" \n", ShadowPolicy, ShadowPolicy, "by=options"},
	} {
		t.Setenv(ModeVariable, c.word)
		var log bytes.Buffer
		sys, err := Start(Options{Mode: c.given, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		if sys.Mode() != c.want {
			t.Errorf("%+v: %v", c, sys.Mode())
		}
		if err := sys.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		lines := modeLines(log.String())
		if c.by == "" && len(lines) != 0 || c.by != "" && (len(lines) != 1 || !strings.Contains(lines[0], c.by) || !strings.Contains(lines[0], "level=WARN")) {
			t.Errorf("%+v: %s", c, lines)
		}
	}
}

// modeLines are the lines of a log that tell of modes.
func modeLines(log string) (found []string) {
	for line := range strings.Lines(log) {
		if strings.Contains(line, `msg="policy mode"`) {
			found = append(found, line)
		}
	}
	return found
}

func TestWeakerModeOfSystemAndPolicyIsInForce(t *testing.T) {
	sys := start(t)
	for _, own := range policyModesInOrder {
		g, err := Protect(sys, "own-"+own.String(), Policy{Mode: own})
		if err != nil {
			t.Fatal(err)
		}
		for _, all := range policyModesInOrder {
			if err := sys.SetMode(all); err != nil {
				t.Fatal(err)
			}
			if got := g.PolicyMode(); got != max(own, all) || g.Stats().PolicyMode != got || g.Explain().PolicyMode != got || g.Explain().SystemMode != all {
				t.Errorf("own %s, of the System %s: %s", own, all, got)
			}
		}
	}
}

// TestModeIsInForceWhenSetModeReturns: at once, for every guard and every key, whatever runs.
func TestModeIsInForceWhenSetModeReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sys := start(t)
		p := Policy{Breaker: quickBreaker, Bulkhead: Bulkhead{Concurrency: 4, Queue: 4}}
		r := spawn(t, sys, p, fail)
		k, err := SpawnKeyed(sys, "tenants", fail, p, KeyLimits{})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			_, _ = r.Call(t.Context(), 1)
			_, _ = k.Call(t.Context(), "a", 1)
		}
		ways := map[string]func() error{
			"call": func() error { _, err := r.Call(t.Context(), 1); return err },
			"ask":  func() error { _, err := r.Ask(t.Context(), 1).Wait(t.Context()); return err },
			"do": func() error {
				_, err := Do(t.Context(), r.Guard, func(context.Context) (int, error) { return 0, errDown })
				return err
			},
			"keyed": func() error { _, err := k.Call(t.Context(), "a", 1); return err },
			"key's ask": func() error {
				_, err := k.Ask(t.Context(), "a", 1).Wait(t.Context())
				return err
			},
		}
		for _, m := range []PolicyMode{EnforcePolicy, ShadowPolicy, EnforcePolicy, BypassPolicy, ShadowPolicy, BypassPolicy, EnforcePolicy} {
			before := sys.Now()
			if err := sys.SetMode(m); err != nil {
				t.Fatal(err)
			}
			for name, way := range ways {
				err := way()
				if refused := errors.Is(err, ErrOpen); refused != (m == EnforcePolicy) || !refused && err != errDown { //nolint:errorlint // untouched
					t.Errorf("%s, %s: %v", m, name, err)
				}
			}
			if took := sys.Now().Sub(before); took != 0 {
				t.Errorf("%s after %s", m, took)
			}
		}
		if k.Len() != 1 {
			t.Errorf("%d keys", k.Len())
		}
	})
}

func TestUpdateChangesTheModeOfOneDependency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		sys, err := Start(Options{Seed: 1, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		sub := sys.Subscribe(100)
		p := Policy{Breaker: quickBreaker}
		r, other := spawn(t, sys, p, fail), member(t, sys, "other", p, fail)
		for range 3 {
			_, _ = r.Call(t.Context(), 1)
			_, _ = other.Call(t.Context(), 1)
		}
		change, err := r.Update(t.Context(), inShadow(p))
		if err != nil || len(change.Changed) != 1 || change.Changed[0] != "mode" || len(change.Lost) != 0 {
			t.Errorf("%+v, %v", change, err)
		}
		if _, err := r.Call(t.Context(), 1); err != errDown { //nolint:errorlint // untouched
			t.Error(err)
		}
		if r.State() != Open {
			t.Errorf("the circuit is %s", r.State())
		}
		if _, err := other.Call(t.Context(), 1); !errors.Is(err, ErrOpen) {
			t.Error(err)
		}
		if _, err := r.Update(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Call(t.Context(), 1); !errors.Is(err, ErrOpen) {
			t.Errorf("enforced again: %v", err)
		}
		if err := sys.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		for e := range sub.C() {
			if e.Kind == EventMode {
				t.Errorf("%+v", e)
			}
		}
		if n := strings.Count(log.String(), `msg="policy mode" dependency=payments`); n != 2 {
			t.Errorf("%d lines:\n%s", n, log.String())
		}
	})
}

func TestChangesOfTheSystemsModeAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		sys, err := Start(Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		sub := sys.Subscribe(10)
		for _, m := range []PolicyMode{BypassPolicy, BypassPolicy, EnforcePolicy} { // the second changes nothing
			time.Sleep(time.Second)
			if err := sys.SetMode(m); err != nil {
				t.Fatal(err)
			}
		}
		if err := sys.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := []Event{
			{Kind: EventMode, PolicyMode: BypassPolicy, Seq: 1, At: fuseboard.Instant(time.Second)},
			{Kind: EventMode, PolicyMode: EnforcePolicy, Seq: 2, At: fuseboard.Instant(3 * time.Second)},
		}
		for e := range sub.C() {
			if e.Kind != want[0].Kind || e.PolicyMode != want[0].PolicyMode || e.Seq != want[0].Seq || e.At != want[0].At || e.Dependency != "" || e.Group != "" {
				t.Errorf("%+v", e)
			}
			if want = want[1:]; len(want) == 0 {
				break
			}
		}
		lines := modeLines(log.String())
		if len(lines) != 2 || !strings.Contains(lines[0], "level=WARN") || !strings.Contains(lines[0], "mode=bypass before=enforce by=SetMode") ||
			!strings.Contains(lines[1], "level=INFO") || !strings.Contains(lines[1], "mode=enforce before=bypass by=SetMode") {
			t.Errorf("%s", log.String())
		}
	})
}
