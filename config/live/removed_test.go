// SPDX-License-Identifier: Apache-2.0

package live

import (
	"strings"
	"testing"
)

func TestAnEntryWithACircuitCanLeaveTheFilesByForce(t *testing.T) {
	inHouse(t, file("  payments: {breaker: {failure_rate: 50%}}\n  other: {retry: {attempts: 2}}"), Options{}, func(h *house) {
		without := "  other: {retry: {attempts: 2}}"
		h.edit(file(without))
		if !h.guard("payments").Policy().Breaker.On() || !strings.Contains(h.Status().Refused.Error(), "payments.breaker") {
			t.Fatalf("the circuit went: %v", h.Status().Refused)
		}
		h.edit(file(without, "force: [payments.breaker]"))
		if h.guard("payments").Policy().Breaker.On() {
			t.Errorf("the line that the refusal asked for is refused: %v", h.Status().Refused)
		}
	}, "payments")
}
