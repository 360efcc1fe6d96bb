// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	"math"
	"strconv"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/patterns/shedding"
)

var hostFamilies = []family{
	{
		"host_cpu_ratio", gauge, "", "1",
		"The part of the processor time that the process may use which was used, at the last reading; no series while it is not known, or nobody sheds.",
		"Is the process short of processors?",
		known(shedding.CPU),
	},
	{
		"host_memory_ratio", gauge, "", "1",
		"The part of the memory that the process may use which is used, at the last reading; no series while it is not known, or nobody sheds.",
		"Is it short of memory?",
		known(shedding.Memory),
	},
	{
		"host_gc_ratio", gauge, "", "1",
		"The part of the processor time that the collector took, at the last reading; no series while it is not known, or nobody sheds.",
		"Does the collector take too much?",
		known(shedding.GC),
	},
	{
		"host_run_queue_seconds", gauge, "", "seconds",
		"How long goroutines waited for a processor (99th percentile), at the last reading; no series while it is not known, or nobody sheds.",
		"Do goroutines wait for a processor?",
		known(shedding.RunQueue),
	},
	{
		"shedding_pressure_ratio", gauge, "policy, signal", "1",
		"The moving average of a signal over the threshold from which sheddable calls are shed; 1 and more sheds. Policy is system for that of Options.Shedding, else a number. No series while the signal is not known.",
		"How near is the host to shedding, and by which signal?",
		eachWatch(func(p *page, u string, w shedding.Watch) {
			if w.Smoothed >= 0 {
				p.number(u, label("signal", w.Signal.String()), rounded(w.Smoothed/w.Sheddable))
			}
		}),
	},
	{
		"shedding_threshold_ratio", gauge, "policy, signal, priority", "1",
		"Where calls of the priority begin to be shed, as a part of what there is.",
		"From where on are whose calls shed?",
		eachWatch(func(p *page, u string, w shedding.Watch) {
			if w.Signal != shedding.RunQueue {
				writeThresholds(p, u, w)
			}
		}),
	},
	{
		"shedding_threshold_seconds", gauge, "policy, signal, priority", "seconds",
		"Where calls of the priority begin to be shed, for the signal that is a time: run_queue.",
		"From which wait on are whose calls shed?",
		eachWatch(func(p *page, u string, w shedding.Watch) {
			if w.Signal == shedding.RunQueue {
				writeThresholds(p, u, w)
			}
		}),
	},
}

// known writes what the host was read last, if somebody watches it.
func known(signal shedding.Signal) func(*page, *view) {
	return func(p *page, v *view) {
		if x := v.host.Signals.Of(signal); v.host.At > 0 && x >= 0 {
			p.number(v.t.service, "", x)
		}
	}
}

// eachWatch writes for each signal of each shedding policy.
func eachWatch(write func(*page, string, shedding.Watch)) func(*page, *view) {
	return func(p *page, v *view) {
		for _, u := range v.system.Shedding {
			name := "system"
			if u.Number > 0 {
				name = strconv.FormatUint(u.Number, 10)
			}
			for _, w := range u.Watches {
				write(p, v.t.labels("policy", name), w)
			}
		}
	}
}

func writeThresholds(p *page, whose string, w shedding.Watch) {
	what := label("signal", w.Signal.String()) + ","
	for i, entry := range [...]float64{w.High, w.Normal, w.Sheddable} { // critical calls are never shed
		p.number(whose, what+priorityLabels[i+1], rounded(entry))
	}
}

// rounded leaves the digits away that say nothing.
func rounded(x float64) float64 { return math.Round(x*1e4) / 1e4 }

// latest is the policy that has read the host last.
func latest(all []actors.SheddingUse) (last actors.SheddingUse) {
	for _, u := range all {
		if u.At > last.At {
			last = u
		}
	}
	return last
}
