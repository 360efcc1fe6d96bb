// SPDX-License-Identifier: Apache-2.0

package trial

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if spec := os.Getenv(nodeSpec); spec != "" {
		os.Exit(beNode(spec)) // this process is a node of TestRealProcesses
	}
	goleak.VerifyTestMain(m)
}
