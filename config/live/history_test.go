// SPDX-License-Identifier: Apache-2.0

package live

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

// Overrides and rules make versions too: they push the edit out of the history whose files they have.
func TestAVersionKeepsItsFilesWhenTheEditThatBroughtThemIsForgotten(t *testing.T) {
	inHouse(t, file(permits(20)), Options{Keep: 3}, func(h *house) {
		for n := range 5 {
			if _, err := h.Override(h.Context(), override("bulkhead.queue", fmt.Sprint(n+1), time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
		files := h.Version().Hash
		h.edit(file(permits(30)))
		all := h.History()
		d, err := h.Diff(all[0].Number, all[2].Number)
		if err != nil || len(d) != 1 {
			t.Errorf("%v %+v", err, d)
		}
		v, err := h.Rollback(h.Context(), all[1].Number, "ana", "INC-812")
		if err != nil || v.Hash != files || v.Of != 1 || h.permits("payments") != 20 {
			t.Errorf("%v %+v", err, v)
		}
	}, "payments")
}

// A process that ends after a rollback, perhaps for what it was rolled back for, begins as it was.
func TestARollbackOutlivesTheProcessUntilTheFilesChange(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		begin := func(text string) *house {
			h := &house{T: t, files: newShelf(text)}
			h.begin()
			h.protect("payments", actors.Policy{})
			h.follow(Options{Dir: dir})
			return h
		}
		h := begin(file(permits(20)))
		h.edit(file(permits(30)))
		if _, err := h.Rollback(t.Context(), 1, "ana", "INC-812"); err != nil {
			t.Fatal(err)
		}
		h.edit(file(permits(-1))) // refused: the rollback holds on
		h.edit(file(permits(30)))
		if _, err := h.Rollback(t.Context(), 1, "ana", "INC-813"); err != nil {
			t.Fatal(err)
		}
		h.end()
		for range 2 {
			h = begin(file(permits(30)))
			if h.permits("payments") != 20 || !h.Status().RolledBack || !strings.Contains(h.log.String(), "rollback") {
				t.Errorf("%d permits, %+v", h.permits("payments"), h.Numbers())
			}
			h.end()
		}
		h = begin(file(permits(31)))
		h.end()
		h = begin(file(permits(30)))
		if h.permits("payments") != 30 || h.Status().RolledBack {
			t.Errorf("%d permits: a rollback that other files have ended", h.permits("payments"))
		}
		h.end()
	})
}
