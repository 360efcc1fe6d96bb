// SPDX-License-Identifier: Apache-2.0

package report

// numbers writes what a chart draws as a table, in fewer rows where there are many.
func (p *page) numbers(c chart) {
	cols := fit(p.width, p.buckets, p.d.rows)
	each := "Each row is " + seconds(cols.seconds(0, cols.per)) + ", from the time given on."
	p.data("Numbers: "+c.title, c.title+", "+c.unit+". "+each, append([]string{p.xTitle}, c.heads()...), p.rows(c, cols))
}

// heads names the columns of a chart's table, but for the time.
func (c chart) heads() (heads []string) {
	for _, k := range c.curves {
		heads = append(heads, k.name)
		if k.kind == banded {
			heads = append(heads, "5th percentile", "95th percentile")
		}
	}
	return heads
}

func (p *page) rows(c chart, cols columns) (rows [][]string) {
	spreads := c.measured(cols)
	say, _ := clockFace(p.r.Duration)
	for i := range cols.len() {
		row := []string{say(cols.begins(i))}
		for j, k := range c.curves {
			row = append(row, c.say(k.pick(spreads[j])[i]))
			if k.kind == banded {
				row = append(row, c.say(spreads[j].low[i]), c.say(spreads[j].high[i]))
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// data writes a table that is folded until someone asks for it.
func (p *page) data(summary, caption string, heads []string, rows [][]string) {
	p.open("details", "class", "data")
	p.el("summary", summary)
	p.scroll(caption, func() { p.table(caption, "numbers", heads, rows) })
	p.close()
}

// scroll writes a room that scrolls by itself where the page is narrow, also by keys.
func (p *page) scroll(name string, body func()) {
	p.open("div", "class", "scroll", "role", "group", "aria-label", name, "tabindex", "0")
	body()
	p.close()
}

func (p *page) table(caption, class string, heads []string, rows [][]string) {
	p.open("table", "class", class)
	p.el("caption", caption)
	p.headRow(heads)
	p.open("tbody")
	for _, row := range rows {
		p.open("tr")
		p.el("th", row[0], "scope", "row")
		for _, cell := range row[1:] {
			p.el("td", cell)
		}
		p.close()
	}
	p.close()
	p.close()
}

func (p *page) headRow(heads []string) {
	p.open("thead")
	p.open("tr")
	for _, h := range heads {
		p.el("th", h, "scope", "col")
	}
	p.close()
	p.close()
}
