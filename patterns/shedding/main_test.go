// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(burnerEnv) != "" { // started again by a test, under a quota
		burn(os.Stdin, os.Stdout)
		return
	}
	goleak.VerifyTestMain(m)
}
