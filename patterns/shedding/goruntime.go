// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"math"
	"runtime"
	"runtime/metrics"

	"github.com/fuseboard/fuseboard"
)

// The places of the runtime's numbers in goruntime.samples.
const (
	latencies = iota
	gcTime
	gcIdleTime
	allTime
	processors
	memoryLimit
	mapped
	released
	heapObjects
	heapFree
	heapUnused
	heapLive
)

var metricNames = [...]string{
	latencies:   "/sched/latencies:seconds",
	gcTime:      "/cpu/classes/gc/total:cpu-seconds",
	gcIdleTime:  "/cpu/classes/gc/mark/idle:cpu-seconds",
	allTime:     "/cpu/classes/total:cpu-seconds",
	processors:  "/sched/gomaxprocs:threads",
	memoryLimit: "/gc/gomemlimit:bytes",
	mapped:      "/memory/classes/total:bytes",
	released:    "/memory/classes/heap/released:bytes",
	heapObjects: "/memory/classes/heap/objects:bytes",
	heapFree:    "/memory/classes/heap/free:bytes",
	heapUnused:  "/memory/classes/heap/unused:bytes",
	heapLive:    "/gc/heap/live:bytes",
}

// goruntime reads what the Go runtime says of itself.
type goruntime struct {
	samples [len(metricNames)]metrics.Sample
	waits   waits
	cycles  cycles
}

func newGoruntime() *goruntime {
	g := &goruntime{}
	for i, name := range metricNames {
		g.samples[i].Name = name
	}
	return g
}

func (g *goruntime) read() { metrics.Read(g.samples[:]) }

func (g *goruntime) float(i int) float64 {
	if v := g.samples[i].Value; v.Kind() == metrics.KindFloat64 {
		return v.Float64()
	}
	return 0
}

func (g *goruntime) bytes(i int) int64 {
	if v := g.samples[i].Value; v.Kind() == metrics.KindUint64 {
		return int64(min(v.Uint64(), unlimited))
	}
	return 0
}

// heap is the memory of this process, in bytes.
type heap struct {
	limit int64 // GOMEMLIMIT; unlimited where there is none
	held  int64 // from the system
	spare int64 // of it, what the collector gives back when it has to: garbage, and free pages
}

// heap returns the memory of this process. What was alive when the last cycle of the
// collector ended is not spare.
func (g *goruntime) heap() heap {
	held := max(g.bytes(mapped)-g.bytes(released), 0)
	all := g.bytes(heapObjects) + g.bytes(heapFree) + g.bytes(heapUnused)
	return heap{limit: g.bytes(memoryLimit), held: held, spare: clamp(all-g.bytes(heapLive), 0, held)}
}

// wait returns the 99th percentile of the waits for a processor since the call before, in
// seconds. The first call knows of none.
func (g *goruntime) wait() float64 {
	v := g.samples[latencies].Value
	if v.Kind() != metrics.KindFloat64Histogram {
		return Unknown
	}
	return g.waits.since(v.Float64Histogram())
}

// waits are the counts of a histogram at the reading before.
type waits []uint64

func (w *waits) since(h *metrics.Float64Histogram) (wait float64) {
	if wait = Unknown; len(*w) == len(h.Counts) {
		wait = percentile(h, *w, 0.99)
	}
	*w = append((*w)[:0], h.Counts...)
	return wait
}

// percentile returns where the share of the counts beyond those of before lies, evenly
// within its bucket; zero where there is none.
func percentile(h *metrics.Float64Histogram, before []uint64, share float64) float64 {
	var all float64
	for i, n := range h.Counts {
		all += float64(n - before[i])
	}
	rank, sum := all*share, 0.0
	for i, n := range h.Counts {
		here := float64(n - before[i])
		if sum += here; here == 0 || sum < rank {
			continue
		}
		lo, hi := h.Buckets[i], h.Buckets[i+1]
		if math.IsInf(lo, -1) {
			lo = 0
		}
		if math.IsInf(hi, 1) {
			return lo
		}
		return hi - (hi-lo)*(sum-rank)/here
	}
	return 0
}

// collecting returns the share of the processor time that the collector takes, without
// what it does on processors that nobody else wants.
func (g *goruntime) collecting(now fuseboard.Instant) float64 {
	return g.cycles.share(now, g.float(gcTime)-g.float(gcIdleTime), g.float(allTime), float64(g.bytes(processors)))
}

// cores returns how many cores the process may run on, as far as the runtime knows:
// GOMAXPROCS, but not more than there are.
func (g *goruntime) cores() float64 {
	return float64(min(g.bytes(processors), int64(runtime.NumCPU())))
}
