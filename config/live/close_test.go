// SPDX-License-Identifier: Apache-2.0

package live

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/fuseboard/fuseboard/actors"
)

// Close comes at any moment of an edit: all guards have it then, or none.
func TestCloseAmidAnEditPartsNoGuards(t *testing.T) {
	const guards = 40
	text := "  \"*\": {bulkhead: {concurrency: %d}}"
	for try := range 12 {
		h := &house{T: t, files: newShelf(file(fmt.Sprintf(text, 20)))}
		h.begin()
		for n := range guards {
			h.protect(fmt.Sprintf("g%d", n), actors.Policy{})
		}
		h.follow(Options{})
		h.files.put(file(fmt.Sprintf(text, 30)))
		for range 100 * try { // so that Close meets each part of the edit
			runtime.Gosched()
		}
		if err := h.Close(); err != nil {
			t.Fatal(err)
		}
		want := map[uint64]int{1: 20, 2: 30}[h.Version().Number]
		for n := range guards {
			if got := h.permits(fmt.Sprintf("g%d", n)); got != want {
				t.Fatalf("g%d: %d permits in version %d", n, got, h.Version().Number)
			}
		}
		h.end()
	}
}
