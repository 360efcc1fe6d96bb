// SPDX-License-Identifier: Apache-2.0

package demo

import "time"

// Phase is how the upstream behaves for a while.
type Phase struct {
	// Name is one word for the progress lines.
	Name string
	// Says tells a reader what the upstream does.
	Says string
	// Share is how much of the run the phase takes, 0 to 1.
	Share float64
	// Work is how long a worker needs for a request: on average, half at least.
	Work time.Duration
	// Fail is the share of answers that are a 500.
	Fail float64
}

// phases is the story. The last phase is as long as a recovery may take.
var phases = []Phase{
	{"healthy", "a request takes 20ms, 1 in 100 fails", 0.12, 20 * time.Millisecond, 0.01},
	{"slow", "a request takes 160ms, so 16 workers do 100 a second", 0.20, 160 * time.Millisecond, 0.01},
	{"failing", "9 in 10 requests fail", 0.16, 20 * time.Millisecond, 0.90},
	{"hanging", "a request holds its worker for 4s", 0.20, 4 * time.Second, 0.01},
	{"healthy", "as in the beginning", 0.32, 20 * time.Millisecond, 0.01},
}

// Script is what happens to the upstream, and when.
type Script struct {
	total  time.Duration
	starts []time.Duration // of the phases, in order
}

// NewScript spreads the phases over a run of that length.
func NewScript(total time.Duration) Script {
	s := Script{total: total}
	var share float64
	for _, p := range phases {
		s.starts = append(s.starts, time.Duration(share*float64(total)).Round(time.Millisecond))
		share += p.Share
	}
	return s
}

// At returns the phase at that time since the start. The last one does not end.
func (s Script) At(elapsed time.Duration) Phase { return phases[s.index(elapsed)] }

// Next returns when the phase after elapsed begins, or false in the last one.
func (s Script) Next(elapsed time.Duration) (time.Duration, bool) {
	i := s.index(elapsed) + 1
	if i == len(s.starts) {
		return 0, false
	}
	return s.starts[i], true
}

// during returns those of the calls that were made in phases of that name.
func (s Script) during(name string, samples []Sample) (some []Sample) {
	for _, one := range samples {
		if s.At(one.At).Name == name {
			some = append(some, one)
		}
	}
	return some
}

// Return is when the upstream is healthy again.
func (s Script) Return() time.Duration { return s.starts[len(s.starts)-1] }

// Total is how long the run takes.
func (s Script) Total() time.Duration { return s.total }

func (s Script) index(elapsed time.Duration) int {
	i := 0
	for i+1 < len(s.starts) && s.starts[i+1] <= elapsed {
		i++
	}
	return i
}
