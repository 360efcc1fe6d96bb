// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard/config"
)

type ruleDifference struct {
	Rule    string   `json:"rule"`
	Added   bool     `json:"added"`
	Removed bool     `json:"removed"`
	Changes []change `json:"changes"`
}

// rulesThatDiffer are the rules that differ; with names only those that are for one of them, and what they do to it.
func rulesThatDiffer(before, after *config.Set, names []string) []ruleDifference {
	all := []ruleDifference{}
	for _, d := range config.CompareRules(before, after) {
		if len(names) > 0 && !isFor(before, d.Rule, names) && !isFor(after, d.Rule, names) {
			continue
		}
		one := ruleDifference{Rule: d.Rule, Added: d.Added, Removed: d.Removed, Changes: []change{}}
		for _, c := range d.Changes {
			entry, _, effect := strings.Cut(c.Path, ": ")
			if !effect || len(names) == 0 || slices.Contains(names, entry) {
				one.Changes = append(one.Changes, change{Path: c.Path, Before: c.Before, After: c.After, Origin: c.Origin})
			}
		}
		if len(one.Changes) > 0 {
			all = append(all, one)
		}
	}
	return all
}

// isFor reports whether the rule is there, and is for one of the names.
func isFor(set *config.Set, rule string, names []string) bool {
	return slices.ContainsFunc(set.Rules(), func(r config.Rule) bool {
		return r.Name == rule && slices.ContainsFunc(names, r.For)
	})
}

// ruleRows are the rows of rules, each with its changes beneath it.
func ruleRows(all []ruleDifference) (rows [][]string) {
	for _, d := range all {
		rows = append(rows, []string{"rule " + d.Rule + novelty(d.Added, d.Removed)})
		for _, c := range d.Changes {
			rows = append(rows, []string{"  " + c.Path, or(c.Before, "none") + " -> " + or(c.After, "none"), c.Origin.String()})
		}
	}
	return rows
}
