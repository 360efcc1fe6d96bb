// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"testing"

	"github.com/fuseboard/fuseboard"
)

func TestCriticalWorkIsNeverShed(t *testing.T) {
	for level := AdmitAll; ; level++ {
		if !level.Admits(fuseboard.Critical) {
			t.Errorf("level %d sheds critical work", level)
		}
		if level == 255 {
			return
		}
	}
}
