// SPDX-License-Identifier: Apache-2.0

package live

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

func TestARollbackThatCutsAsksForNoForceLine(t *testing.T) {
	inHouse(t, file(permits(20)), Options{}, func(h *house) {
		h.edit(file(permits(200)))
		if _, err := h.Rollback(h.Context(), 1, "ana", "INC-812"); err != nil || h.permits("payments") != 20 {
			t.Errorf("%v, %d permits", err, h.permits("payments"))
		}
	}, "payments")
}

func TestARuleThatIsEditedStaysOn(t *testing.T) {
	text := file("  payments: {bulkhead: {concurrency: 20}}",
		"profiles: {brownout: {bulkhead: {concurrency: 5}}}",
		"rules: {busy: {when: cpu > 85% for 10s, profiles: [brownout]}}")
	host := func(fuseboard.Instant) shedding.Signals { return shedding.Signals{CPU: 0.9} }
	inHouse(t, text, Options{Host: host}, func(h *house) {
		time.Sleep(15 * time.Second)
		synctest.Wait()
		h.edit(strings.Replace(text, "85%", "80%", 1))
		if h.permits("payments") != 5 {
			t.Errorf("%d permits", h.permits("payments"))
		}
	}, "payments")
}

func TestWhatTwoGuardsOfOneEntryHaveAlikeIsToldOnce(t *testing.T) {
	inHouse(t, file("  \"pay*\": {bulkhead: {concurrency: 20}}"), Options{}, func(h *house) {
		h.edit(file("  \"pay*\": {hedge: {after: 10ms}}"))
		if refused := h.Status().Refused; len(refused) != 1 {
			t.Errorf("%d problems: %v", len(refused), refused)
		}
	}, "payments", "payouts")
}

// They are tried when the override ends, but not while they are lost, and one refusal is counted once.
func TestFilesThatAreLostAreTriedWhenTheyAreBack(t *testing.T) {
	inHouse(t, file(permits(20)), Options{}, func(h *house) {
		for range 2 {
			if _, err := h.Override(h.Context(), override("workers", "off", time.Minute)); err != nil {
				t.Fatal(err)
			}
			if h.permits("payments") == 20 {
				h.edit(file(fmt.Sprintf(hedged, 25)))
			}
		}
		if n := h.Numbers().Refused; n != 1 {
			t.Errorf("refused %d times", n)
		}
		h.files.c <- snapshotOf(errors.New("no such file"))
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if h.permits("payments") != 20 {
			t.Error("files that are lost came into force")
		}
		h.edit(file(fmt.Sprintf(hedged, 25)))
		if h.permits("payments") != 25 {
			t.Errorf("%d permits, %v", h.permits("payments"), h.Status().Refused)
		}
	}, "payments")
}
