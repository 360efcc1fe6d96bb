// SPDX-License-Identifier: Apache-2.0

package verdict

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// report is what honest nodes went through, over some seeds of one scene.
type report struct {
	runs, nodes  int
	holds        []float64 // of each node
	flips        []float64 // of each node: holds begun and ended, per two minutes
	late         []float64 // from the quorum's own windows to each first hold, in seconds
	back         []float64 // from recovery to the end of the last ramp
	free         []float64 // from recovery to the last release
	held         float64   // seconds, of all
	probes       []float64 // a second, while the outage stood: of each run
	pulse        []float64 // the most in any one second, from then until all are released
	good, wanted int
	localGood    int
	gains        []float64 // of each run: by how many points of its calls more succeeded than with circuits alone
	cells        float64   // published, a second and node
	zoned, alone int
	heldAtEnd    int
}

// trouble is when that of a scene begins and ends, 0: never.
type trouble struct{ from, to float64 }

func (r *report) take(s *sim, w trouble) {
	r.runs++
	crossed := s.quorumCrossed()
	for _, n := range s.nodes {
		if n.liar {
			continue
		}
		e := &n.is
		r.nodes++
		r.holds = append(r.holds, float64(e.holds))
		r.flips = append(r.flips, float64(e.holds+e.releases)*120/s.seconds)
		r.held += e.held
		r.good, r.wanted = r.good+e.good, r.wanted+e.wanted
		r.zoned, r.alone = r.zoned+e.zoned, r.alone+min(1, e.alone)
		if e.holds > 0 && crossed > 0 {
			r.late = append(r.late, e.heldAt-crossed)
		}
		if w.to > 0 && e.holds > 0 {
			r.back, r.free = append(r.back, e.clearAt-w.to), append(r.free, e.freedAt-w.to)
		}
		if n.order.Phase == Hold {
			r.heldAtEnd++
		}
	}
	end := w.to
	if end == 0 {
		end = s.seconds
	}
	if end > w.from+30 {
		r.probes = append(r.probes, between(s.dep.probes, w.from+20, end))
		r.pulse = append(r.pulse, peak(s.dep.probes, w.from+20, s.seconds))
	}
	r.cells += float64(s.sent) / s.seconds / float64(s.scene.nodes)
}

// quorumCrossed is when the own windows of as many honest callers had crossed as an entry
// needs: a majority, and three.
func (s *sim) quorumCrossed() float64 {
	var at []float64
	for _, n := range s.nodes {
		if !n.liar && n.is.crossed > 0 {
			at = append(at, n.is.crossed)
		}
	}
	need := max(3, s.scene.nodes/2+1)
	if len(at) < need {
		return 0
	}
	slices.Sort(at)
	return at[need-1]
}

func (r *report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "holds %.2f (max %.0f), flips %.2f (p99 %.1f, max %.1f)", mean(r.holds), quantile(r.holds, 1), mean(r.flips), quantile(r.flips, 0.99), quantile(r.flips, 1))
	if len(r.late) > 0 {
		fmt.Fprintf(&b, ", late p50 %.2f p99 %.2f max %.2f", quantile(r.late, 0.5), quantile(r.late, 0.99), quantile(r.late, 1))
	}
	if len(r.back) > 0 {
		fmt.Fprintf(&b, ", freed p50 %.1f max %.1f, clear p50 %.1f max %.1f", quantile(r.free, 0.5), quantile(r.free, 1), quantile(r.back, 0.5), quantile(r.back, 1))
	}
	if len(r.probes) > 0 {
		fmt.Fprintf(&b, ", probes/s %.2f, at most %.0f", mean(r.probes), quantile(r.pulse, 1))
	}
	fmt.Fprintf(&b, ", good %.2f%%", r.goodput())
	if r.localGood > 0 {
		gain, doubt := r.gain()
		fmt.Fprintf(&b, " local %.2f%% (%+.2f ± %.2f)", r.localGoodput(), gain, doubt)
	}
	fmt.Fprintf(&b, ", cells %.2f/s, zoned %d, alone %d, still %d", r.cells/float64(r.runs), r.zoned, r.alone, r.heldAtEnd)
	return b.String()
}

// compare takes the same run without a verdict.
func (r *report) compare(with, without *sim) {
	good, local, wanted := 0, 0, 0
	for i, n := range with.nodes {
		good, local, wanted = good+n.is.good, local+without.nodes[i].is.good, wanted+n.is.wanted
	}
	r.localGood += local
	r.gains = append(r.gains, 100*float64(good-local)/float64(wanted))
}

// gain is the mean of the gains, and its standard error; of few runs a point.
func (r *report) gain() (points, doubt float64) {
	points = mean(r.gains)
	if len(r.gains) < 10 {
		return points, 1
	}
	sum := 0.0
	for _, g := range r.gains {
		sum += (g - points) * (g - points)
	}
	k := float64(len(r.gains))
	return points, math.Sqrt(sum / max(1, k-1) / max(1, k))
}

func (r *report) goodput() float64      { return 100 * float64(r.good) / float64(r.wanted) }
func (r *report) localGoodput() float64 { return 100 * float64(r.localGood) / float64(r.wanted) }

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(max(1, len(x)))
}

// quantile is the q-th of x, zero of none.
func quantile(x []float64, q float64) float64 {
	if len(x) == 0 {
		return 0
	}
	x = slices.Sorted(slices.Values(x))
	return x[min(len(x)-1, int(q*float64(len(x))))]
}
