// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "8") // cases wait, on few processors, too; who names another number has it
	goleak.VerifyTestMain(m)
}
