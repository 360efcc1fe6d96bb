// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/cluster/orders"
	"github.com/fuseboard/fuseboard/console/api"
	"github.com/fuseboard/fuseboard/internal/plain"
)

func (s *session) writeStatus(st api.Status) error {
	if _, err := io.WriteString(s.out, fleetLines(st)); err != nil {
		return err
	}
	if len(st.Guards) == 0 {
		_, err := fmt.Fprintln(s.out, "no dependencies are protected here")
		return err
	}
	rows := [][]string{{"DEPENDENCY", "MODE", "CIRCUIT", "PHASE", "SCOPE", "FAILING", "WHY"}}
	for _, g := range st.Guards {
		rows = append(rows, dependencyRow(g, verdictOf(st, g.Name)))
	}
	if err := writeTable(s.out, fitted(rows)); err != nil || len(st.Orders) == 0 {
		return err
	}
	if _, err := fmt.Fprintln(s.out); err != nil {
		return err
	}
	return s.writeOrders(st.Orders)
}

// fleetLines say how the fleet is, the first line in any case.
func fleetLines(st api.Status) string {
	where := st.Name
	if st.Zone != "" {
		where += " (" + st.Zone + ")"
	}
	kept := "orders on disk"
	if st.Durability != orders.Disk {
		kept = "orders in memory"
	}
	lines := []string{fmt.Sprintf("%s, seen by %s: %d of %s, %s", st.Fleet, where, st.Alive, plain.Count(max(st.HighWater, st.Alive), "member", "members"), kept)}
	if st.Trust == "none" {
		lines = append(lines, "no trust: whoever holds the fleet's key could forge evidence, so that policies that follow take advice only")
	}
	lines = append(lines, unwell(st)...)
	for _, o := range st.Orders {
		if len(o.Without) > 0 {
			lines = append(lines, withoutLine(o, st.Alive))
		}
	}
	lines = append(lines, contactLines(st.Contacts, st.Alive <= 1)...)
	for i, line := range lines {
		lines[i] = wrap(line, "  ", tableWidth)
	}
	return strings.Join(lines, "\n") + "\n"
}

// unwell says what is wrong with the node itself.
func unwell(st api.Status) (lines []string) {
	if st.Isolated {
		lines = append(lines, "isolated: this node cannot see half of the fleet, which decides nothing here until it can")
	}
	if st.Suspect {
		lines = append(lines, "suspect: this node holds itself for the cause of what it sees, and has no vote")
	}
	if st.Health > 0 {
		lines = append(lines, fmt.Sprintf("unwell: its gossip is late (score %d, 0 is healthy): too little processor time, or a bad network", st.Health))
	}
	if st.Untold > 0 {
		lines = append(lines, fmt.Sprintf("%s of this node not told to the fleet: too many at once; its metrics and logs have them", plain.Count(int(min(st.Untold, math.MaxInt)), "event", "events")))
	}
	if st.Trouble != "" {
		lines = append(lines, "trouble: "+st.Trouble)
	}
	return lines
}

func verdictOf(st api.Status, name string) *api.DependencyStatus {
	for i := range st.Dependencies {
		if st.Dependencies[i].Name == name {
			return &st.Dependencies[i]
		}
	}
	return nil
}

func dependencyRow(g api.Guard, v *api.DependencyStatus) []string {
	if v == nil {
		return []string{g.Name, "off", circuitOf(g), "-", "-", "-", "no fleet section in its policy"}
	}
	return []string{g.Name, v.Effective, circuitOf(g), v.Phase, scopeOf(v), fmt.Sprintf("%d/%d", v.Failing, v.Callers), whyOf(v)}
}

// scopeOf is whose trouble it is, in a table.
func scopeOf(v *api.DependencyStatus) string {
	if v.Scope == "none" {
		return "-"
	}
	return v.Scope
}

// circuitOf is a circuit in a word: its state, or what is stronger.
func circuitOf(g api.Guard) string {
	switch {
	case g.PolicyMode != "enforce":
		return g.PolicyMode
	case g.Mode != "enforce":
		return g.Mode
	}
	return g.State
}

// whyOf is what a verdict rests on, and how long it lasts.
func whyOf(v *api.DependencyStatus) string {
	text := v.Text
	if v.Phase == "ramp" {
		text += "; lets in " + plain.Percent(v.Share)
	}
	if v.For > 0 {
		text += "; " + left(time.Duration(v.For)) + " more"
	}
	if v.Trouble != "" {
		text += "; an order is not obeyed: " + strings.ReplaceAll(v.Trouble, "\n", "; ")
	}
	return text
}

func (s *session) writeOrders(all []api.OrderStatus) error {
	rows := [][]string{{"ORDER FOR", "WHAT", "ENDS", "BY", "WHY"}}
	for _, o := range all {
		why := o.Reason
		if len(o.Policy) > 0 {
			why = whatOf(o) + ": " + why
		}
		rows = append(rows, []string{o.Dependency, o.Verb, "in " + left(o.Expires.Sub(s.now())), byOf(o), why})
	}
	return writeTable(s.out, fitted(rows))
}

// whatOf is what an order asks for.
func whatOf(o api.OrderStatus) string {
	if len(o.Policy) == 0 {
		return o.Verb
	}
	var values []string
	for _, path := range slices.Sorted(maps.Keys(o.Policy)) {
		values = append(values, path+"="+o.Policy[path])
	}
	return strings.Join(values, " ")
}

// byOf is who gave an order, and whose key he used if that is not the same.
func byOf(o api.OrderStatus) string {
	if strings.EqualFold(o.Author, o.Operator) {
		return o.Operator
	}
	return o.Author + " (key of " + o.Operator + ")"
}

func (s *session) writeDependency(d api.Dependency) error {
	line := fmt.Sprintf("%s in %s, seen by %s: ", d.Name, d.Fleet, d.Node)
	if d.Verdict == nil {
		line += "no fleet section in its policy"
	} else {
		line += fmt.Sprintf("%s, phase %s, scope %s, this node votes %s: %s", d.Verdict.Effective, d.Verdict.Phase, d.Verdict.Scope, d.Verdict.Vote, whyOf(d.Verdict))
	}
	lines := []string{line}
	for _, o := range d.Orders {
		lines = append(lines, fmt.Sprintf("order for %s: %s until %s, by %s: %s", o.Dependency, whatOf(o), clock(o.Expires), byOf(o), o.Reason))
	}
	for i, line := range lines {
		lines[i] = wrap(line, "  ", tableWidth)
	}
	_, err := fmt.Fprintf(s.out, "%s\n\n%s", strings.Join(lines, "\n"), d.Text)
	return err
}
