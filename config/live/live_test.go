// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config"
)

// file is a policy file with what stands under dependencies, and at the end.
func file(dependencies string, more ...string) string {
	return "apiVersion: fuseboard/v1\ndependencies:\n" + dependencies + "\n" + strings.Join(more, "\n") + "\n"
}

func permits(n int) string { return fmt.Sprintf("  payments: {bulkhead: {concurrency: %d}}", n) }

func TestAnEditReachesEveryGuardUnderOneVersion(t *testing.T) {
	inHouse(t, file("  \"pay*\": {bulkhead: {concurrency: 20}}"), Options{}, func(h *house) {
		if h.permits("payments") != 20 || h.permits("payouts") != 20 || h.permits("search") != 0 {
			t.Error("guards that ran before have not what the files say")
		}
		first := h.Version()
		h.edit(file("  \"pay*\": {bulkhead: {concurrency: 30}}"))
		v := h.Version()
		if v.Number != first.Number+1 || v.Cause != CauseEdit || v.Of != v.Number || len(v.Guards) != 2 {
			t.Errorf("%+v", v)
		}
		for i, name := range []string{"payments", "payouts"} {
			if g := v.Guards[i]; g.Dependency != name || g.Err != nil || fmt.Sprint(g.Change.Changed) != "[bulkhead.concurrency]" {
				t.Errorf("%+v", g)
			}
			if h.permits(name) != 30 {
				t.Errorf("%s: %d", name, h.permits(name))
			}
		}
	}, "payments", "payouts", "search")
}

func TestGuardsMadeLaterBeginWithWhatTheFilesSay(t *testing.T) {
	inHouse(t, file(permits(20)), Options{}, func(h *house) {
		g := h.protect("payments", actors.Policy{Deadline: actors.Deadline{Total: time.Second}})
		if p := g.Policy(); p.Bulkhead.Concurrency != 20 || p.Deadline.Total != time.Second {
			t.Errorf("%+v", p)
		}
		keyed, err := actors.SpawnKeyed(h.sys, "pay-keys", func(_ context.Context, n int) (int, error) { return n, nil }, actors.Policy{}, actors.KeyLimits{})
		if err != nil {
			t.Fatal(err)
		}
		h.edit(file(permits(21) + "\n  pay-keys: {bulkhead: {concurrency: 3}}"))
		if h.permits("payments") != 21 || keyed.Keyring.Policy().Bulkhead.Concurrency != 3 {
			t.Errorf("%d, %+v", h.permits("payments"), keyed.Keyring.Policy())
		}
		r, err := h.Explain("payments")
		if err != nil || originOf(r, "deadline.total").Layer != config.Code || originOf(r, "bulkhead.concurrency").Line != 3 {
			t.Errorf("%v %+v", err, r.Values)
		}
	})
}

func TestAnEditThatCannotBeUsedChangesNothingAndIsLoud(t *testing.T) {
	inHouse(t, file(permits(20)), Options{}, func(h *house) {
		before := h.Version()
		for _, text := range []string{
			file("  payments: {bulkhead: {concurency: 30}}"), file(permits(-1)), "", "apiVersion: fuseboard/v1\n\tx",
		} {
			h.edit(text)
			s := h.Status()
			if len(s.Refused) == 0 || s.Version.Number != before.Number || h.permits("payments") != 20 || !h.Numbers().Refusing {
				t.Errorf("%q: %+v", text, s)
			}
		}
		if log := h.log.String(); strings.Count(log, "level=ERROR") != 4 || !strings.Contains(log, "did you mean concurrency") {
			t.Error(log)
		}
		h.edit(file(permits(30)))
		if s := h.Status(); s.Refused != nil || h.permits("payments") != 30 || h.Numbers().Refused != 4 || h.Numbers().Refusing {
			t.Errorf("%+v", s)
		}
	}, "payments")
}

func TestFilesThatAreLostChangeNothing(t *testing.T) {
	inHouse(t, file(permits(20)), Options{}, func(h *house) {
		gone := errors.New("no such file")
		h.files.c <- snapshotOf(gone)
		synctest.Wait()
		if s := h.Status(); !errors.Is(s.Lost, gone) || h.permits("payments") != 20 || !h.Numbers().Refusing {
			t.Errorf("%+v", s)
		}
		h.edit(file(permits(20)))
		if s := h.Status(); s.Lost != nil || h.Numbers().Refusing || h.Version().Number != 1 {
			t.Errorf("%+v", s)
		}
	}, "payments")
}

