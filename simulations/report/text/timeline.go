// SPDX-License-Identifier: Apache-2.0

package text

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/simulations"
)

// mostHappened is how much a timeline tells.
const mostHappened = 14

// happened is a point of a timeline.
type happened struct {
	at    time.Duration
	text  string
	nodes []int  // whose it is
	node  string // the one concerned, where there are several and it is alone
	// key is what further nodes that do the same say; empty for what is told each time.
	key string
}

// timeline tells what happened in the median run.
func (p *page) timeline(r *simulations.Result) {
	if len(r.Variants) == 0 {
		return
	}
	run := r.Variants[0].MedianRun()
	if run == nil {
		return
	}
	points := told(r, run)
	parts := []string{"0s"}
	left := max(0, len(points)-mostHappened)
	for _, h := range points[:len(points)-left] {
		parts = append(parts, moment(h.at)+" "+h.said())
	}
	if left > 0 {
		parts = append(parts, fmt.Sprintf("… %d more (--out DIR has them)", left))
	}
	p.heading("TIMELINE", fmt.Sprintf("of seed %d, whose goodput is the median", run.Seed))
	p.wrapped("  ", append(parts, moment(r.Duration)), " ── ")
	p.line("")
}

func (h happened) said() string {
	switch {
	case len(h.nodes) > 1:
		return fmt.Sprintf("%s (%d nodes)", h.text, len(h.nodes))
	case h.node != "":
		return fmt.Sprintf("%s (%s)", h.text, h.node)
	}
	return h.text
}

// told are the points: faults and their ends as the scenario has them, and what the run adds. Nodes that do the same within 5 s make one point.
func told(r *simulations.Result, run *simulations.Trial) []happened {
	points := faults(r)
	open := map[string]int{}
	for _, e := range run.Events {
		h := ofEvent(e)
		if h.text == "" {
			continue
		}
		if i, ok := open[h.key]; ok && points[i].takes(h, e) {
			points[i].nodes = append(points[i].nodes, e.Node)
			continue
		}
		h.node = alone(r, e)
		open[h.key] = len(points)
		points = append(points, h)
	}
	slices.SortStableFunc(points, func(a, b happened) int { return cmp.Compare(a.at, b.at) })
	return points
}

// faults are the beginnings and ends of what goes wrong.
func faults(r *simulations.Result) (points []happened) {
	for _, f := range r.Faults {
		points = append(points, happened{at: f.From, text: clean(f.Name) + ": " + clean(f.Text)})
		if f.To < r.Duration {
			points = append(points, happened{at: f.To, text: clean(f.Name) + " ends"})
		}
	}
	return points
}

// takes reports whether another node's event is the same, soon enough.
func (h happened) takes(other happened, e simulations.Event) bool {
	return other.key != "" && e.At-h.at <= 5*time.Second && !slices.Contains(h.nodes, e.Node)
}

// alone names the node of a transition, where there are others that may not do the same.
func alone(r *simulations.Result, e simulations.Event) string {
	if r.Nodes > 1 && e.Node > 0 && (e.Kind == "transition" || e.Kind == "fleet") {
		return fmt.Sprintf("node %d", e.Node)
	}
	return ""
}

// ofEvent is an event as a point; without a text where the timeline has it already.
func ofEvent(e simulations.Event) happened {
	h := happened{at: e.At, nodes: []int{e.Node}}
	who := clean(e.Dependency)
	if e.Process != "" {
		who = clean(e.Process) + "→" + who
	}
	switch e.Kind {
	case "fault", "healed":
		return h
	case "transition":
		if e.From == e.To { // its mode moved, as a command says that is told, too
			return h
		}
		h.text = who + " " + strings.ToUpper(clean(e.To))
		h.key = fmt.Sprintf("%s %s %s", who, e.From, e.To)
	case "fleet":
		h.text = who + " HELD by the fleet"
		h.key = h.text
	default:
		h.text = clean(e.Text)
		h.key = e.Kind + " " + e.Text
	}
	return h
}

// goodputs is the share of requests that went well, bucket by bucket, as the median over the seeds; NaN where nothing arrived.
func goodputs(v simulations.Variant) []float64 {
	n := math.MaxInt
	var runs []simulations.Trial
	for _, t := range v.Runs {
		if t.Interleaving == 0 && len(t.All.Offered) > 0 {
			runs, n = append(runs, t), min(n, len(t.All.Offered), len(t.All.Good))
		}
	}
	if len(runs) == 0 {
		return nil
	}
	shares := make([]float64, n)
	for i := range shares {
		var of []float64
		for _, t := range runs {
			if t.All.Offered[i] > 0 {
				of = append(of, float64(t.All.Good[i])/float64(t.All.Offered[i]))
			}
		}
		shares[i] = median(of)
	}
	return shares
}
