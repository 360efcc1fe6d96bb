// SPDX-License-Identifier: Apache-2.0

package browsertest

import (
	"bytes"
	"context"
	_ "embed"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/fuseboard/fuseboard/simulations"
	"github.com/fuseboard/fuseboard/simulations/report"
)

// golden is the report that the tests of the report package keep.
const golden = "../../testdata/report.html"

//go:embed testdata/axe.min.js
var axe string

// TestReports starts one browser for all, which is half of what a small test of it costs.
func TestReports(t *testing.T) {
	browser := startBrowser(t)
	for _, l := range everyLook {
		t.Run("IsQuietWholeAndAccessible/"+l.name, func(t *testing.T) { checkLook(t, browser, l) })
	}
	t.Run("HostileNamesRunNothing", func(t *testing.T) { checkHostile(t, browser) })
	t.Run("TablesOpenByKeysAlone", func(t *testing.T) { checkKeys(t, browser) })
	t.Run("PrintsInLightWithoutFoldedTables", func(t *testing.T) { checkPrint(t, browser) })
}

func checkLook(t *testing.T, browser context.Context, l look) {
	p := openPage(t, browser, golden, l)
	if l == everyLook[0] || os.Getenv("PICTURES") != "" {
		p.picture(t, l.name)
	}
	checkCharts(t, p, 20)
	checkWidth(t, p)
	if l.closely {
		checkAccessible(t, p)
	}
	checkQuiet(t, p)
}

func checkHostile(t *testing.T, browser context.Context) {
	p := openPage(t, browser, hostile(t), everyLook[2])
	if eval[bool](t, p, `"pwned" in window`) {
		t.Error("a name of the result ran as a script")
	}
	if n := eval[int](t, p, `document.querySelectorAll("script, img, iframe, object, [onload], [onerror], [onclick]").length`); n != 0 {
		t.Errorf("names of the result made %d elements that could run or load something", n)
	}
	checkWidth(t, p)
	checkQuiet(t, p)
}

func checkKeys(t *testing.T, browser context.Context) {
	p := openPage(t, browser, golden, everyLook[0])
	summaries := eval[int](t, p, `document.querySelectorAll("summary").length`)
	for range 200 {
		if err := chromedp.Do(p.ctx, chromedp.KeyEvent("\t")); err != nil {
			t.Fatal(err)
		}
		if eval[bool](t, p, `document.activeElement.matches("summary")`) {
			break
		}
	}
	if err := chromedp.Do(p.ctx, chromedp.KeyEvent("\r")); err != nil {
		t.Fatal(err)
	}
	if !eval[bool](t, p, `document.activeElement.matches("details[open] > summary")`) {
		t.Errorf("no table opened by Tab and Enter, of %d", summaries)
	}
}

func checkPrint(t *testing.T, browser context.Context) {
	p := openPage(t, browser, golden, everyLook[1]) // dark on the screen
	pdf, err := chromedp.Run(p.ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize()))
	if err != nil {
		t.Fatal(err)
	}
	keep(t, "print.pdf", pdf)
	must(t)(chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}))
	if n := eval[int](t, p, `[...document.querySelectorAll("details")].filter(d => d.getClientRects().length > 0).length`); n != 0 {
		t.Errorf("%d tables that are folded are printed", n)
	}
	if have := eval[string](t, p, `getComputedStyle(document.documentElement).getPropertyValue("--paper").trim()`); have != "#ffffff" {
		t.Errorf("it prints on %q, want white", have)
	}
	checkCharts(t, p, 20)
}

// checkCharts asserts that there are charts, each with something drawn, and with a size.
func checkCharts(t *testing.T, p *tab, least int) {
	t.Helper()
	type chart struct {
		Title         string
		Width, Height float64
		Drawn         int
	}
	charts := eval[[]chart](t, p, `[...document.querySelectorAll('svg[role="img"]')].map(s => { const r = s.getBoundingClientRect();
		return {Title: s.querySelector("title").textContent, Width: r.width, Height: r.height,
			Drawn: [...s.querySelectorAll("path, rect")].filter(e => { const b = e.getBoundingClientRect(); return b.width + b.height > 1 }).length}})`)
	if len(charts) < least {
		t.Errorf("there are %d charts, want %d or more", len(charts), least)
	}
	for _, c := range charts {
		if c.Width < 150 || c.Height < 40 || c.Drawn == 0 {
			t.Errorf("chart %q is %.0f × %.0f with %d shapes", c.Title, c.Width, c.Height, c.Drawn)
		}
	}
}

