// SPDX-License-Identifier: Apache-2.0

package config

import (
	"os"
	"strings"
	"testing"
)

const names = `
defaults: {deadline: {total: 9s}}
dependencies:
  payments: {deadline: {total: 1s}, operations: {pay-out: {deadline: {total: 2s}}}}
  "search-*": {deadline: {total: 1s}}
  pay.eu: {deadline: {total: 1s}}
  a__b: {deadline: {total: 1s}}
  a: {deadline: {total: 1s}}
  x-y: {deadline: {total: 1s}}
  x_y: {deadline: {total: 1s}}
`

func TestVariablesAndFlagsSetWhatTheyName(t *testing.T) {
	for _, c := range []struct{ env, flag, name, path, want string }{
		{"PAYMENTS__RETRY__ATTEMPTS=2", "payments.retry.attempts=2", "payments", "retry.attempts", "2"},
		{"PAYMENTS__BREAKER__FAILURE_RATE=50%", "payments.breaker.failure_rate=50%", "payments", "breaker.failure_rate", "50%"},
		{"PAYMENTS__RETRY={attempts: 2, backoff: {base: 7ms}}", "payments.retry={attempts: 2, backoff: {base: 7ms}}", "payments", "retry.backoff.base", "7ms"},
		{"PAYMENTS__RETRY__ONLY=[timeout]", `payments.retry.only=[timeout]`, "payments", "retry.only", "timeout"},
		{"PAYMENTS__BREAKER__WEIGHTS={timeout: 2}", "payments.breaker.weights={timeout: 2}", "payments", "breaker.weights.timeout", "2"},
		{"PAYMENTS__OPERATIONS__CHARGE__DEADLINE__TOTAL=5s", "payments.operations.charge.deadline.total=5s", "payments", "operations.charge.deadline.total", "5s"},
		{"PAYMENTS__OPERATIONS__PAY_OUT__DEADLINE__TOTAL=5s", "payments.operations.pay-out.deadline.total=5s", "payments", "operations.pay-out.deadline.total", "5s"},
		{"PAYMENTS__OPERATIONS__PAY_OUT=off", "payments.operations.pay-out=off", "payments", "operations.pay-out", "off"},
		{"PAYMENTS__OPERATIONS={charge: {cost: 2}}", "payments.operations={charge: {cost: 2}}", "payments", "operations.charge.cost", "2"},
		{"PAYMENTS__DEADLINE__TOTAL=off", "payments.deadline.total=null", "payments", "deadline.total", "off"},
		{"PAYMENTS__DEADLINE=off", "payments.deadline=false", "payments", "deadline", "off"},
		{"PAYMENTS__CACHE={ttl: 1s, coalesce: off}", "payments.cache={ttl: 1s, coalesce: off}", "payments", "cache.coalesce", "off"},
		{"DEFAULTS__RETRY__ATTEMPTS=2", "defaults.retry.attempts=2", "a", "retry.attempts", "2"},
		{"SEARCH____RETRY__ATTEMPTS=2", `"search-*".retry.attempts=2`, "search-us", "retry.attempts", "2"},
		{"SEARCH_EU__RETRY__ATTEMPTS=2", "search-eu.retry.attempts=2", "search-eu", "retry.attempts", "2"},
		{"PAY_EU__RETRY__ATTEMPTS=2", "pay.eu.retry.attempts=2", "pay.eu", "retry.attempts", "2"},
		{"PAY_EU__RETRY__ATTEMPTS=2", `"pay.eu".retry.attempts=2`, "pay.eu", "retry.attempts", "2"},
		{"A__B__RETRY__ATTEMPTS=2", "a__b.retry.attempts=2", "a__b", "retry.attempts", "2"},
		{"A__RETRY__ATTEMPTS=2", "a.retry.attempts=2", "a", "retry.attempts", "2"},
	} {
		for _, o := range []Options{{Env: []string{envPrefix + c.env}}, {Flags: []string{c.flag}}} {
			s, ps := Read(file(names), o)
			if s == nil {
				t.Errorf("%v: %s", o, ps)
				continue
			}
			r, _ := s.Resolve(c.name, Layers{})
			if got := said(r, c.path); !strings.HasPrefix(got, c.want+" environment "+envPrefix) && !strings.HasPrefix(got, c.want+" flag ") {
				t.Errorf("%v: %s is %s, want %s", o, c.path, got, c.want)
			}
		}
	}
}

