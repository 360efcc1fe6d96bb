// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"encoding/json"
	"io"
	"math"
	"time"

	"github.com/fuseboard/fuseboard/cmd/fuseboard/internal/demo/fleet"
)

// NotRecovered stands for the recovery of a side that was not seen to recover.
const NotRecovered = -1

// Report is what a run measured. Its JSON is a promise: these keys and no others.
type Report struct {
	// Unprotected, Protected and WithAnswers are the three sides, which met the same calls.
	Unprotected Numbers `json:"unprotected"`
	Protected   Numbers `json:"protected"`
	WithAnswers Numbers `json:"with_answers"`
	// Fleet is what was seen of a fleet afterwards, by package fleet: zero after [Run] alone.
	Fleet fleet.Report `json:"fleet"`
	// Total is how long the run was meant to take, Ran how long calls were made,
	// Return when the upstream was healthy again.
	Total  time.Duration `json:"-"`
	Ran    time.Duration `json:"-"`
	Return time.Duration `json:"-"`
	// Seed is the run's.
	Seed uint64 `json:"-"`
	// Late is how far behind its time the latest call was made. More than a few
	// milliseconds mean that this machine was too busy to measure well.
	Late time.Duration `json:"-"`
}

// Numbers is what a run measured on one side.
type Numbers struct {
	// Calls is how many were made.
	Calls int `json:"calls"`
	// OK is how many got a good answer, degraded ones included.
	OK int `json:"ok"`
	// Goodput is the share of calls that got it within the deadline, 0 to 1.
	Goodput float64 `json:"goodput"`
	// Degraded is how many of those that got it within the deadline got one instead of the
	// upstream's: an old one, because the upstream failed, or a computed one.
	Degraded int `json:"degraded"`
	// FromCache is how many of them the cache answered, degraded ones not included.
	FromCache int `json:"from_cache"`
	// Oldest is the age of the oldest answer that a call got, in milliseconds.
	Oldest float64 `json:"oldest_answer_ms"`
	// P50 and P99 are milliseconds until the caller knew: answered, failed or refused.
	P50 float64 `json:"p50_ms"`
	P99 float64 `json:"p99_ms"`
	// UpstreamRequests is how many requests reached the upstream, repetitions included.
	UpstreamRequests int `json:"upstream_requests"`
	// Recovery is milliseconds from the upstream's return to health until the side
	// answered well again and not degraded, or NotRecovered.
	Recovery float64 `json:"recovery_ms"`
	// Shares are of the calls of each priority while the upstream was slow.
	Shares
	// Failed and Refused are the calls that are not OK.
	Failed  int `json:"-"`
	Refused int `json:"-"`
	// AnsweredP99 is the P99 of the OK calls alone, in milliseconds.
	AnsweredP99 float64 `json:"-"`
	// Good is how many calls Goodput is the share of.
	Good int `json:"-"`
}

// Sum makes the numbers of one side from its samples, the requests that its
// upstream counted, the moment of the upstream's return and the run's end.
func Sum(samples []Sample, requests int, back, end time.Duration) Numbers {
	answered := make([]Sample, 0, len(samples))
	for _, s := range samples {
		if s.End == Answered {
			answered = append(answered, s)
		}
	}
	n := Numbers{
		Calls: len(samples), OK: len(answered), Good: count(samples, Sample.Good),
		Failed: count(samples, ended(Failed)), Refused: count(samples, ended(Refused)),
		P50: milliseconds(quantile(samples, 0.50)), P99: milliseconds(quantile(samples, 0.99)),
		AnsweredP99:      milliseconds(quantile(answered, 0.99)),
		UpstreamRequests: requests, Recovery: NotRecovered,
		Degraded: count(samples, Sample.Instead), FromCache: count(samples, Sample.FromCache), Oldest: milliseconds(oldest(samples)),
	}
	if n.Calls > 0 {
		n.Goodput = math.Round(float64(n.Good)/float64(n.Calls)*1e4) / 1e4
	}
	if after, ok := recovery(samples, back, end); ok {
		n.Recovery = milliseconds(after)
	}
	return n
}

// WriteJSON writes the report as one indented object.
func (r Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// milliseconds keeps hundredths: a refusal takes microseconds.
func milliseconds(d time.Duration) float64 {
	return math.Round(float64(d)/float64(time.Millisecond)*1000) / 1000
}
