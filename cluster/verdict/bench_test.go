// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"testing"
	"time"
)

func crowd(peers int) *stand {
	s := newStand(peers)
	for i := range s.view.Peers {
		p := &s.view.Peers[i]
		p.Zone = zoneOf(i % 3)
		p.Cell = Cell{Vote: Vote(i % 3), Wanted: 50, OK: uint32(40 + i), Fail: uint32(i % 50)}
	}
	s.pass(5*time.Second, 3, 1)
	return s
}

func TestAStepAllocatesNothing(t *testing.T) {
	s := crowd(200)
	if n := testing.AllocsPerRun(100, func() {
		s.now = s.now.Add(100 * time.Millisecond)
		s.own.OK++
		s.m.Step(s.now, s.own, s.view)
		s.m.Cell(s.now)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkStepWith200Peers(b *testing.B) {
	s := crowd(200)
	b.ReportAllocs()
	for b.Loop() {
		s.now = s.now.Add(time.Millisecond)
		s.own.OK++
		for i := range s.view.Peers {
			s.view.Peers[i].Seen = s.now
		}
		s.m.Step(s.now, s.own, s.view)
	}
}