// checkWidth asserts that a page does not scroll sideways.
func checkWidth(t *testing.T, p *tab) {
	t.Helper()
	type size struct{ Page, Window int }
	if s := eval[size](t, p, `({Page: document.documentElement.scrollWidth, Window: document.documentElement.clientWidth})`); s.Page > s.Window {
		wide := eval[[]string](t, p, `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest(".scroll, pre")).slice(0, 5).map(e => e.outerHTML.slice(0, 120))`)
		t.Errorf("the page is %d wide in a window of %d: %s", s.Page, s.Window, strings.Join(wide, "\n"))
	}
}

// checkAccessible asserts that axe finds nothing to complain about, with some tables unfolded. It changes the page: axe weighs
// every element, so that of rows and panes, which are all made the same way, only the first ones stay.
func checkAccessible(t *testing.T, p *tab) {
	t.Helper()
	eval[bool](t, p, `[...document.querySelectorAll("details")].slice(0, 2).forEach(d => d.open = true), true`)
	eval[bool](t, p, `document.querySelectorAll("table.numbers tbody tr:nth-child(n+4), .pane:nth-child(n+4)").forEach(e => e.remove()), true`)
	eval[bool](t, p, axe+`;true`)
	type finding struct {
		ID, Help string
		Nodes    []string
	}
	type findings struct {
		Violations []finding
		Passes     int
	}
	f := eval[findings](t, p, `axe.run({include: document, exclude: [[".pane"]]}, {resultTypes: ["violations"]}).then(r => ({Passes: r.passes.length,
		Violations: r.violations.map(v => ({ID: v.id, Help: v.help, Nodes: v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + " " + (n.any[0]?.message ?? ""))}))}))`)
	if f.Passes < 20 {
		t.Errorf("axe passed %d rules: it did not look at the page", f.Passes)
	}
	for _, v := range f.Violations {
		t.Errorf("axe: %s: %s\n%s", v.ID, v.Help, strings.Join(v.Nodes, "\n"))
	}
}

// checkQuiet asserts that a page said nothing, and asked for nothing but itself.
func checkQuiet(t *testing.T, p *tab) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.messages) > 0 {
		t.Errorf("the page said: %s", strings.Join(p.messages, "\n"))
	}
	if len(p.requests) != 1 || !strings.HasPrefix(p.requests[0], "file://") {
		t.Errorf("the page asked for %q, want its own file alone", p.requests)
	}
}

// hostile writes a report whose texts are hostile, and returns its file.
func hostile(t *testing.T) string {
	t.Helper()
	bad := `"><script>pwned=1</script><img src=x onerror="pwned=1">` + "\x00\u202e" + strings.Repeat("long", 40) + "' --rm '"
	track := simulations.Track{
		Offered: []uint32{10, 10}, Good: []uint32{10, 2}, Degraded: []uint32{0, 0}, Failed: []uint32{0, 8}, Refused: []uint32{0, 0}, Late: []uint32{0, 0},
		Calls: []uint32{10, 10}, Attempts: []uint32{10, 20}, P50: []float32{1, 2}, P95: []float32{2, 3}, P99: []float32{3, 4},
	}
	span := simulations.Span{Name: bad, To: 1e9, Dependency: bad, Text: bad}
	judgement := simulations.Judgement{Text: bad, Found: bad, Why: bad, Unit: bad, Runs: 1, Known: 1, Op: bad}
	trial := simulations.Trial{
		Seed: 1, Width: 1e9, All: track, Tracks: map[string]simulations.Track{bad: track}, Measured: []simulations.Measured{{Value: 1, Known: true}},
		Events: []simulations.Event{
			{Kind: bad, Process: bad, Dependency: bad, From: bad, To: bad, Text: bad},
			{Kind: "transition", Node: 1, Dependency: bad, From: "closed", To: bad},
		},
	}
	variant := simulations.Variant{Name: bad, Runs: []simulations.Trial{trial}, Summary: []simulations.Figure{{Name: bad, Unit: bad}}}
	r := &simulations.Result{
		Verdict: simulations.Verdict(bad), Simulation: bad, Story: bad, File: bad, Set: []string{bad}, Version: bad, Warnings: []string{bad}, Seeds: []uint64{1},
		Duration: 2e9, Nodes: 1, Dependencies: []string{bad}, Faults: []simulations.Span{span}, Expectations: []simulations.Judgement{judgement},
		Policies: []simulations.PolicyText{{Dependency: bad, Text: bad}}, Variants: []simulations.Variant{variant, variant},
		Broken: []simulations.BrokenRun{{Variant: bad, Why: bad}},
	}
	var b bytes.Buffer
	if err := report.HTML(&b, r); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "hostile.html")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
