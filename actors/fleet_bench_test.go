// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"context"
	"slices"
	"testing"
	"time"
)

// BenchmarkFleet compares a call with fleet.mode follow, while all is clear, with the same
// without the section: in turns, so that what else the machine does meets both. A third guard is
// the same as the first: what those two differ by is the error of the measurement.
func BenchmarkFleet(b *testing.B) {
	bg := context.Background()
	sys := start(b)
	off, err := Spawn(sys, "off", echo, fullPolicy)
	if err != nil {
		b.Fatal(err)
	}
	same, err := Spawn(sys, "same", echo, fullPolicy)
	if err != nil {
		b.Fatal(err)
	}
	p := fullPolicy
	p.Fleet.Mode = FleetFollow
	on, err := Spawn(sys, "on", echo, p)
	if err != nil {
		b.Fatal(err)
	}
	if err := on.Follow(FleetOrder{}); err != nil {
		b.Fatal(err)
	}
	const calls = 2000
	round := func(r *Ref[int, int]) time.Duration {
		from := time.Now()
		for range calls {
			_, _ = r.Call(bg, 1)
		}
		return time.Since(from)
	}
	var ratios, controls, without []float64
	b.ReportAllocs()
	for b.Loop() {
		first, second, third := round(off), round(on), round(same)
		fourth, fifth, sixth := round(same), round(on), round(off)
		ratios = append(ratios, float64(second+fifth)/float64(first+sixth))
		controls = append(controls, float64(third+fourth)/float64(first+sixth))
		without = append(without, float64(first+sixth)/(2*calls))
	}
	slices.Sort(ratios)
	slices.Sort(controls)
	slices.Sort(without)
	b.ReportMetric(ratios[len(ratios)/2], "ratio")
	b.ReportMetric(controls[len(controls)/2], "ratio-of-equals")
	b.ReportMetric(without[len(without)/2], "ns/call-off")
}

func BenchmarkEvidence(b *testing.B) {
	r := spawn(b, start(b), fleetPolicy, echo)
	b.ReportAllocs()
	for b.Loop() {
		r.Evidence()
	}
}
