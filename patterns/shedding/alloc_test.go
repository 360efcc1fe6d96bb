// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

func TestLevelsAndReadingsAllocNothing(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector allocates")
	}
	now := fuseboard.Instant(0)
	reader, v2 := NewReader(nil), newHost(inV2(nil))
	s := NewSampler(Policy{Every: time.Minute}, nil, nil)
	full := NewSampler(Policy{Memory: 0.9}, nil, func(fuseboard.Instant) Signals { return Signals{Memory: 1} })
	full.Sample(0)
	for what, c := range map[string]struct {
		most float64
		do   func()
	}{
		"Level":            {0, func() { s.Level() }},
		"Admit":            {0, func() { _ = s.Admit(fuseboard.Normal) }},
		"View":             {0, func() { s.View() }},
		"a refusal":        {1, func() { _ = full.Admit(fuseboard.Normal) }},
		"a reading":        {0, func() { reader.Read(now) }},
		"a reading of v2":  {0, func() { v2.Read(now) }},
		"a sample":         {1, func() { s.Sample(now) }},
		"another decision": {0, func() { _ = full.View().Next(now, Signals{CPU: 1}, Policy{CPU: 0.5}) }},
	} {
		for range 3 { // the first open files and make room
			now = now.Add(2 * time.Millisecond)
			c.do()
		}
		if got := testing.AllocsPerRun(100, func() {
			now = now.Add(2 * time.Millisecond) // never so far that the cgroups are looked for again
			c.do()
		}); got > c.most {
			t.Errorf("%s allocates %v objects, want %v at most", what, got, c.most)
		}
	}
	reader.Close()
	s.Stop()
}
