// SPDX-License-Identifier: Apache-2.0

package live

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/fuseboard/fuseboard/config"
)

func TestVersionsAndOverridesOutliveTheProcess(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := &house{T: t, files: newShelf(file(permits(20)))}
		h.begin()
		h.follow(Options{Dir: dir})
		h.edit(file(permits(30)))
		if _, err := h.Override(t.Context(), override("bulkhead.concurrency", "7", time.Hour)); err != nil {
			t.Fatal(err)
		}
		h.end()

		next := &house{T: t, files: newShelf(file(permits(30)))}
		next.begin()
		next.follow(Options{Dir: dir})
		next.protect("payments", policyOf(0))
		if next.permits("payments") != 7 || next.Version().Number != 4 || len(next.History()) != 4 {
			t.Errorf("%d permits, %+v", next.permits("payments"), next.History())
		}
		if _, err := next.Rollback(t.Context(), 1, "ana", "as it was"); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if next.permits("payments") != 20 {
			t.Errorf("%d permits when the override has ended", next.permits("payments"))
		}
		next.end()
	})
}

func TestFilesThatCannotBeUsedKeepStartFromBeginning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &house{T: t, files: newShelf(file(permits(-3) + "\n  search: {retri: {}}"))}
		h.begin()
		_, err := Start(t.Context(), h.sys, Options{Source: h.files, Env: []string{}})
		if found, ok := errors.AsType[config.Problems](err); !ok || len(found) < 2 {
			t.Errorf("%v", err)
		}
		if g := h.protect("payments", policyOf(3)); g.Policy().Bulkhead.Concurrency != 3 {
			t.Error("a start that failed is asked for policies")
		}
		if err := h.sys.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestATolerantStartGoesOnWithTheLastGoodFiles(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := &house{T: t, files: newShelf(file(permits(20)))}
		h.begin()
		h.follow(Options{Dir: dir})
		h.end()
		for _, c := range []struct {
			dir  string
			want int
		}{{dir, 20}, {"", 3}} {
			next := &house{T: t, files: newShelf("no policy")}
			next.begin()
			next.follow(Options{Dir: c.dir, Tolerant: true})
			next.protect("payments", policyOf(3))
			if next.permits("payments") != c.want || !next.Numbers().Refusing || !strings.Contains(next.log.String(), "refused") {
				t.Errorf("%d permits, want %d; %s", next.permits("payments"), c.want, next.log.String())
			}
			next.edit(file(permits(25)))
			if next.permits("payments") != 25 || next.Numbers().Refusing {
				t.Errorf("%+v", next.Status())
			}
			next.end()
		}
	})
}

func TestAStateThatCannotBeReadIsSetAside(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, stateFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	inHouse(t, file(permits(20)), Options{Dir: dir}, func(h *house) {
		if !strings.Contains(h.log.String(), "set aside") || h.Version().Number != 1 {
			t.Error(h.log.String())
		}
		if _, err := os.Stat(filepath.Join(dir, stateFile+".unreadable")); err != nil {
			t.Error(err)
		}
	})
}

func TestADirThatCannotBeWrittenIsToldAndStopsNothing(t *testing.T) {
	inHouse(t, file(permits(20)), Options{Dir: filepath.Join(t.TempDir(), "absent")}, func(h *house) {
		h.edit(file(permits(30)))
		if h.Status().NotKept == nil || h.permits("payments") != 30 {
			t.Error(h.Status().NotKept)
		}
	}, "payments")
}

func TestAfterCloseNothingChangesAndTheLastStateIsTold(t *testing.T) {
	inHouse(t, file(permits(20)), Options{}, func(h *house) {
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Override(h.Context(), override("bulkhead.concurrency", "2", time.Minute)); !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
		if h.Status().Version.Number != 1 || len(h.History()) != 1 {
			t.Error("the last state is lost")
		}
		if g := h.protect("later", policyOf(3)); g.Policy().Bulkhead.Concurrency != 3 {
			t.Error("files reach who is made after the end")
		}
	}, "payments")
}

func TestOptionsAreJudgedAllAtOnce(t *testing.T) {
	_, err := Start(t.Context(), nil, Options{Keep: 1})
	if err == nil || !strings.Contains(err.Error(), "path") || !strings.Contains(err.Error(), "keep") {
		t.Error(err)
	}
}

// An override that makes the next release's files wrong must not keep it from starting.
func TestKeptOverridesThatStandAgainstTheFilesAreDroppedAtTheStart(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := &house{T: t, files: newShelf(file(permits(20)))}
		h.begin()
		h.follow(Options{Dir: dir})
		if _, err := h.Override(h.Context(), override("workers", "off", time.Hour)); err != nil {
			t.Fatal(err)
		}
		h.end()

		next := &house{T: t, files: newShelf(file("  payments: {bulkhead: {concurrency: 20}, workers: {max: 20}, hedge: {after: 10ms}}"))}
		next.begin()
		next.protect("payments", policyOf(0))
		next.follow(Options{Dir: dir})
		if !next.guard("payments").Policy().Hedge.On() || len(next.Status().Overrides) != 0 || !strings.Contains(next.log.String(), "INC-812") {
			t.Errorf("%+v %s", next.Status(), next.log.String())
		}
		next.end()
	})
}
