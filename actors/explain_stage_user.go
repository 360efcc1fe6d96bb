// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"slices"
	"strings"
)

// StageKind says whose a stage of an [Explanation] is.
type StageKind string

// The kinds of stages.
const (
	// PolicyKind: a section of the policy.
	PolicyKind StageKind = "policy"
	// UserKind: code of yours, a [Stage] of some operations. It is passed in every mode.
	UserKind StageKind = "user"
)

// mostNamed is how many operations are named beside a stage that many of them have.
const mostNamed = 4

// userStages are those at a seam, each once for all operations that have the same ones there.
func (s sight) userStages(at Seam) (stages []PolicyStage) {
	type group struct {
		stages, ops []string
	}
	var groups []group
	for _, o := range s.guard.operations() {
		if o.typed == nil {
			continue
		}
		names := o.typed.stagesAt(at)
		i := slices.IndexFunc(groups, func(g group) bool { return slices.Equal(g.stages, names) })
		if i < 0 {
			groups = append(groups, group{stages: names})
			i = len(groups) - 1
		}
		groups[i].ops = append(groups[i].ops, title(s.guard.name, o.name))
	}
	for _, g := range groups {
		for _, name := range g.stages {
			stages = append(stages, PolicyStage{
				Name: "stage " + name, Kind: UserKind, Seam: at, Operations: slices.Clone(g.ops), On: true,
				Now: fmt.Sprintf("code of yours around the %s of %s", at, named(g.ops)),
			})
		}
	}
	return stages
}

// named lists names for a sentence, the first few of many.
func named(names []string) string {
	if n := len(names); n > mostNamed {
		return fmt.Sprintf("%s and %d others", strings.Join(names[:mostNamed], ", "), n-mostNamed)
	}
	return listed(names)
}

// listed joins names as a sentence does: "a, b and c".
func listed(names []string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " and " + names[last]
}
