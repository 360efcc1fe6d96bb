// SPDX-License-Identifier: Apache-2.0

package report

import (
	"strconv"

	"github.com/fuseboard/fuseboard/simulations"
)

// frame is what a drawing has around it: axes, faults, and what it says to who can't see it.
type frame struct {
	title, words string // words tell the finding
	canvas
	xTitle string
	faults []simulations.Span
	named  bool    // the faults have their names above
	settle float64 // seconds of the beginning that are not judged
	class  string
}

const (
	above = 18 // room for the names of faults
	below = 36 // for the labels of the axis of time, and its title
)

// draw writes a drawing. Its texts are placed by shares of its width and keep their size; only what inside writes is
// stretched to the width, in units of [across].
func (m *markup) draw(f frame, inside func()) {
	title, words := m.id(), m.id()
	head := 6
	if f.named {
		head = above
	}
	m.open("svg", "class", "plot "+f.class, "role", "img", "aria-labelledby", title+" "+words, "height", coordinate(f.height+float64(head)+below))
	m.el("title", f.title, "id", title)
	m.el("desc", f.words, "id", words)
	m.open("svg", "y", strconv.Itoa(head), "width", "100%", "height", coordinate(f.height), "viewBox", "0 0 "+strconv.Itoa(across)+" "+coordinate(f.height), "preserveAspectRatio", "none")
	edges := m.bands(f)
	m.rules(f)
	inside()
	m.path("edge", edges)
	m.close()
	if f.named {
		m.names(f)
	}
	m.labels(f, float64(head))
	m.close()
	m.line()
}

// bands marks when something was wrong, and what is not judged. It returns the path of their edges, which lie over all that is drawn.
func (m *markup) bands(f frame) (edges string) {
	if f.settle > 0 {
		m.void("rect", "class", "settle", "width", coordinate(f.x.place(f.settle)*across), "height", coordinate(f.height))
	}
	washed := ""
	for _, b := range f.merged() {
		from, wide := coordinate(b[0]), coordinate(b[1]-b[0])
		washed += "M" + from + " 0h" + wide + "V" + coordinate(f.height) + "h-" + wide + "Z"
		edges += "M" + from + " 0V" + coordinate(f.height) + "m" + wide + " 0V0"
	}
	m.path("fault", washed)
	return edges
}

// merged returns where bands begin and end; of many, those that a reader could not tell apart are one.
func (f frame) merged() (bands [][2]float64) {
	near := 0.0
	if len(f.faults) > 40 {
		near = 4
	}
	for _, s := range f.faults {
		from, to := f.x.place(s.From.Seconds())*across, f.x.place(s.To.Seconds())*across
		to = max(to, from+2)
		if last := len(bands) - 1; last >= 0 && from < bands[last][1]+near && near > 0 {
			bands[last][1] = max(bands[last][1], to)
			continue
		}
		bands = append(bands, [2]float64{from, to})
	}
	return bands
}

// rules draws the lines of the ticks.
func (m *markup) rules(f frame) {
	d := ""
	for _, t := range f.y.ticks {
		d += "M0 " + coordinate(f.height*(1-f.y.place(t.at))) + "H" + strconv.Itoa(across)
	}
	if d != "" {
		m.void("path", "class", "rule", "d", d)
	}
}

// labels writes what stands at the ticks.
func (m *markup) labels(f frame, head float64) {
	for _, t := range f.y.ticks {
		m.el("text", t.text, "class", "y", "x", "-7", "y", coordinate(head+f.height*(1-f.y.place(t.at))+4))
	}
	foot := head + f.height
	for i, t := range f.x.ticks {
		class := "x"
		if i%2 == 1 && len(f.x.ticks) > 5 {
			class = "x wide"
		}
		x := percent(f.x.place(t.at))
		m.void("line", "class", "tick", "x1", x, "x2", x, "y1", coordinate(foot), "y2", coordinate(foot+4))
		m.el("text", t.text, "class", class, "x", x, "y", coordinate(foot+17))
	}
	m.el("text", f.xTitle, "class", "title", "x", "100%", "y", coordinate(foot+31))
}

// names writes the names of faults above them, those for which there is room.
func (m *markup) names(f frame) {
	if f.settle > 0 {
		m.el("text", "not judged", "class", "name faint wide", "x", "0", "y", "12")
	}
	const narrow, wide = 0.024, 0.0095 // of the width, for a letter, on a phone and elsewhere
	endNarrow, endWide := 0.0, 0.0
	if f.settle > 0 {
		endWide = 12 * wide
	}
	for _, s := range f.faults {
		name := cut(s.Name, 24)
		letters := float64(len([]rune(name)) + 2)
		from, to := f.x.place(s.From.Seconds()), f.x.place(s.To.Seconds())
		if from < endWide {
			continue
		}
		class, x := "name", from
		if from+letters*narrow > 1 {
			class, x, from = "name end", to, to-letters*narrow
		}
		if from < endNarrow {
			class += " wide"
		} else {
			endNarrow = from + letters*narrow
		}
		endWide = x + letters*wide
		m.el("text", name, "class", class, "x", percent(x), "y", "12")
	}
}

// percent writes a share of the width.
func percent(v float64) string { return coordinate(v*100) + "%" }