func TestADependencyThatLeavesTheFilesHasItsOwnPolicyAgain(t *testing.T) {
	inHouse(t, file(permits(20)), Options{}, func(h *house) {
		h.protect("payments", actors.Policy{Bulkhead: actors.Bulkhead{Concurrency: 15}})
		h.edit(file("  search: {bulkhead: {concurrency: 5}}"))
		if h.permits("payments") != 15 {
			t.Error(h.permits("payments"), h.Status().Refused)
		}
	})
}

func TestACutByMoreThanHalfAsksForAForceLine(t *testing.T) {
	inHouse(t, file(permits(20)), Options{}, func(h *house) {
		h.edit(file(permits(9)))
		refused := h.Status().Refused
		if h.permits("payments") != 20 || len(refused) != 1 || !strings.Contains(refused.Error(), "force") {
			t.Fatalf("%d %v", h.permits("payments"), refused)
		}
		h.edit(file(permits(9), "force: [payments.bulkhead.concurrency]"))
		if h.permits("payments") != 9 {
			t.Fatal(h.Status().Refused)
		}
		h.edit(file(permits(4), "force: [payments.bulkhead.concurrency]"))
		if h.permits("payments") != 9 {
			t.Error("a force line of an earlier edit counted")
		}
		h.edit(file(permits(4), "force: [payments.bulkhead.concurrency=4]"))
		if h.permits("payments") != 4 {
			t.Error(h.Status().Refused)
		}
	}, "payments")
}

func TestWindowsAndCircuitSurviveAnEdit(t *testing.T) {
	text := "  payments: {breaker: {consecutive: 2, open_for: 1m}, bulkhead: {concurrency: %d}}"
	inHouse(t, file(fmt.Sprintf(text, 4)), Options{}, func(h *house) {
		g := h.protect("payments", actors.Policy{})
		for range 2 {
			if _, err := actors.Do(context.Background(), g, func(context.Context) (int, error) { return 0, errors.New("down") }); err == nil {
				t.Fatal("no failure")
			}
		}
		before := g.Stats()
		h.edit(file(fmt.Sprintf(text, 8)))
		if after := g.Stats(); before.State != actors.Open || after.State != before.State || after.Epoch != before.Epoch || h.permits("payments") != 8 {
			t.Errorf("%v %v", before, after)
		}
	})
}

// A policy that one guard cannot take is brought to none: here the value of a fallback is no answer of its operation.
func TestWhatOneGuardRefusesIsBroughtToNone(t *testing.T) {
	inHouse(t, file("  \"*\": {bulkhead: {concurrency: 20}}"), Options{}, func(h *house) {
		h.protect("alpha", actors.Policy{})
		_, err := actors.Spawn(h.sys, "payments", func(context.Context, int) (int, error) { return 1, nil }, actors.Policy{})
		if err != nil {
			t.Fatal(err)
		}
		h.protect("zeta", actors.Policy{})
		h.edit(file("  \"*\": {bulkhead: {concurrency: 30}, fallback: {steps: [{value: \"no number\"}]}}"))
		if h.permits("alpha") != 20 || h.permits("payments") != 20 || h.permits("zeta") != 20 {
			t.Error("half of the guards have the new policy", h.permits("alpha"), h.permits("payments"), h.permits("zeta"), h.log.String())
		}
		refused := h.Status().Refused
		if len(refused) == 0 || !strings.Contains(refused.Error(), "payments") || refused[0].Origin.Line != 3 {
			t.Errorf("%v", refused)
		}
	})
}

// Each guard that is made is one question, however many there are.
func TestManyGuardsAreMadeInLinearTime(t *testing.T) {
	inHouse(t, file("  \"g-*\": {bulkhead: {concurrency: 20}}"), Options{}, func(h *house) {
		const many = 500
		for n := range many {
			h.protect(fmt.Sprintf("g-%d", n), actors.Policy{})
		}
		synctest.Wait()
		if n := h.Numbers(); n.Guards != many || n.Waiting != 0 {
			t.Errorf("%+v", n)
		}
		h.edit(file("  \"g-*\": {bulkhead: {concurrency: 30}}"))
		if v := h.Version(); len(v.Guards) != many || h.permits("g-77") != 30 {
			t.Errorf("%d guards", len(v.Guards))
		}
	})
}
