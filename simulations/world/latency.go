// SPDX-License-Identifier: Apache-2.0

package world

import (
	"math"
	"time"
)

const (
	// defaultLognormalTail and defaultParetoTail are the P99 that is not said, in medians.
	defaultLognormalTail = 3
	defaultParetoTail    = 10
	// mostLatency bounds what a heavy tail draws.
	mostLatency = 24 * time.Hour
	// normal99 is the 99th percentile of the standard normal distribution.
	normal99 = 2.3263478740408408
)

// kind returns the distribution, by the fields where Kind does not say it.
func (l Latency) kind() LatencyKind {
	switch {
	case l.Kind != ByFields:
		return l.Kind
	case len(l.Trace) > 0:
		return Trace
	case l.Median > 0:
		return Lognormal
	case l.Max > 0:
		return Uniform
	}
	return Constant
}

// quantiles is a Latency made ready: it turns uniform numbers into durations.
type quantiles struct {
	kind       LatencyKind
	scale      float64 // nanoseconds
	exponent   float64
	least, cap time.Duration
	trace      []time.Duration
}

func newQuantiles(l Latency) quantiles {
	q := quantiles{kind: l.kind(), scale: float64(l.Median), least: l.Min, cap: l.Max, trace: l.Trace}
	if q.cap == 0 {
		q.cap = max(mostLatency, l.Min)
	}
	tail := float64(l.P99) / float64(max(l.Median, 1))
	switch q.kind {
	case Lognormal:
		if l.P99 == 0 {
			tail = defaultLognormalTail
		}
		q.exponent = math.Log(tail) / normal99
	case Pareto:
		if l.P99 == 0 {
			tail = defaultParetoTail
		}
		q.exponent = math.Log(tail) / math.Log(50)
		q.scale /= math.Pow(2, q.exponent)
	case Exponential:
		q.scale /= math.Ln2
	case ByFields, Constant, Uniform, Trace: // as they are
	}
	return q
}

// at returns the duration below which the share u of all is.
func (q *quantiles) at(u float64) time.Duration {
	var ns float64
	switch q.kind {
	case Uniform:
		return q.least + time.Duration(u*float64(q.cap-q.least))
	case Trace:
		return min(max(q.trace[int(u*float64(len(q.trace)))], q.least), q.cap)
	case Exponential:
		ns = -q.scale * math.Log1p(-u)
	case Lognormal:
		ns = q.scale * math.Exp(q.exponent*math.Sqrt2*math.Erfinv(2*u-1))
	case Pareto:
		ns = q.scale * math.Pow(1-u, -q.exponent)
	default:
		ns = q.scale
	}
	return min(max(time.Duration(min(ns, float64(mostLatency))), q.least), q.cap)
}
