// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// berlin is a zone with summer time.
func berlin(t interface {
	Helper()
	Fatal(...any)
},
) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// sampleOf reads a sample that a test is sure of.
func sampleOf(text string) Sample {
	s, err := ParseSample(text)
	if err != nil {
		panic(err)
	}
	return s
}
