// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

func override(path, value string, ttl time.Duration) Override {
	return Override{Dependency: "payments", Path: path, Value: value, TTL: ttl, By: "ana", Reason: "INC-812"}
}

func TestAnOverrideStaysThroughEditsAndEndsByItself(t *testing.T) {
	inHouse(t, file(permits(20)), Options{}, func(h *house) {
		v, err := h.Override(h.Context(), override("bulkhead.concurrency", "2", time.Minute))
		if err != nil || v.Cause != CauseOverride || v.By != "ana" || !strings.Contains(v.Reason, "INC-812") || v.Of != 1 {
			t.Fatalf("%v %+v", err, v)
		}
		h.edit(file(permits(30)))
		r, _ := h.Explain("payments")
		if o := originOf(r, "bulkhead.concurrency"); h.permits("payments") != 2 || o.Layer != config.ByOverride || o.Name != "ana" {
			t.Errorf("%d permits, of %v", h.permits("payments"), o)
		}
		if held := h.Status().Overrides; len(held) != 1 || held[0].Reason != "INC-812" {
			t.Errorf("%+v", held)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if h.permits("payments") != 30 || len(h.Status().Overrides) != 0 {
			t.Errorf("%d permits after its end", h.permits("payments"))
		}
	}, "payments")
}

func TestAnOverrideIsReplacedAndRevoked(t *testing.T) {
	inHouse(t, file(permits(20)), Options{}, func(h *house) {
		for _, n := range []string{"2", "3"} {
			if _, err := h.Override(h.Context(), override("bulkhead.concurrency", n, time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
		if h.permits("payments") != 3 || len(h.Status().Overrides) != 1 {
			t.Error(h.permits("payments"))
		}
		if _, err := h.Revoke(h.Context(), "payments", "bulkhead.concurrency", "ana", "over"); err != nil || h.permits("payments") != 20 {
			t.Errorf("%v, %d permits", err, h.permits("payments"))
		}
		_, err := h.Revoke(h.Context(), "payments", "bulkhead.concurrency", "ana", "over")
		if _, ok := errors.AsType[*OverrideError](err); !ok {
			t.Error(err)
		}
	}, "payments")
}

func TestAnOverrideThatCannotBeIsRefusedInWords(t *testing.T) {
	inHouse(t, file(permits(20)+"\n  \"se*\": {bulkhead: {concurrency: 20}}"), Options{}, func(h *house) {
		for name, c := range map[string]struct {
			o    Override
			want string
		}{
			"no reason": {Override{Dependency: "payments", Path: "bulkhead.concurrency", Value: "2", TTL: time.Minute, By: "ana"}, "reason"},
			"wildcard":  {Override{Dependency: "se*", Path: "bulkhead.concurrency", Value: "2", TTL: time.Minute, By: "a", Reason: "b"}, "by its name"},
			"no end":    {override("bulkhead.concurrency", "2", 0), "ttl"},
			"too long":  {override("bulkhead.concurrency", "2", 48*time.Hour), "1s to 24h"},
			"path":      {override("bulkhead.concurency", "2", time.Minute), "concurrency"},
			"value":     {override("bulkhead.concurrency", "-2", time.Minute), "negative"},
			"unit":      {override("deadline.total", "3", time.Minute), "unit"},
			"stranger":  {Override{Dependency: "paymets", Path: "bulkhead.concurrency", Value: "2", TTL: time.Minute, By: "a", Reason: "b"}, "did you mean payments?"},
		} {
			_, err := h.Override(h.Context(), c.o)
			if err == nil || !strings.Contains(err.Error(), c.want) || h.permits("payments") != 20 {
				t.Errorf("%s: %v", name, err)
			}
		}
	}, "payments")
}

// The edit is fine by itself; with the override the hedge has no workers left.
func TestAnEditThatAnOverrideMakesWrongIsRefused(t *testing.T) {
	inHouse(t, file(permits(20)), Options{}, func(h *house) {
		if _, err := h.Override(h.Context(), override("workers", "off", time.Minute)); err != nil {
			t.Fatal(err)
		}
		before := h.Version().Number
		h.edit(file("  payments: {bulkhead: {concurrency: 20}, workers: {max: 20}, hedge: {after: 10ms}}"))
		if refused := h.Status().Refused; len(refused) != 1 || !strings.Contains(refused[0].Fix, "override payments.workers = off of ana: INC-812") || h.Version().Number != before {
			t.Errorf("%v", refused)
		}
		if _, err := h.Revoke(h.Context(), "payments", "workers", "ana", "over"); err != nil {
			t.Error(err)
		}
	}, "payments")
}

// A rule that asks for the processor has it read, whether anybody sheds by it or not.
func TestARuleOfTheHostReadsTheMachine(t *testing.T) {
	text := file("  payments: {bulkhead: {concurrency: 20}}",
		"profiles: {brownout: {bulkhead: {concurrency: 5}}}",
		"rules: {busy: {when: cpu > 85% for 10s, profiles: [brownout]}}")
	var percent atomic.Int64
	percent.Store(50)
	host := func(fuseboard.Instant) shedding.Signals {
		return shedding.Signals{CPU: float64(percent.Load()) / 100}
	}
	inHouse(t, text, Options{Host: host}, func(h *house) {
		percent.Store(90)
		time.Sleep(8 * time.Second)
		synctest.Wait()
		if h.permits("payments") != 20 {
			t.Error("it did not wait")
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if h.permits("payments") != 5 || !strings.Contains(h.Version().Reason, "cpu 90% > 85%") {
			t.Errorf("%d: %s", h.permits("payments"), h.Version().Reason)
		}
		h.edit(strings.Replace(text, "85%", "80%", 1))
		percent.Store(50)
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if h.permits("payments") != 20 {
			t.Errorf("%d after the pressure", h.permits("payments"))
		}
	}, "payments")
}

func TestRollbackBringsTheFilesOfAVersionBack(t *testing.T) {
	inHouse(t, file(permits(20)), Options{}, func(h *house) {
		h.edit(file(permits(30)))
		if _, err := h.Override(h.Context(), override("deadline.total", "3s", time.Hour)); err != nil {
			t.Fatal(err)
		}
		v, err := h.Rollback(h.Context(), 1, "ana", "INC-812")
		if err != nil || v.Number != 4 || v.Of != 1 || v.Hash != h.History()[0].Hash || h.permits("payments") != 20 {
			t.Fatalf("%v %+v", err, v)
		}
		if s := h.Status(); !s.RolledBack || s.OnDisk == v.Hash || h.guard("payments").Policy().Deadline.Total != 3*time.Second {
			t.Errorf("%+v", s)
		}
		d, err := h.Diff(2, 4)
		if err != nil || len(d) != 1 || d[0].Changes[0].Path != "bulkhead.concurrency" {
			t.Errorf("%v %+v", err, d)
		}
		h.edit(file(permits(31)))
		if h.permits("payments") != 31 || h.Status().RolledBack {
			t.Error("an edit after a rollback")
		}
		_, err = h.Rollback(h.Context(), 99, "ana", "typo")
		if wrong, ok := errors.AsType[*VersionError](err); !ok || wrong.Oldest != 1 || wrong.Newest != 5 {
			t.Error(err)
		}
		if _, err = h.Rollback(h.Context(), 1, "", ""); err == nil {
			t.Error("nobody rolled back")
		}
	}, "payments")
}

func TestHistoryIsBoundedAndKeepsTheNewest(t *testing.T) {
	inHouse(t, file(permits(100)), Options{Keep: 3}, func(h *house) {
		for n := range 10 {
			h.edit(file(permits(101 + n)))
		}
		all := h.History()
		if len(all) != 3 || all[0].Number != 9 || all[2].Number != 11 {
			t.Errorf("%+v", all)
		}
	}, "payments")
}

func TestRulesSwitchProfilesOnAndOff(t *testing.T) {
	text := file("  payments: {bulkhead: {concurrency: 20}}",
		"profiles: {brownout: {bulkhead: {concurrency: 5}}}",
		"rules: {night: {when: \"time 00:30-01:00\", profiles: [brownout]}}")
	inHouse(t, text, Options{}, func(h *house) { // a bubble begins at midnight UTC
		if h.permits("payments") != 20 {
			t.Fatal("it holds already")
		}
		would, err := h.Preview("night")
		if err != nil || len(would) != 1 || would[0].Changes[0].Path != "bulkhead.concurrency" || would[0].Changes[0].After != "5" {
			t.Errorf("%v %+v", err, would)
		}
		if _, err := h.Preview("nigth"); err == nil || !strings.Contains(err.Error(), "accepted: night") {
			t.Error(err)
		}
		time.Sleep(31 * time.Minute)
		synctest.Wait()
		v := h.Version()
		if h.permits("payments") != 5 || v.Cause != CauseRule || !strings.Contains(v.Reason, "rule night began") {
			t.Fatalf("%d %+v", h.permits("payments"), v)
		}
		if g := h.protect("payments-eu", actors.Policy{}); g.Policy().Bulkhead.Concurrency != 0 {
			t.Error("a rule is for entries alone")
		}
		s := h.Status()
		if len(s.Rules) != 1 || !s.Rules[0].Holds || s.Rules[0].Why == "" {
			t.Errorf("%+v", s.Rules)
		}
		h.edit(strings.Replace(text, "20", "30", 1))
		if h.permits("payments") != 5 {
			t.Error("an edit ended the rule")
		}
		h.edit(strings.Replace(text, "concurrency: 5", "concurrency: 1", 1))
		if h.permits("payments") != 5 || !strings.Contains(h.Status().Refused.Error(), "force") {
			t.Errorf("a profile that a rule lays was cut without a line of force: %d, %v", h.permits("payments"), h.Status().Refused)
		}
		time.Sleep(30 * time.Minute)
		synctest.Wait()
		if h.permits("payments") != 30 || h.Numbers().Rules != 0 { // the version before the cut
			t.Errorf("%d permits in the morning", h.permits("payments"))
		}
		h.edit(strings.Replace(text, "01:00", "02:00", 1))
		if d, err := h.DiffRules(1, h.Version().Number); err != nil || len(d) != 1 || d[0].Rule != "night" {
			t.Errorf("%v %+v", err, d)
		}
	}, "payments")
}

func TestARuleOfADependencyIsJudgedForEachByItself(t *testing.T) {
	text := file("  \"pay*\": {breaker: {consecutive: 3, open_for: 1m}, bulkhead: {concurrency: 20}}",
		"profiles: {quiet: {bulkhead: {concurrency: 5}}}",
		"rules: {open: {when: circuit is open, profiles: [quiet]}}")
	inHouse(t, text, Options{}, func(h *house) {
		for range 3 {
			_, _ = actors.Do(h.Context(), h.guard("payments"), func(context.Context) (int, error) { return 0, errors.New("down") })
		}
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if h.permits("payments") != 5 || h.permits("payouts") != 20 {
			t.Errorf("%d, %d: %s", h.permits("payments"), h.permits("payouts"), h.log.String())
		}
		if s := h.Status().Rules[0]; fmt.Sprint(s.For) != "[payments]" {
			t.Errorf("%+v", s)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if h.permits("payments") != 20 {
			t.Errorf("%d permits after the circuit closed", h.permits("payments"))
		}
	}, "payments", "payouts")
}

func TestFrequentQuestionsDoNotHoldUpTheRules(t *testing.T) {
	text := file("  payments: {bulkhead: {concurrency: 20}}",
		"profiles: {brownout: {bulkhead: {concurrency: 5}}}",
		"rules: {night: {when: \"time 00:01-01:00\", profiles: [brownout]}}")
	inHouse(t, text, Options{}, func(h *house) {
		for range 1000 {
			time.Sleep(70 * time.Millisecond)
			h.Status()
		}
		if h.permits("payments") != 5 {
			t.Error("the rule has not begun after ten seconds of its time")
		}
	}, "payments")
}
