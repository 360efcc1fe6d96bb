// SPDX-License-Identifier: Apache-2.0

package shedding

import (
	"math"
	"time"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// Signal names one of the signals that a [Policy] watches. In text it is its word.
type Signal uint8

// The signals.
const (
	// NoSignal: none of them.
	NoSignal Signal = iota
	// CPU is the use of the processor time that the process may use.
	CPU
	// Memory is the use of the memory that the process may use.
	Memory
	// RunQueue is how long runnable goroutines wait for a processor.
	RunQueue
	// GC is the share of the processor time that the collector takes.
	GC

	signals = int(GC) + 1
)

var signalWords = [...]string{"none", "cpu", "memory", "run_queue", "gc"}

// String returns the signal's word, which is its field of a [Policy] in policy files, or "unknown".
func (s Signal) String() string { return plain.WordAt(signalWords[:], int(s)) }

// MarshalText returns the signal's word; it is an error when there is none.
func (s Signal) MarshalText() ([]byte, error) {
	return plain.MarshalWord("signal", signalWords[:], int(s))
}

// UnmarshalText reads the signal's word as [Signal.MarshalText] writes it. An unknown
// word is an error that names the accepted ones, and s keeps its value.
func (s *Signal) UnmarshalText(text []byte) error {
	i, err := plain.UnmarshalWord("signal", signalWords[:], text)
	if err == nil {
		*s = Signal(i)
	}
	return err
}

// Unknown is the value of a signal that could not be read. Every negative value means it.
const Unknown = -1

// Signals is one reading of the host. A negative value, or one that is no number, is not
// known, and never sheds. The zero Signals is a host that has nothing to do.
type Signals struct {
	// CPU is the use of what the process may use since the reading before, 0 to 1; above 1
	// where it uses more than was counted on.
	CPU float64
	// Memory is the use of the limit, 0 to 1, without what can be had back (page cache).
	Memory float64
	// GC is the share of the processor time that the collector took, 0 to 1.
	GC float64
	// RunQueue is the 99th percentile of how long goroutines waited for a processor since
	// the reading before.
	RunQueue time.Duration
	// Quota is how many cores the process may use: the smallest of the cgroups' quotas,
	// GOMAXPROCS and the number of cores. Zero: not known.
	Quota float64
	// Throttled is the share of the quota's periods since the reading before in which the
	// cgroup was stopped because its quota was used up, 0 to 1. It is in CPU already.
	Throttled float64
	// MemoryUsed is what Memory is a share of MemoryLimit, in bytes. Zero: not known.
	MemoryUsed int64
	// MemoryLimit is the limit that is nearest, in bytes. Zero: not known.
	MemoryLimit int64
	// Source says where CPU and Memory come from, for people: "cpu: cgroup v2 /; memory:
	// GOMEMLIMIT".
	Source string
}

// NotKnown returns a reading of which nothing is known.
func NotKnown(source string) Signals {
	return Signals{CPU: Unknown, Memory: Unknown, GC: Unknown, RunQueue: Unknown, Source: source}
}

// Of returns the value of one signal: a share, or seconds for [RunQueue]. It is [Unknown]
// where that is not known.
func (s Signals) Of(signal Signal) float64 {
	var v float64
	switch signal {
	case CPU:
		v = s.CPU
	case Memory:
		v = s.Memory
	case RunQueue:
		v = s.RunQueue.Seconds()
	case GC:
		v = s.GC
	default:
		return Unknown
	}
	if math.IsNaN(v) || v < 0 {
		return Unknown
	}
	return v
}

// worded writes a signal's value for people: "91.3%", "24ms".
func (s Signal) worded(v float64) string {
	switch {
	case v < 0:
		return "not known"
	case s == RunQueue:
		return plain.Duration(readable(v))
	}
	return plain.Percent(v)
}

// readable turns seconds into a duration of three or more figures.
func readable(seconds float64) time.Duration {
	const most = 1e9 // seconds; a duration holds nine times as much
	switch d := time.Duration(min(seconds, most) * float64(time.Second)); {
	case d >= time.Second:
		return d.Round(10 * time.Millisecond)
	case d >= time.Millisecond:
		return d.Round(10 * time.Microsecond)
	default:
		return d.Round(100 * time.Nanosecond)
	}
}
