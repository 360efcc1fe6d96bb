// SPDX-License-Identifier: Apache-2.0

package events

import (
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/fuseboard/fuseboard"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func opened(n uint64) Event {
	return Event{At: noon, Kind: "transition", Dependency: "payments", From: "closed", To: "open", Cause: "failure-rate", Text: "event " + strconv.FormatUint(n, 10)}
}

// some returns the next n events of a source.
func some(t testing.TB, s *Source, n int) (all []Event) {
	t.Helper()
	for range n {
		e, err := s.Next(opened(s.seq + 1))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

func at(d time.Duration) fuseboard.Instant { return fuseboard.Instant(d) }

// seqs are the numbers of the items, and lost the sum of what they tell to be missing.
func seqs(p Page) (all []uint64, lost uint64) {
	for _, i := range p.Items {
		all = append(all, i.Seq)
		lost += i.Lost
	}
	return all, lost
}