func TestNarrowerVariablesAndFlagsLieOverWiderOnesAndLaterFlagsOverEarlierOnes(t *testing.T) {
	s := sound(t, names, Options{
		Env: []string{
			envPrefix + "SEARCH_EU__RETRY__ATTEMPTS=4", envPrefix + "SEARCH____RETRY__ATTEMPTS=3", envPrefix + "DEFAULTS__RETRY__ATTEMPTS=2",
			envPrefix + "PAYMENTS__RETRY__BACKOFF__BASE=2ms", envPrefix + "PAYMENTS__RETRY={backoff: {base: 1ms}}",
			envPrefix + "A__RETRY__ATTEMPTS=7", envPrefix + "A__RETRY__ATTEMPTS=8",
		},
		Flags: []string{"payments.cache.ttl=1s", "payments.cache.ttl=2s", "defaults.cache.ttl=3s"},
	})
	for name, want := range map[string]string{
		"search-eu retry.attempts": "4 3 2", "search-us retry.attempts": "3 2", "payments retry.backoff.base": "2ms 1ms",
		"payments cache.ttl": "2s 1s 3s", "a cache.ttl": "3s", "a retry.attempts": "8 2",
	} {
		dependency, path, _ := strings.Cut(name, " ")
		v := find(resolved(t, s, dependency, Layers{}).Values, path)
		got := []string{v.Text}
		for _, u := range v.Under {
			got = append(got, u.Text)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", name, got, want)
		}
	}
}

func TestVariablesAndFlagsThatAreWrongShowTheirText(t *testing.T) {
	for _, c := range []struct{ env, flag, code, caret, fix string }{
		{"PAYMENT__RETRY__ATTEMPTS=2", "payment.retry.attempts=2", CodeUnknownDependency, "", "did you mean"},
		{"ORDERS__RETRY__ATTEMPTS=2", "orders.retry.attempts=2", CodeUnknownDependency, "", "add the entry to a file"},
		{"X_Y__RETRY__ATTEMPTS=2", "", CodeAmbiguous, "X_Y__RETRY__ATTEMPTS", "by a flag"},
		{"PAYMENTS__RETRY__ATEMPTS=2", "payments.retry.atempts=2", CodeUnknown, "ATEMPTS=2", "did you mean attempts?"},
		{"PAYMENTS__RETRI__ATTEMPTS=2", "payments.retri.attempts=2", CodeUnknown, "RETRI__ATTEMPTS=2", "did you mean retry?"},
		{"PAYMENTS__RETRY__ATTEMPTS=two", "payments.retry.attempts=two", CodeType, "two", ""},
		{"PAYMENTS__RETRY={attempts: 2, foo: 1}", "payments.retry={attempts: 2, foo: 1}", CodeUnknown, "foo", ""},
		{"PAYMENTS__DEADLINE__TOTAL=5", "payments.deadline.total=5", "no-unit", "5", "add the unit"},
		{"PAYMENTS__RETRY__ATTEMPTS=", "payments.retry.attempts=", CodeMissing, "", "off to take away"},
		{"PAYMENTS__RETRY={attempts: 2", "payments.retry={attempts: 2", CodeUnclosed, "", ""},
		{"PAYMENTS__BREAKER__WEIGHTS__TIMEOUT=2", "payments.breaker.weights.timeout=2", CodeUnknown, "TIMEOUT=2", "give the whole"},
		{"PAYMENTS__OPERATIONS__CHARGE__BULKHEAD__QUEUE=2", "payments.operations.charge.bulkhead.queue=2", CodeUnknown, "BULKHEAD__QUEUE=2", ""},
		{"PAYMENTS=2", "payments=2", CodeType, "2", ""},
		{"PAYMENTS__RETRY__ATTEMPTS=99", "payments.retry.attempts=99", "out-of-range", "99", ""},
		{"", "payments.retry.attempts", CodeFlag, "payments.retry.attempts", "name.path=value"},
		{"", "", CodeFlag, "", "name.path=value"},
		{"", `"payments`, CodeFlag, "", ""},
	} {
		if c.env != "" {
			checkWrong(t, Options{Env: []string{envPrefix + c.env}}, c.code, c.caret, c.fix, envPrefix+c.env)
		}
		if c.flag != "" || c.env == "" {
			checkWrong(t, Options{Flags: []string{c.flag}}, c.code, strings.ReplaceAll(strings.ToLower(c.caret), "__", "."), c.fix, c.flag)
		}
	}
}

