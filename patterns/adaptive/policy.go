// SPDX-License-Identifier: Apache-2.0

package adaptive

import (
	"time"
)

// The defaults of a [Policy], which are those of Netflix/concurrency-limits unless its
// field says why not.
const (
	DefaultMin          = 4
	DefaultMax          = 200
	DefaultInitial      = 20
	DefaultWindow       = time.Second
	DefaultMinSamples   = 10
	DefaultSmoothing    = 0.2
	DefaultTolerance    = 1.05
	DefaultQueueSize    = 4
	DefaultLongWindow   = 600
	DefaultBackoffRatio = 0.9
	DefaultTimeout      = 5 * time.Second
	DefaultDropRate     = 0.01
	DefaultProbe        = 60
)

const (
	mostLimit          = 1_000_000
	mostSamples        = 10_000
	mostLongWindow     = 100_000
	mostProbe          = 100_000
	mostQueueSize      = 10_000
	leastWindow        = 10 * time.Millisecond
	mostWindow         = time.Minute
	leastTolerance     = 1.05
	vegasTolerance     = 1.1
	publishedTolerance = 1.5
	mostTolerance      = 10.0
	leastSmoothing     = 0.01
	leastBackoff       = 0.5
	mostBackoff        = 0.99
	leastTimeout       = time.Millisecond
	mostTimeout        = time.Hour
)

// Codes of the problems that a [Policy] has beside ranges.
const (
	// CodeUnknownKind: no algorithm has this number.
	CodeUnknownKind = "unknown-word"
	// CodeMinOverMax: the least limit is greater than the greatest.
	CodeMinOverMax = "min-over-max"
	// CodeInitialOutside warns that the limit starts elsewhere than it was told to.
	CodeInitialOutside = "initial-outside"
	// CodeNotOfKind warns of a field that the kind does not read.
	CodeNotOfKind = "not-of-kind"
)

// Policy says how a limit on concurrent calls finds a dependency's capacity. It is plain
// data. A Policy that is entirely zero is off; set any field and each other zero field
// means its default. Since the zero Kind is gradient2, a policy of nothing else needs one more
// field to be on, such as Min.
type Policy struct {
	// Kind is the algorithm. Default gradient2.
	Kind Kind
	// Min is the least the limit ever is. Default 4 (or Max, where that is less), accepted 1 to 1000000. The reference has
	// 20 (gradient2, aimd), which no dependency with fewer workers is protected by, and 1
	// (vegas), which makes it a queue for one.
	Min int
	// Max is the most the limit ever is. Default 200, accepted 1 to 1000000, not below Min.
	// The reference has 1000 for vegas.
	Max int
	// Initial is the limit before anything is known. Default 20, or the nearest of Min and
	// Max; accepted 1 to 1000000.
	Initial int
	// Window is how long samples are gathered before the limit moves. Default 1s, accepted
	// 10ms to 1m. It lasts longer while there are fewer than MinSamples, and while calls
	// take about as long as the window.
	Window time.Duration
	// MinSamples is how many calls a window must have told of. Default 10, accepted 1 to 10000.
	// A probe, and a window that would lower the limit by so little that it may be chance, wait for
	// more: with the default Tolerance for 400 and 800, and ten times Window at most.
	MinSamples int
	// Smoothing is the share of a move that is made at once. Default 20%, and 100% for vegas;
	// accepted 1% to 100%. Aimd does not read it.
	Smoothing float64 `plain:"rate"`
	// Tolerance is how many times as long as without a queue calls may take before the limit
	// shrinks: gradient2 settles where they take so long, which is Tolerance times the
	// calls that the dependency works on at once; vegas from half of that queue to all of it. Default 1.05,
	// and 1.1 for vegas, so that the limit is the dependency's capacity and no queue stands in it;
	// the reference has 1.5 for gradient2 and none for vegas, which a Published policy takes.
	// Accepted 1.05 to 10: with less, chance alone would lower the limit. Calls that come at random
	// queue a little before a dependency is full: 1.5 lets them through (of calls for ten workers at 90%
	// use 1% are refused, with 1.05 8%), and so does a queue before the limit, for a call or two. More is
	// also better where fewer than about 100 calls end in a second. Aimd does not read it.
	Tolerance float64
	// QueueSize is by how much the limit may grow in one window, before smoothing.
	// Default 4, accepted 1 to 10000. Gradient2 only.
	QueueSize int
	// LongWindow is over how many windows the time without a queue is averaged.
	// Default 600, accepted 1 to 100000. Gradient2 only.
	LongWindow int
	// BackoffRatio is what drops and timeouts multiply the limit with. Default 90%, accepted
	// 50% to 99%. Aimd only: vegas takes its own step, gradient2 its steepest gradient.
	BackoffRatio float64 `plain:"rate"`
	// Timeout is the mean time in a window from which all of it counts as dropped. Default
	// 5s, accepted 1ms to 1h. Aimd only.
	Timeout time.Duration
	// DropRate is the share of a window's calls that must be dropped to count. Default 1%, at most
	// 100%. In the reference it is any single one, so that an error in a thousand calls a
	// second holds the limit at its least for ever.
	DropRate float64 `plain:"rate"`
	// Probe is after how many windows with a queue the limit is lowered for one of them, so
	// that the time without a queue can be seen. Default 60, accepted 1 to 100000.
	// Gradient2 and vegas only.
	Probe int
	// Published runs the algorithm as its reference is published, without what we mended:
	// for comparisons. It drifts; see the package's documentation. Default false.
	Published bool
}

// On reports whether any field is set.
func (p Policy) On() bool { return p != Policy{} }

// WithDefaults returns p with every default written out; a policy that is off stays off.
func (p Policy) WithDefaults() Policy {
	if !p.On() {
		return p
	}
	if p.Max > 0 {
		orElse(&p.Min, min(DefaultMin, p.Max))
	}
	orElse(&p.Min, DefaultMin)
	orElse(&p.Max, max(DefaultMax, p.Min))
	orElse(&p.Initial, min(max(DefaultInitial, p.Min), p.Max))
	orElse(&p.Window, DefaultWindow)
	orElse(&p.MinSamples, DefaultMinSamples)
	smoothing, tolerance := p.usual()
	orElse(&p.Smoothing, smoothing)
	orElse(&p.Tolerance, tolerance)
	orElse(&p.QueueSize, DefaultQueueSize)
	orElse(&p.LongWindow, DefaultLongWindow)
	orElse(&p.BackoffRatio, DefaultBackoffRatio)
	orElse(&p.Timeout, DefaultTimeout)
	orElse(&p.DropRate, DefaultDropRate)
	orElse(&p.Probe, DefaultProbe)
	return p
}

// usual are the defaults that the kind decides, and whether it is the reference.
func (p Policy) usual() (smoothing, tolerance float64) {
	switch vegas := p.Kind == KindVegas; {
	case vegas && p.Published:
		return 1, mostTolerance
	case vegas:
		return 1, vegasTolerance
	case p.Published:
		return DefaultSmoothing, publishedTolerance
	}
	return DefaultSmoothing, DefaultTolerance
}

func orElse[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
