// SPDX-License-Identifier: Apache-2.0

package live

import (
	"fmt"
	"testing"
	"time"
)

// However often a rule begins and ends, the files of the version in force can be come back to.
func TestVersionsOfRulesKeepTheFiles(t *testing.T) {
	inHouse(t, file(permits(20)), Options{Keep: 2}, func(h *house) {
		for n := range 5 {
			if _, err := h.Override(h.Context(), override("bulkhead.concurrency", fmt.Sprint(10+n), time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
		oldest := h.History()[0].Number
		h.edit(file(permits(30)))
		if _, err := h.Rollback(h.Context(), oldest+1, "ana", "drill"); err != nil {
			t.Error(err)
		}
		if v := h.Version(); v.Of != 1 {
			t.Errorf("%+v", v)
		}
	}, "payments")
}

func TestReloadBringsWhatIsOnDiskAfterARollback(t *testing.T) {
	inHouse(t, file(permits(20)), Options{}, func(h *house) {
		h.edit(file(permits(30)))
		if _, err := h.Rollback(h.Context(), 1, "ana", "drill"); err != nil {
			t.Fatal(err)
		}
		v, err := h.Reload(h.Context())
		if err != nil || v.Number != 4 || h.permits("payments") != 30 || h.Status().RolledBack {
			t.Errorf("%v %+v", err, v)
		}
		if again, err := h.Reload(h.Context()); err != nil || again.Number != 4 {
			t.Errorf("%v %+v", err, again)
		}
		h.edit(file(permits(-1)))
		if _, err := h.Reload(h.Context()); err == nil {
			t.Error("files that are wrong were brought")
		}
		if _, err := h.Rollback(h.Context(), 1, "ana", "drill"); err != nil {
			t.Fatal(err)
		}
		h.edit(file(permits(-2)))
		if s := h.Status(); !s.RolledBack || s.Refused == nil {
			t.Errorf("after an edit that is refused the rollback still holds: %+v", s)
		}
	}, "payments")
}
