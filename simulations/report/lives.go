// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard/simulations"
)

const (
	mostLives    = 5   // nodes whose circuits are drawn one by one
	mostSegments = 200 // of one node
	rowHeight    = 24
)

// segment is a time in which a circuit was in one state.
type segment struct {
	state    string
	from, to float64 // seconds
}

// anew are the kinds of events with which a node ends or begins.
var anew = []string{"restart", "kill", "stop", "start"}

// life returns what a node's circuit went through in a run; closed segments are left out.
func life(r *simulations.Trial, node int, dependency string, end float64) (all []segment) {
	state, since := "closed", 0.0
	take := func(to float64) {
		if state != "closed" && to > since {
			all = append(all, segment{state, since, to})
		}
	}
	for _, e := range r.Events {
		moves := e.Kind == "transition" && e.Dependency == dependency
		if e.Process != "" || e.Node != node || !moves && !slices.Contains(anew, e.Kind) {
			continue
		}
		take(e.At.Seconds())
		state, since = cmp.Or(e.To, "closed"), e.At.Seconds() // a node that begins anew has forgotten all
	}
	take(end)
	return all
}

// lives writes, where there are few nodes, what each one's circuit went through in the typical run.
func (p *page) lives(shown, dependency string, faults []simulations.Span) {
	if p.typical == nil || p.r.Nodes < 1 || p.r.Nodes > mostLives {
		return
	}
	var nodes [][]segment
	n := 0
	for i := range p.r.Nodes {
		nodes = append(nodes, life(p.typical, i+1, dependency, p.x.high))
		n += len(nodes[i])
	}
	if n == 0 {
		return
	}
	title := shown + ": each node’s circuit, seed " + fmt.Sprint(p.typical.Seed)
	words := "In this run, " + opened(nodes) + "."
	p.open("figure", "class", "chart")
	p.caption("h4", title, words)
	p.states()
	f := frame{title: title, words: words, xTitle: p.xTitle, faults: faults, settle: p.r.Settle.Seconds(), class: "lives"}
	f.canvas = canvas{x: p.x, y: rows(len(nodes)), height: float64(len(nodes) * rowHeight)}
	p.draw(f, func() {
		for i, segments := range nodes {
			p.life(f.canvas, i, segments)
		}
	})
	p.segments(title, nodes)
	p.close()
	p.line()
}

// rows is an axis with a label for each node, the first one on top.
func rows(n int) axis {
	a := axis{high: float64(n)}
	for i := range n {
		a.ticks = append(a.ticks, tick{float64(n-i) - 0.5, fmt.Sprintf("node %d", i+1)})
	}
	return a
}

// life draws one node: states differ in height and pattern, and not in colour alone.
func (p *page) life(on canvas, row int, segments []segment) {
	for i, s := range segments {
		if i == mostSegments {
			break
		}
		look := looks[s.state]
		from, to := on.x.place(s.from)*across, on.x.place(s.to)*across
		top := float64((row+1)*rowHeight) - 3 - look.height
		p.open("g")
		p.el("title", fmt.Sprintf("node %d: %s from %s to %s", row+1, s.state, clock(s.from), clock(s.to)))
		p.void("rect", "class", "area "+look.class, "x", coordinate(from), "width", coordinate(max(to-from, 1.5)), "y", coordinate(top), "height", coordinate(look.height))
		p.close()
	}
}

var looks = map[string]struct {
	class  string
	height float64
}{"open": {"open", 18}, "half-open": {"half", 11}, "ramping": {"ramping", 6}}

// states is the legend of lives.
func (p *page) states() {
	p.open("ul", "class", "legend")
	for _, state := range []string{"open", "half-open", "ramping"} {
		look := looks[state]
		p.open("li")
		p.open("svg", "class", "key", "width", "26", "height", "18", "aria-hidden", "true")
		p.void("rect", "class", "area "+look.class, "width", "26", "y", coordinate(18-look.height), "height", coordinate(look.height))
		p.close()
		p.text(state)
		p.close()
	}
	p.close()
}

// opened says how often circuits opened, and for how long.
func opened(nodes [][]segment) string {
	var parts []string
	for i, segments := range nodes {
		times, total := 0, 0.0
		for _, s := range segments {
			if s.state == "open" {
				times++
				total += s.to - s.from
			}
		}
		parts = append(parts, fmt.Sprintf("node %d is open %s, %s in all", i+1, count(times, "time", "times"), clock(total)))
	}
	return strings.Join(parts, "; ")
}

func (p *page) segments(title string, nodes [][]segment) {
	var cells [][]string
	for i, segments := range nodes {
		for _, s := range segments {
			if len(cells) < p.d.rows {
				cells = append(cells, []string{fmt.Sprintf("node %d", i+1), s.state, clock(s.from), clock(s.to)})
			}
		}
	}
	caption := title
	if len(cells) == p.d.rows {
		caption += ". The first " + count(p.d.rows, "state", "states") + "."
	}
	p.data("Numbers: "+title, caption, []string{"node", "state", "from", "to"}, cells)
}
