// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"errors"
	"testing"
	"testing/synctest"
)

func TestCopiesAreNoAttemptsOfTheirCall(t *testing.T) {
	for _, down := range []error{nil, errDown} {
		synctest.Test(t, func(t *testing.T) {
			_, r := newHeat(t, hedged, part{takes: 900 * ms, err: down}, part{takes: 50 * ms, err: down})
			var info Info
			_, err := r.Call(WithInfo(t.Context(), &info), 0)
			if s := r.Stats(); info.Attempts != 1 || s.Attempts != 2 {
				t.Errorf("%+v; %d in all", info, s.Attempts)
			}
			if e, is := errors.AsType[*CallError](err); down != nil && (!is || e.Attempts != 1 || e.Repeats() != 0) {
				t.Errorf("%v", err)
			}
		})
	}
}
