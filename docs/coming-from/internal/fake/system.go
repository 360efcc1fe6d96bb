// SPDX-License-Identifier: Apache-2.0

package fake

import (
	"context"
	"testing"

	"github.com/fuseboard/fuseboard/actors"
)

// System starts one for a test and shuts it down at the test's end.
func System(t *testing.T) *actors.System {
	t.Helper()
	sys, err := actors.Start(actors.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sys.Shutdown(context.Background()); err != nil {
			t.Errorf("shutdown: %v", err)
		}
	})
	return sys
}
