// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestThrottleSendsTwiceWhatIsAcceptedAndNoCriticalCallIsRefused(t *testing.T) {
	var out strings.Builder
	run(&out)
	want := []string{
		"of 400 calls a second it accepts 1000 and is sent about 400: 11501 of 11501 calls accepted; refused: nobody",
		"of 400 calls a second it accepts 40 and is sent about 80: 1138 of 11501 calls accepted; refused: normal 84.4%",
		"of 400 calls a second it accepts 1000 and is sent about 400: 11501 of 11501 calls accepted; refused: nobody",
	}
	if got := strings.TrimSpace(out.String()); got != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}
