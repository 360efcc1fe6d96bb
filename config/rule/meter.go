// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

const (
	// Window is how far back a [Meter] looks for rates and latencies.
	Window = 10 * time.Second
	// Enough is how many calls or attempts a share or a quantile of them needs: of fewer, one
	// call would decide.
	Enough = 10

	between = Window / 16 // of two marks, so that there are 17 at most
)

// Meter turns the successive numbers of one dependency into samples. Counters become rates
// by their difference to what they were up to a [Window] ago; not before the second
// reading, a [Period] after the first. Where a counter has fallen, it is another guard of
// the same name, and it begins again; so it does after a Window without a reading. It belongs to
// one goroutine at a time.
type Meter struct {
	bounds []time.Duration // nil: no latencies
	marks  []mark          // oldest first
	at     fuseboard.Instant
	last   Sample
}

// mark is what was counted at one instant.
type mark struct {
	at fuseboard.Instant
	counts
	within []uint64 // attempts within each of the bounds
}

// counts are numbers that never fall.
type counts struct{ calls, rejected, attempts, successes, failures uint64 }

// NewMeter returns a meter for what the conditions compare: latencies, which cost 10 KB, are
// measured only where one of them does.
func NewMeter(conditions ...Condition) *Meter {
	m := &Meter{}
	for _, c := range conditions {
		if c.mentions(func(s *Signal) bool { return s == &signals[latencyP50] || s == &signals[latencyP99] }) {
			m.bounds = actors.HistogramBounds()
		}
	}
	return m
}

// Read returns the sample of a guard's numbers, read at now. An earlier now than the last
// one's tells nothing new: it returns the last sample again.
func (m *Meter) Read(now fuseboard.Instant, s actors.Stats) Sample {
	if s.PolicyVersion == 0 {
		return Sample{} // no guard was asked
	}
	shown := Sample{}.with(circuit, float64(s.State)).with(amplification, s.Amplification.Ratio).gate(s.Gate.InUse, s.Gate.Limit, s.Gate.Waiting, s.Gate.Queue)
	return m.read(now, shown, counts{s.Calls, refused(s.Rejected), s.Attempts, s.Successes, s.Failures}, s.AttemptLatency)
}

// ReadKeys returns the sample of a keyring's numbers, read at now, of all its keys
// together. The rest is as [Meter.Read] says.
func (m *Meter) ReadKeys(now fuseboard.Instant, s actors.KeyringStats) Sample {
	if s.PolicyVersion == 0 {
		return Sample{}
	}
	shown := Sample{}.with(amplification, s.Amplification.Ratio).gate(s.Gate.InUse, s.Gate.Limit, s.Gate.Waiting, s.Gate.Queue)
	return m.read(now, shown, counts{s.Calls, refused(s.Rejected), s.Attempts, s.Successes, s.Failures}, s.AttemptLatency)
}

func refused(r actors.Rejected) uint64 {
	return r.Breaker + r.Shedding + r.Throttle + r.Rate + r.Bulkhead + r.Restart + r.Deadline + r.Workers + r.Limits + r.Stopped
}

// gate sets the shares of permits and of the queue: of no limit, and of no queue, none is used.
func (s Sample) gate(lent, permits, waiting, places int) Sample {
	return s.with(inFlight, share(lent, permits)).with(queued, share(waiting, places))
}

func share(of, whole int) float64 {
	if whole <= 0 {
		return 0
	}
	return float64(max(of, 0)) / float64(whole)
}

// read adds to a sample what the counters tell.
func (m *Meter) read(now fuseboard.Instant, s Sample, c counts, latency actors.Histogram) Sample {
	if len(m.marks) > 0 && now < m.at {
		return m.last
	}
	m.at = now
	fresh := mark{at: now, counts: c}
	if m.bounds != nil {
		fresh.within = make([]uint64, len(m.bounds))
		latency.Cumulate(m.bounds, fresh.within)
	}
	m.forget(fresh)
	if len(m.marks) > 0 {
		s = s.rates(m.marks[0], fresh).latencies(m.bounds, m.marks[0], fresh)
	}
	if n := len(m.marks); n == 0 || now.Sub(m.marks[n-1].at) >= between {
		m.marks = append(m.marks, fresh)
	}
	m.last = s
	return s
}

// forget drops the marks that are too old, and all of them if they are another guard's.
func (m *Meter) forget(fresh mark) {
	old := 0
	for old < len(m.marks) && (fresh.at.Sub(m.marks[old].at) > Window || fresh.fell(m.marks[old].counts)) {
		old++
	}
	m.marks = append(m.marks[:0], m.marks[old:]...)
}

// fell reports whether a counter is less than it was.
func (c counts) fell(before counts) bool {
	return c.calls < before.calls || c.attempts < before.attempts || c.rejected < before.rejected ||
		c.successes < before.successes || c.failures < before.failures
}

// rates sets what follows from the differences of two marks.
func (s Sample) rates(from, to mark) Sample {
	gone := to.at.Sub(from.at)
	if gone < Period {
		return s
	}
	calls := to.calls - from.calls
	s = s.with(callsPerSecond, float64(calls)/gone.Seconds())
	if calls >= Enough {
		s = s.with(rejectionRate, float64(to.rejected-from.rejected)/float64(calls))
	}
	failures := to.failures - from.failures
	if judged := failures + to.successes - from.successes; judged >= Enough {
		s = s.with(failureRate, float64(failures)/float64(judged))
	}
	return s
}
