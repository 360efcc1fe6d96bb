// SPDX-License-Identifier: Apache-2.0

package report

import (
	"math"
	"strings"

	"github.com/fuseboard/fuseboard/simulations"
)

// kind is how a curve is drawn.
type kind uint8

const (
	drawn   kind = iota // a line
	banded              // a line, and its spread over the seeds around it
	stacked             // an area upon those of the curves before
)

// curve is a measure over time.
type curve struct {
	name  string
	class string // its colour with a dash or a pattern, see style.css
	of    measure
	kind  kind
	mean  bool // over the seeds; else the median
}

func (c curve) pick(s spread) []float64 {
	if c.mean {
		return s.mean
	}
	return s.middle
}

// chart is a figure of curves over time.
type chart struct {
	title  string
	unit   string // of the values, in words
	say    func(float64) string
	curves []curve
	tracks []*simulations.Track
	faults []simulations.Span
	height float64
	scale  func(low, high float64) axis
	found  func(c columns, s []spread) string
	named  bool   // faults have their names above
	head   string // "h3" or "h4"
}

// chart writes a figure: what it is, what it shows, its legend, the drawing, and its numbers.
func (p *page) chart(c chart) {
	cols := fit(p.width, p.buckets, p.d.points)
	spreads := c.measured(cols)
	words := c.found(cols, spreads)
	p.open("figure", "class", "chart")
	p.caption(c.head, c.title, words)
	p.legend(c)
	p.el("p", c.unit, "class", "unit")
	f := frame{title: c.title, words: words, xTitle: p.xTitle, faults: c.faults, named: c.named, settle: p.r.Settle.Seconds()}
	f.canvas = canvas{x: p.x, y: c.axis(spreads), height: c.height}
	p.draw(f, func() {
		c.draw(&p.markup, f.canvas, cols, spreads)
		if p.d.hover {
			p.hover(c, f.canvas)
		}
	})
	p.numbers(c)
	p.close()
	p.line()
}

func (c chart) measured(cols columns) (spreads []spread) {
	for _, k := range c.curves {
		spreads = append(spreads, cols.over(c.tracks, k.of))
	}
	return spreads
}

// axis covers all that is drawn.
func (c chart) axis(spreads []spread) axis {
	low, high := math.Inf(1), math.Inf(-1)
	take := func(v []float64) {
		for _, x := range v {
			if x > 0 {
				low, high = min(low, x), max(high, x)
			}
		}
	}
	var parts [][]float64
	for i, k := range c.curves {
		take(k.pick(spreads[i]))
		switch k.kind {
		case banded:
			take(spreads[i].high)
			take(spreads[i].low)
		case stacked:
			parts = append(parts, k.pick(spreads[i]))
		case drawn:
		}
	}
	if len(parts) > 0 {
		take(stack(parts, len(parts[0]))[len(parts)])
	}
	if math.IsInf(high, 0) {
		low, high = 1, 1
	}
	return c.scale(low, high)
}

// draw writes areas first, then bands, then lines.
func (c chart) draw(m *markup, on canvas, cols columns, spreads []spread) {
	var parts [][]float64
	for i, k := range c.curves {
		if k.kind == stacked {
			parts = append(parts, k.pick(spreads[i]))
		}
	}
	bounds, n := stack(parts, cols.len()), 0
	for _, k := range c.curves {
		if k.kind == stacked {
			m.path("area "+k.class, on.area(cols, bounds[n], bounds[n+1]))
			n++
		}
	}
	for i, k := range c.curves {
		if k.kind == banded {
			m.path("band "+k.class, on.area(cols, spreads[i].low, spreads[i].high))
		}
	}
	for i, k := range c.curves {
		if k.kind != stacked {
			m.path("curve "+k.class, on.line(cols, k.pick(spreads[i])))
		}
	}
}

func (m *markup) path(class, d string) {
	if d != "" {
		m.void("path", "class", class, "d", d)
	}
}

// caption writes what a figure is and what it shows.
func (p *page) caption(head, title, words string) {
	p.open("figcaption")
	p.el(head, title)
	p.el("p", words, "class", "finding")
	p.close()
}

// legend names the curves, each beside a piece of it.
func (p *page) legend(c chart) {
	p.open("ul", "class", "legend")
	for _, k := range c.curves {
		p.open("li")
		p.open("svg", "class", "key", "width", "26", "height", "12", "aria-hidden", "true")
		if k.kind == stacked {
			p.void("rect", "class", "area "+k.class, "width", "26", "height", "12")
		} else {
			if k.kind == banded {
				p.void("rect", "class", "band "+k.class, "width", "26", "height", "12")
			}
			p.void("path", "class", "curve "+k.class, "d", "M1 6H25")
		}
		p.close()
		p.text(k.name)
		if k.kind == banded {
			p.text(", and from the 5th to the 95th percentile")
		}
		p.close()
	}
	p.close()
}

// hover writes a pane over each row of the table, which shows its numbers where the pointer is.
func (p *page) hover(c chart, on canvas) {
	cols := fit(p.width, p.buckets, p.d.rows)
	rows := p.rows(c, cols)
	heads := c.heads()
	for i := range cols.len() {
		from, to := on.x.place(cols.begins(i))*across, on.x.place(cols.begins(i+1))*across
		lines := []string{"at " + clock(cols.begins(i))}
		for j, v := range rows[i][1:] {
			lines = append(lines, heads[j]+": "+v)
		}
		p.open("g", "class", "pane")
		p.el("title", strings.Join(lines, "\n"))
		p.void("path", "d", "M"+coordinate(from)+" 0H"+coordinate(to)+"V"+coordinate(on.height)+"H"+coordinate(from)+"Z")
		p.close()
	}
}
