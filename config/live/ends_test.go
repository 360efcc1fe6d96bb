// SPDX-License-Identifier: Apache-2.0

package live

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/config/watch"
)

const hedged = "  payments: {bulkhead: {concurrency: %d}, workers: {max: 20}, hedge: {after: 10ms}}"

// An edit that only an override made wrong is right when that has ended: nobody has to touch the files.
func TestFilesThatAnOverrideMadeWrongComeIntoForceWhenItEnds(t *testing.T) {
	inHouse(t, file(permits(20)), Options{}, func(h *house) {
		for _, end := range []func() error{
			func() error { time.Sleep(2 * time.Minute); return nil },
			func() error { _, err := h.Revoke(h.Context(), "payments", "workers", "ana", "over"); return err },
		} {
			want := h.permits("payments") + 1
			if _, err := h.Override(h.Context(), override("workers", "off", time.Minute)); err != nil {
				t.Fatal(err)
			}
			h.edit(file(fmt.Sprintf(hedged, want)))
			if h.permits("payments") == want {
				t.Fatal("not refused")
			}
			if err := end(); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if s := h.Status(); h.permits("payments") != want || s.Refused != nil || s.OnDisk != s.Version.Hash {
				t.Errorf("%d permits, %v", h.permits("payments"), s.Refused)
			}
			h.edit(file(permits(want)))
		}
		if n := h.Numbers(); n.Refused != 2 {
			t.Errorf("%+v", n)
		}
	}, "payments")
}

// They are gone when the override ends: what is not there is not brought.
func TestFilesThatWereRefusedAndRemovedDoNotComeBack(t *testing.T) {
	inHouse(t, file(permits(20)), Options{}, func(h *house) {
		if _, err := h.Override(h.Context(), override("workers", "off", time.Minute)); err != nil {
			t.Fatal(err)
		}
		h.edit(file(fmt.Sprintf(hedged, 25)))
		h.files.c <- watch.Snapshot{Hash: "of no files"}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if s := h.Status(); h.permits("payments") != 20 || s.Refused[0].Code != "no-files" {
			t.Errorf("%d permits, %+v", h.permits("payments"), s)
		}
	}, "payments")
}

// The operator has chosen other files meanwhile.
func TestARollbackHoldsWhenTheOverrideEndsThatMadeTheFilesWrong(t *testing.T) {
	inHouse(t, file(permits(20)), Options{}, func(h *house) {
		if _, err := h.Override(h.Context(), override("workers", "off", time.Minute)); err != nil {
			t.Fatal(err)
		}
		h.edit(file(fmt.Sprintf(hedged, 25)))
		if _, err := h.Rollback(h.Context(), 1, "ana", "INC-812"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if h.permits("payments") != 20 {
			t.Errorf("%d permits", h.permits("payments"))
		}
	}, "payments")
}

// What one guard cannot do without an override keeps no other override from ending.
func TestAnOverrideEndsThoughAGuardCannotBeWithoutIt(t *testing.T) {
	inHouse(t, file("  payments: {hedge: {after: 10ms}}\n  search: {bulkhead: {concurrency: 10}}"), Options{}, func(h *house) {
		of := func(name, path, value string) {
			o := override(path, value, time.Minute)
			o.Dependency = name
			if _, err := h.Override(h.Context(), o); err != nil {
				t.Fatal(err)
			}
		}
		of("payments", "hedge", "off")
		of("search", "bulkhead.concurrency", "3")
		payments := h.protect("payments", actors.Policy{})
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if len(h.Status().Overrides) != 0 || h.permits("search") != 10 || h.Numbers().Waiting != 1 {
			t.Errorf("%+v", h.Status())
		}
		if n := strings.Count(h.log.String(), "level=ERROR"); n == 0 || n > 2 {
			t.Errorf("told %d times: %s", n, h.log.String())
		}
		if err := payments.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
	}, "search")
}