func checkWrong(t *testing.T, o Options, code, caret, fix, text string) {
	t.Helper()
	s, ps := Read(file(names), o)
	errs := ps.Errors()
	if s != nil || len(errs) != 1 || errs[0].Code != code || !strings.Contains(errs[0].Fix, fix) || errs[0].Origin.Layer < Environment {
		t.Errorf("%v: %s", o, ps)
		return
	}
	line, marks, _ := strings.Cut(errs[0].Excerpt, "\n")
	at := strings.Index(marks, "^")
	if !strings.Contains(line, text) || at < 0 || !strings.HasPrefix(line[min(at, len(line)):], caret) {
		t.Errorf("%v: excerpt\n%s", o, errs[0].Excerpt)
	}
}

func TestTheEnvironmentOfThisProcessIsRead(t *testing.T) {
	t.Setenv(envPrefix+"PAYMENTS__RETRY__ATTEMPTS", "2")
	if got := said(resolved(t, sound(t, names, Options{Env: os.Environ()}), "payments", Layers{}), "retry.attempts"); !strings.HasPrefix(got, "2 environment") {
		t.Error(got)
	}
}

func TestAnOverrideIsJudgedAndSaysWhoAndWhy(t *testing.T) {
	s := sound(t, names, Options{})
	good := Override{Dependency: "payments", Path: "retry.attempts", Value: "2", By: "ann", Reason: "it hurts"}
	for _, c := range []struct {
		change func(*Override)
		want   string
	}{
		{func(*Override) {}, ""},
		{func(o *Override) { o.By = " " }, "bad-override payments.retry.attempts"},
		{func(o *Override) { o.Reason = "" }, "bad-override payments.retry.attempts"},
		{func(o *Override) { o.Path = "" }, "bad-override payments"},
		{func(o *Override) { o.Path = "retry.atempts" }, "unknown-field payments.retry.atempts"},
		{func(o *Override) { o.Value = "x" }, "wrong-type payments.retry.attempts"},
		{func(o *Override) { o.Value = "" }, "missing payments.retry.attempts"},
		{func(o *Override) { o.Value = "-1" }, "negative payments.retry.attempts"},
		{func(o *Override) { o.Path, o.Value = "retry", "{attempts: 2, atempts: 3}" }, "unknown-field payments.retry.atempts"},
		{func(o *Override) { o.Path, o.Value = "breaker", "off" }, ""},
	} {
		o := good
		c.change(&o)
		_, ps := s.Resolve("payments", Layers{Overrides: []Override{o}})
		got := ""
		if errs := ps.Errors(); len(errs) > 0 {
			got = errs[0].Code + " " + errs[0].Path
			if errs[0].Origin.Layer != ByOverride || errs[0].Excerpt == "" {
				t.Errorf("%+v: of %s\n%s", o, errs[0].Origin, errs[0].Excerpt)
			}
		}
		if got != c.want || len(ps.Errors()) > 1 || c.want != "" && len(ps.Warnings()) > 0 {
			t.Errorf("%+v: %s", o, ps)
		}
	}
}

func TestAVariableThatIsNearlyOneIsToldRatherThanLeftOutInSilence(t *testing.T) {
	s, ps := Read(file(names), Options{Env: []string{
		"FUSEBOARD_SET_PAYMENTS_RETRY_ATTEMPTS=3", "FUSEBOARD_SETTINGS=1", "FUSEBOARD_SET__PAYMENTS__RETRY__ATTEMPTS=2", "HOME=/",
	}})
	if s == nil || len(ps) != 1 || ps[0].Code != CodeNearVariable || !ps[0].Warning || ps[0].Path != "FUSEBOARD_SET_PAYMENTS_RETRY_ATTEMPTS" {
		t.Fatal(ps)
	}
}
