// SPDX-License-Identifier: Apache-2.0

package simulations

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/config/watch"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

// course is what every run of one variant has in common. It never changes.
type course struct {
	scenario *scenario.Scenario
	variant  scenario.Baseline
	files    []watch.File // its policies; nil: none
	width    time.Duration
	spans    []Span
	faultOf  []int     // of each span
	outer    []opening // what loads call
	service  Service   // nil: the generic one
	inFleet  bool      // its nodes are a fleet
}

func newCourse(s *scenario.Scenario, v scenario.Baseline) (*course, error) {
	c := &course{scenario: s, variant: v, width: widthFor(s.Duration)}
	policies := v.Policies
	if policies.Set == nil {
		policies = s.Policies
	}
	if !v.None && policies.Set != nil {
		files, err := filesOf(policies)
		if err != nil {
			return nil, err
		}
		c.files = files
		c.inFleet = s.Fleet(policies.Set)
	}
	for _, o := range s.Spans() {
		f := s.Faults[o.Fault]
		c.spans = append(c.spans, Span{Name: o.Name, From: o.From, To: o.To, Dependency: f.Dependency, Text: inWords(f)})
		c.faultOf = append(c.faultOf, o.Fault)
	}
	for _, l := range s.Load {
		l = l.WithDefaults()
		for _, operation := range operationsOf(s, l.Recorded, l.Operation) {
			if o := (opening{l.To, operation}); !slices.Contains(c.outer, o) {
				c.outer = append(c.outer, o)
			}
		}
	}
	return c, nil
}

// operationsOf lists what a load calls: recorded arrivals may have operations of their own.
func operationsOf(s *scenario.Scenario, recorded, operation string) []string {
	names := []string{operation}
	for _, a := range s.Arrivals[recorded] {
		if a.Operation != "" && !slices.Contains(names, a.Operation) {
			names = append(names, a.Operation)
		}
	}
	return names
}

// summary are the measures that every run has, whatever is expected.
var summary = []string{"goodput", "answered", "refused", "failed", "late", "amplification", "peak-amplification", "attempts", "waste", "p50", "p99", "queue", "openings"}

// meters are those of the expectations, and then those of the summary.
func (c *course) meters() []*meter {
	var ms []*meter
	names := c.names()
	for _, e := range c.scenario.Expect {
		ms = append(ms, newMeter(e.Measure, names))
	}
	for _, name := range summary {
		ms = append(ms, newMeter(scenario.Measure{Metric: name, From: c.scenario.Settle, To: c.scenario.Duration}, names))
	}
	return ms
}

// names are those of the dependencies, whose numbers are their places.
func (c *course) names() []string {
	names := make([]string, len(c.scenario.Dependencies))
	for i, d := range c.scenario.Dependencies {
		names[i] = d.Name
	}
	return names
}

// filesOf are policies as the files that a program would have: those that stand in a scenario become one of their own.
func filesOf(p scenario.Policies) (files []watch.File, err error) {
	for _, s := range p.Sources {
		data := s.Data
		if s.Within != "" {
			if data, err = cutOut(s); err != nil {
				return nil, err
			}
		}
		files = append(files, watch.File{Name: s.Name, Data: data})
	}
	return files, nil
}

// cutOut makes a file of the policies that stand within a source.
func cutOut(s config.Source) ([]byte, error) {
	tree, problems := s.Tree()
	if err := problems.Err(); err != nil {
		return nil, err
	}
	node, found := tree.Lookup(s.Within)
	if !found {
		return nil, fmt.Errorf("%s has no %s", s.Name, s.Within)
	}
	version := slices.ContainsFunc(node.Members, func(m plain.Member) bool { return m.Name == "apiVersion" })
	if !version {
		node.Members = append([]plain.Member{{Name: "apiVersion", Value: plain.Node{Form: plain.Text, Word: config.APIVersion}}}, node.Members...)
	}
	node.Form = plain.Object
	return []byte(node.String()), nil
}

// policiesFor is a dependency's policy under the variant, as a table.
func (c *course) policiesFor(name string) string {
	set := cmp.Or(c.variant.Policies.Set, c.scenario.Policies.Set)
	if c.variant.None || set == nil {
		return ""
	}
	return explained(set, name)
}
