// SPDX-License-Identifier: Apache-2.0

package report

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

func charts(page *element) []*element {
	return page.all(func(e *element) bool { return e.attrs["role"] == "img" })
}

func TestEveryChartHasATitleWordsAndATable(t *testing.T) {
	page := parse(t, reportOf(t, resultForTest(1, usual)))
	all := charts(page)
	if len(all) < 20 {
		t.Fatalf("there are %d charts, want 20 or more", len(all))
	}
	for _, c := range all {
		ids := strings.Fields(c.attrs["aria-labelledby"])
		if len(ids) != 2 {
			t.Fatalf("a chart is labelled by %q", c.attrs["aria-labelledby"])
		}
		title, words := page.byID(t, ids[0]), page.byID(t, ids[1])
		if title != c.kids[0] || title.name != "title" || title.text() == "" {
			t.Errorf("the title of a chart is %q, a %s", title.text(), title.name)
		}
		if words.name != "desc" || !strings.HasSuffix(words.text(), ".") {
			t.Errorf("%s: its words are %q, want a sentence", title.text(), words.text())
		}
		if len(tablesOf(c)) == 0 {
			t.Errorf("%s: no table of its numbers", title.text())
		}
	}
}

// tablesOf returns the folded tables of a chart's figure, or of the section that small charts share one in.
func tablesOf(chart *element) []*element {
	for at := chart.up; at != nil && at.name != "section"; at = at.up {
		if at.name == "figure" {
			if found := at.classed("data"); len(found) > 0 {
				return found
			}
		}
		if slices.Contains(strings.Fields(at.attrs["class"]), "minis") {
			return at.up.classed("data")
		}
	}
	return nil
}

func TestEveryChartHasAxesWithUnits(t *testing.T) {
	page := parse(t, reportOf(t, resultForTest(1, usual)))
	for _, c := range charts(page) {
		title := c.kids[0].text()
		if len(c.classed("x")) < 2 {
			t.Errorf("%s: its lower axis has %d labels", title, len(c.classed("x")))
		}
		if names := c.classed("title"); len(names) != 1 || names[0].text() == "" {
			t.Errorf("%s: its lower axis has no name", title)
		}
		if !slices.Contains(strings.Fields(c.attrs["class"]), "scatter") && len(c.classed("y")) < 2 {
			t.Errorf("%s: its upright axis has %d labels", title, len(c.classed("y")))
		}
	}
}

// TestCurvesDifferWithoutColour reads the style: lines differ in their dashes, areas in their patterns, dots by a hole.
func TestCurvesDifferWithoutColour(t *testing.T) {
	dashes := map[string]string{}
	for _, class := range []string{"c1", "c2", "c3", "ghost"} {
		dashes[class] = "none"
		if m := regexp.MustCompile(`\.curve\.` + class + ` \{[^}]*stroke-dasharray: ([^;]+);`).FindStringSubmatch(styleSheet); m != nil {
			dashes[class] = m[1]
		}
	}
	seen := map[string]string{}
	for class, dash := range dashes {
		if other, twice := seen[dash]; twice {
			t.Errorf("%s and %s have the same dashes", class, other)
		}
		seen[dash] = class
	}
	page := parse(t, reportOf(t, resultForTest(1, usual)))
	woven := map[string]string{}
	for _, p := range page.named("pattern") {
		woven[strings.TrimPrefix(p.attrs["id"], "p-")] = p.kids[1].attrs["d"]
	}
	for _, together := range [][]string{{"degraded", "late", "refused", "failed"}, {"half", "ramping"}} {
		looks := map[string]bool{}
		for _, name := range together {
			if !strings.Contains(styleSheet, ".area."+name+" { fill: url(#p-"+name+"); }") {
				t.Errorf("the area %s does not use its pattern", name)
			}
			looks[woven[name]] = true
		}
		if len(looks) != len(together) || looks[""] {
			t.Errorf("%v do not all have patterns of their own: %v", together, woven)
		}
	}
}

func TestFaultsAreNamedAndMarked(t *testing.T) {
	page := parse(t, reportOf(t, resultForTest(1, usual)))
	f := page.figure(t, "Goodput")
	var names []string
	for _, n := range f.classed("name") {
		names = append(names, n.text())
	}
	if want := []string{"not judged", "outage", "slow search"}; !slices.Equal(names, want) {
		t.Errorf("names above are %q, want %q", names, want)
	}
	// the outage is from 30 s to 50 s of 120 s
	if band := f.classed("fault")[0].attrs["d"]; !strings.HasPrefix(band, "M250 0h166.7V") {
		t.Errorf("the band of faults is %q", band)
	}
	payments := page.figure(t, "payments: amplification")
	if band := payments.classed("fault")[0].attrs["d"]; strings.Count(band, "M") != 1 {
		t.Errorf("payments has bands of others' faults: %q", band)
	}
}
