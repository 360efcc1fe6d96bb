// SPDX-License-Identifier: Apache-2.0

package scenarios_test

import (
	"os"
	"testing"

	"github.com/fuseboard/fuseboard/simulations"
)

func TestMain(m *testing.M) {
	simulations.Serve()
	os.Exit(m.Run())
}
