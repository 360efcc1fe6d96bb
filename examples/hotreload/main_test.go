// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEditsReachTheGuardAndNoCallNotices(t *testing.T) {
	var out strings.Builder
	if err := run(&out, 8, 500); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"8 edits while ", ": 0 calls failed or were refused", "did you mean queue?", "version 9 stays in force", "fuseboard_policies_version{service=\"shop\"} 9", "fuseboard_policies_refusing{service=\"shop\"} 1"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, out.String())
		}
	}
}
