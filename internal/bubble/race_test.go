// SPDX-License-Identifier: Apache-2.0

//go:build race

package bubble_test

import (
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/internal/bubble"
)

func TestARaceInAChildIsTold(t *testing.T) {
	failed, err := bubble.Crew{Work: "deed", Children: 1}.Run(t.Context(), jobs("race", "say after"))
	if len(failed) > 0 {
		t.Errorf("failed: %v", failed)
	}
	for _, want := range []string{"exit status 66", "DATA RACE", "bubble_test.raced"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
}
