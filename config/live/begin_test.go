// SPDX-License-Identifier: Apache-2.0

package live

import (
	"testing"

	"github.com/fuseboard/fuseboard/actors"
)

// A System follows one source. Who comes second has changed no guard when it is told so.
func TestASecondStartOnOneSystemChangesNothing(t *testing.T) {
	inHouse(t, file(permits(20)), Options{}, func(h *house) {
		_, err := Start(h.Context(), h.sys, Options{Source: newShelf(file(permits(3))), Env: []string{}})
		if err == nil || h.permits("payments") != 20 {
			t.Errorf("%v, %d permits", err, h.permits("payments"))
		}
		h.edit(file(permits(21)))
		if h.permits("payments") != 21 {
			t.Error("the first follows no more")
		}
	}, "payments")
}

func TestASystemThatNoStartMadeIsRefused(t *testing.T) {
	for _, sys := range []*actors.System{nil, {}} {
		if _, err := Start(t.Context(), sys, Options{Source: newShelf(file(permits(20))), Env: []string{}}); err == nil {
			t.Error("it began")
		}
	}
}
