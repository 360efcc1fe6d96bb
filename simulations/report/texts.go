// SPDX-License-Identifier: Apache-2.0

package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard/simulations"
)

const unfolded = 50 // events that are shown at once

// events lists what happened in the typical run.
func (p *page) events() {
	all := p.typical.Events
	p.el("p", fmt.Sprintf("Of seed %d, the run whose goodput is in the middle: %s.", p.typical.Seed, count(len(all), "event", "events")))
	shown := all[:min(len(all), p.d.events)]
	if len(shown) == 0 {
		return
	}
	p.eventTable("What happened, by time since the beginning", shown[:min(len(shown), unfolded)])
	if len(shown) > unfolded {
		p.open("details", "class", "more")
		p.el("summary", count(len(shown)-unfolded, "more event", "more events"))
		p.eventTable("More events", shown[unfolded:])
		p.close()
	}
	if n := len(all) - len(shown); n > 0 {
		p.el("p", "The JSON report has "+count(n, "more", "more")+".", "class", "note")
	}
}

func (p *page) eventTable(caption string, events []simulations.Event) {
	p.scroll(caption, func() {
		var rows [][]string
		for _, e := range events {
			rows = append(rows, []string{eventTime(e), e.Kind, where(e), what(e)})
		}
		p.table(caption, "events", []string{"At", "Kind", "Where", "What"}, rows)
	})
}

func eventTime(e simulations.Event) string {
	if s := e.At.Seconds(); s >= 180 {
		return clock(s)
	}
	return trim(e.At.Seconds(), 3) + nobr + "s"
}

// what says what happened, with the states of a transition before it.
func what(e simulations.Event) string {
	if e.From == "" || e.To == "" || e.From == e.To {
		return cut(e.Text, 300)
	}
	return strings.TrimSuffix(cut(e.From, 40)+" → "+cut(e.To, 40)+": "+cut(e.Text, 300), ": ")
}

// where says whose event it is.
func where(e simulations.Event) string {
	text := ""
	switch {
	case e.Process != "":
		text = "within " + cut(e.Process, 60)
	case e.Node > 0:
		text = fmt.Sprintf("node %d", e.Node)
	}
	switch {
	case e.Dependency != "" && text != "":
		return text + ", " + cut(e.Dependency, 60)
	case e.Dependency != "":
		return cut(e.Dependency, 60)
	case text == "":
		return "the world"
	}
	return text
}

// policies writes those under test.
func (p *page) policies() {
	drawn := p.worst(p.d.drawn)
	for _, policy := range p.r.Policies {
		if len(p.r.Policies) > len(drawn) && !slices.Contains(drawn, policy.Dependency) {
			continue
		}
		p.el("h3", cut(policy.Dependency, 80))
		p.open("pre", "tabindex", "0", "aria-label", "Policy of "+cut(policy.Dependency, 80))
		text := cut(policy.Text, p.d.text)
		p.el("code", text)
		p.close()
		if text != policy.Text {
			p.el("p", "Only its beginning is shown; fuseboard policy explain shows all of it.", "class", "note")
		}
	}
}

// simulated says what may be concluded, and what may not.
func (p *page) simulated() {
	p.open("ul", "class", "about")
	for _, s := range [][2]string{
		{"What runs", "Fuseboard’s own guards, gates, circuits, retries and limits: the code that runs in production, in virtual time."},
		{"CPU is not simulated", "Work costs time here, never processor. A service that is short of CPU behaves worse than this report says. So do pauses of the garbage collector and delays of the scheduler."},
		{"Dependencies are models", "How long they take, how much they bear and how they fail is what the scenario says of them. Compare it with what you measure."},
		{"The network is not simulated", "Between the service and its dependencies nothing is lost or delayed, unless a fault of the scenario does it."},
		{"Chance", "Arrivals, latencies and faults come from the seed: " + seedWords(p.r) + ". The same seed brings the same ones, whatever the policies are."},
		{"Goroutines", "Their order belongs to Go and to no seed. Runs of one seed may differ by it; a verdict that hangs on it is called unsettled."},
	} {
		p.open("li")
		p.el("b", s[0]+". ")
		p.text(s[1])
		p.close()
	}
	p.close()
	if p.r.Version != "" {
		p.el("p", "Run by "+cut(p.r.Version, 200)+".", "class", "note")
	}
}

func seedWords(r *simulations.Result) string {
	if len(r.Seeds) == 1 {
		return "here the single seed " + seeds(r.Seeds) + ", so nothing is known of their spread"
	}
	return "here " + seeds(r.Seeds)
}
