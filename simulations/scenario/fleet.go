// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"slices"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/config"
)

// Zone is where some of the nodes run.
type Zone struct {
	// Name is what the nodes tell each other of where they run: "eu-west-1a".
	Name string
	// Nodes is how many of them run there, numbered on from those of the zone before.
	Nodes int
}

// Cut is a way that nothing goes between nodes, in one direction.
type Cut struct {
	// From are the nodes whose packets are lost, and To those who do not get them; both are numbers from 1. Empty: all others.
	From, To []int
}

// Liar are nodes that tell the fleet what is not so.
type Liar struct {
	// Nodes are their numbers, from 1.
	Nodes []int
	// Claims is what they say of the fault's dependency, or else of all: fail, ok or random. Default fail.
	Claims string
}

// Claims are the words of [Liar].Claims, the default first. The caller owns the list.
func Claims() []string { return []string{"fail", "ok", "random"} }

// OnFleet is what a fault does to the nodes of a service, and to what they say to each other. Its fields stand among those of the fault.
// Calls to dependencies go on as they are: what happens to these is an effect.
type OnFleet struct {
	// Partition are groups of nodes that hear nothing of each other; who is in none of them is in one more with all others that are in none.
	Partition [][]int
	// Cut is a partition in one direction.
	Cut Cut
	// Loss is the share of packets between nodes that are lost, and Delay how much longer they take: those from and to Effect.Nodes, where
	// these are given, and else all. 0 to 1, and up to 1m.
	Loss  float64 `plain:"rate"`
	Delay time.Duration
	// Pause are nodes that stop as by SIGSTOP: nothing that they send or were sent comes through, requests to them wait, and attempts under way get no answer, until
	// the fault ends. Their timers run on.
	Pause []int
	// Kill are nodes that end at once, without a goodbye, and begin anew at the fault's end. Requests go to those that run.
	Kill []int
	// Stop are nodes that say goodbye and answer what is under way, as at a deployment, and begin anew at the fault's end.
	Stop []int
	// Liar are nodes whose evidence is false.
	Liar Liar
}

// lasts reports whether the fault does something to the fleet or its nodes.
func (f OnFleet) lasts() bool {
	return f.verb() != "" || f.Liar.Claims != "" || len(f.Pause)+len(f.Kill)+len(f.Stop) > 0
}

// verb is the word of what needs a fleet; empty where nothing does.
func (f OnFleet) verb() string {
	switch {
	case len(f.Partition) > 0:
		return "partition"
	case len(f.Cut.From)+len(f.Cut.To) > 0:
		return "cut"
	case f.Loss != 0:
		return "loss"
	case f.Delay != 0:
		return "delay"
	case len(f.Liar.Nodes) > 0:
		return "liar"
	}
	return ""
}

// ZoneOf returns the zone of a node, by its number from 1; empty where it has none.
func (s *Scenario) ZoneOf(node int) string {
	for _, z := range s.Zones {
		if node -= z.Nodes; node <= 0 {
			return z.Name
		}
	}
	return ""
}

// Fleet reports whether the nodes are a fleet under some policies (nil: none): there are two at least, and a policy has a fleet section that is
// on, or gets one from a fault.
func (s *Scenario) Fleet(set *config.Set) bool {
	if s.Nodes < 2 {
		return false
	}
	if s.fleetIn(set) {
		return true
	}
	for _, f := range s.Faults {
		if set != nil && s.setsFleet(f.Set) || s.fleetIn(f.Policies.Set) {
			return true
		}
	}
	return false
}

// fleetIn reports whether policies have a fleet section for a dependency.
func (s *Scenario) fleetIn(set *config.Set) bool {
	if set == nil {
		return false
	}
	for _, d := range s.Dependencies {
		if !set.Has(d.Name) {
			continue
		}
		if resolved, _ := set.Resolve(d.Name, config.Layers{}); resolved.Policy.Fleet.On() {
			return true
		}
	}
	return false
}

// setsFleet reports whether lines that change policies turn a fleet section on.
func (s *Scenario) setsFleet(lines []string) bool {
	for _, line := range lines {
		path, value, _ := strings.Cut(line, "=")
		if strings.HasSuffix(path, ".fleet.mode") && value != "off" {
			return true
		}
	}
	return false
}

// Concerns reports whether nothing goes from one node to another. A cut without From and To is none.
func (c Cut) Concerns(from, to int) bool {
	if len(c.From)+len(c.To) == 0 {
		return false
	}
	return (len(c.From) == 0 || slices.Contains(c.From, from)) && (len(c.To) == 0 || slices.Contains(c.To, to))
}
