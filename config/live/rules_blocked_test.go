// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

// What an override makes of a rule's profile may be wrong; when the override is gone the rule begins even though nothing else happens.
func TestARuleThatCouldNotBeginIsTriedAgain(t *testing.T) {
	text := file("  payments: {deadline: {total: 2s, attempt: 1s}, workers: {max: 20}}",
		"profiles: {copies: {hedge: {after: 50ms}}}",
		"rules: {night: {when: \"time 00:30-01:00\", profiles: [copies]}}")
	inHouse(t, text, Options{}, func(h *house) { // a bubble begins at midnight UTC
		if _, err := h.Override(context.Background(), override("workers", "off", 40*time.Minute)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(35 * time.Minute)
		synctest.Wait()
		if h.guard("payments").Policy().Hedge.On() || h.Status().Guards[0].Err == nil || h.Numbers().Waiting != 1 {
			t.Errorf("the status says %+v", h.Status())
		}
		if g := h.protect("payments-2", actors.Policy{}); g.Policy().Hedge.On() {
			t.Error("a guard that is made meanwhile is no entry's")
		}
		if n := strings.Count(h.log.String(), "a rule could not change"); n != 1 {
			t.Errorf("said %d times in five minutes", n)
		}
		time.Sleep(6 * time.Minute)
		synctest.Wait()
		if !h.guard("payments").Policy().Hedge.On() || h.Numbers().Waiting != 0 {
			t.Errorf("the override has ended, and the rule has not begun: %+v", h.Status())
		}
	}, "payments")
}

// A guard can be made also where rules or overrides make its policy wrong: it begins with the files alone.
func TestAGuardIsMadeWhereARuleMakesItsPolicyWrong(t *testing.T) {
	text := file("  payments: {deadline: {total: 2s, attempt: 1s}, workers: {max: 20}}",
		"profiles: {copies: {hedge: {after: 50ms}}}",
		"rules: {night: {when: \"time 00:30-01:00\", profiles: [copies]}}")
	inHouse(t, text, Options{}, func(h *house) {
		if _, err := h.Override(context.Background(), override("workers", "off", 40*time.Minute)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(35 * time.Minute)
		synctest.Wait()
		if g := h.protect("payments", actors.Policy{}); g.Policy().Hedge.On() || g.Policy().Deadline.Total != 2*time.Second {
			t.Errorf("%+v", g.Policy())
		}
	})
}
