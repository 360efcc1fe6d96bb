// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/simulations/world"
)

// judge tells what is wrong between the parts of a scenario.
func (r *reader) judge() {
	r.judgeCalls()
	r.judgeLoads()
	r.judgeFaults()
	r.judgeFleet()
	r.judgeTitles()
	r.judgeVariants()
	if r.found.Err() == nil { // else they may be for what could not be read
		r.unused()
		r.judgePolicies()
	}
}

// names are those of the dependencies.
func (s *Scenario) names() []string {
	names := make([]string, len(s.Dependencies))
	for i, d := range s.Dependencies {
		names[i] = d.Name
	}
	return names
}

func (s *Scenario) dependency(name string) (Dependency, bool) {
	i := slices.IndexFunc(s.Dependencies, func(d Dependency) bool { return d.Name == name })
	if i < 0 {
		return Dependency{}, false
	}
	return s.Dependencies[i], true
}

// known reports whether the scenario has a dependency, or tells that it does not.
func (r *reader) known(path, name string) bool {
	if _, known := r.s.dependency(name); known || name == "" || r.broken["dependencies"] {
		return known
	}
	p := fuseboard.Problem{
		Path: path, Code: CodeUnknownDependency, Value: plain.Shorten(name), Message: "no dependency has this name", Accepted: listed(r.s.names()),
		Fix: meant(name, r.s.names(), "write it under dependencies, or name another"),
	}
	if len(r.s.Dependencies) == 0 {
		p.Accepted, p.Fix = "", "write it under dependencies: "+plain.Shorten(name)+": {latency: 40ms}"
	}
	r.tell(p)
	return false
}

// judgeCalls tells of unknown dependencies that others call, and of circles, each once.
func (r *reader) judgeCalls() {
	told := map[string]bool{}
	for _, d := range r.s.Dependencies {
		path := plain.Below("dependencies", d.Name) + ".calls"
		for i, name := range d.Calls {
			if r.known(plain.At(path, i), name) && !told[d.Name] {
				r.circle(path, d.Name, told)
			}
		}
	}
}

// circle tells of a way from a dependency back to itself.
func (r *reader) circle(path, name string, told map[string]bool) {
	way := r.way(name, name, map[string]bool{})
	if way == nil {
		return
	}
	for _, n := range way {
		told[n] = true
	}
	r.tell(fuseboard.Problem{
		Path: path, Code: CodeCircle, Value: strings.Join(way, " → "), Message: "is a circle: a request would never be answered", Fix: "remove one of the calls",
	})
}

// way is a shortest-first way of calls from one dependency to another, or nil.
func (r *reader) way(from, to string, seen map[string]bool) []string {
	d, _ := r.s.dependency(from)
	for _, next := range d.Calls {
		if next == to {
			return []string{from, to}
		}
		if seen[next] {
			continue
		}
		seen[next] = true
		if rest := r.way(next, to, seen); rest != nil {
			return append([]string{from}, rest...)
		}
	}
	return nil
}

// unused warns of dependencies that nothing calls.
func (r *reader) unused() {
	called := map[string]bool{}
	for _, l := range r.s.Load {
		called[l.To] = true
	}
	for _, d := range r.s.Dependencies {
		for _, name := range d.Calls {
			called[name] = true
		}
	}
	for _, d := range r.s.Dependencies {
		if !called[d.Name] && len(r.s.Load) > 0 {
			r.tell(fuseboard.Problem{Path: plain.Below("dependencies", d.Name), Code: CodeUnused, Message: "is called by nothing", Fix: "write a load to it, or remove it", Warning: true})
		}
	}
}

func (r *reader) judgeLoads() {
	if node, _ := r.tree.Lookup("load"); len(r.s.Load) == 0 && (node.Form == plain.Null || node.Form == plain.List || node.Form == plain.Object && node.At == r.tree.At) {
		r.tell(fuseboard.Problem{Path: "load", Code: CodeMissing, Message: "is missing: no request would arrive", Fix: loadFix})
	}
	for i, l := range r.s.Load {
		path := plain.At("load", i)
		r.known(path+".to", l.To)
		if l.From >= r.s.Duration {
			r.behind(path + ".from")
		}
		for k, step := range l.Shape {
			if step.At >= r.s.Duration {
				r.behind(plain.At(path+".shape", k) + ".at")
			}
		}
	}
}

// behind tells of a time behind the end.
func (r *reader) behind(path string) {
	r.tell(fuseboard.Problem{
		Path: path, Code: CodeTime, Message: "lies behind the end of the simulation, " + plain.Duration(r.s.Duration), Accepted: "less than that",
		Fix: "write an earlier time, or a longer duration",
	})
}

// judgeFaults tells of faults of what is not there.
func (r *reader) judgeFaults() {
	operations, tenants := r.s.named["operation"], r.s.named["tenant"]
	for i, f := range r.s.Faults {
		path := plain.At("faults", i)
		if !r.known(path+".dependency", f.Dependency) {
			continue
		}
		d, _ := r.s.dependency(f.Dependency)
		if f.Effect.Capacity != 0 && d.Capacity.Concurrency == 0 && !r.broken[plain.Below("dependencies", d.Name)] {
			r.tell(fuseboard.Problem{
				Path: path + ".capacity", Code: CodeNothing, Message: "takes capacity from " + d.Name + ", which has no bound", Fix: "write capacity: {concurrency: 40} under " + d.Name,
			})
		}
		r.judgeAffected(path+".operations", "operation", f.Effect.Operations, operations)
		r.judgeAffected(path+".tenants", "tenant", f.Effect.Tenants, tenants)
	}
	if spans := r.s.Spans(); len(spans) > mostOccurrences {
		r.tell(fuseboard.Problem{Path: "faults", Code: CodeTooMany, Message: "happen too often", Accepted: fmt.Sprintf("at most %d times in all", mostOccurrences), Fix: "write a longer every, or times"})
	}
}

func (r *reader) judgeAffected(path, what string, names, there []string) {
	for i, name := range names {
		if !slices.Contains(there, name) {
			r.tell(fuseboard.Problem{
				Path: plain.At(path, i), Code: CodeUnknown, Value: plain.Shorten(name), Message: "no load has such " + article(what), Accepted: listed(there),
				Fix: meant(name, there, "name "+article(what)+" of a load"),
			})
		}
	}
}

func article(noun string) string {
	if strings.ContainsAny(noun[:1], "aeiou") {
		return "an " + noun
	}
	return "a " + noun
}

// operations are those of all loads.
func (s *Scenario) operations() []string {
	return s.ofLoads(func(l world.Load) []string { return []string{usual(l.Operation, world.DefaultOperation)} }, func(a world.Arrival) string { return a.Operation })
}

// tenants are those of all loads.
func (s *Scenario) tenants() []string {
	return s.ofLoads(func(l world.Load) (names []string) {
		for name := range l.Tenants {
			names = append(names, name)
		}
		slices.Sort(names)
		return names
	}, func(a world.Arrival) string { return a.Tenant })
}

// ofLoads collects names of loads and of recorded arrivals, each once.
func (s *Scenario) ofLoads(of func(world.Load) []string, recorded func(world.Arrival) string) []string {
	names, seen := []string{}, map[string]bool{"": true}
	add := func(name string) {
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	for _, l := range s.Load {
		for _, name := range of(l) {
			add(name)
		}
		for _, a := range s.Arrivals[l.Recorded] {
			add(recorded(a))
		}
	}
	return names
}

// judgeTitles tells of names that are given twice.
func (r *reader) judgeTitles() {
	loads := map[string]bool{}
	for i, l := range r.s.Load {
		r.judgeTwice(fmt.Sprintf("load[%d].name", i), "load", l.Name, loads)
	}
	faults, at := map[string]bool{}, map[string]bool{}
	for i, f := range r.s.Faults {
		at[fmt.Sprint(f.Name, i)] = true
		r.judgeTwice(fmt.Sprintf("faults[%d].name", i), "fault", f.Name, faults)
	}
	for _, o := range r.s.Spans() {
		if name := r.s.Faults[o.Fault].Name; o.Name != name && faults[strings.ToLower(o.Name)] {
			r.tell(fuseboard.Problem{Path: fmt.Sprintf("faults[%d].name", o.Fault), Code: CodeDuplicate, Message: "has a second time, " + o.Name + ", which is another fault's name", Fix: "rename one of them"})
			return
		}
	}
	baselines := map[string]bool{}
	for i, b := range r.s.Baselines {
		r.judgeTwice(fmt.Sprintf("baselines[%d].name", i), "baseline", b.Name, baselines)
	}
}

func (r *reader) judgeTwice(path, what, name string, seen map[string]bool) {
	key := strings.ToLower(name)
	if name != "" && seen[key] {
		r.tell(fuseboard.Problem{Path: path, Code: CodeDuplicate, Value: name, Message: "is the name of another " + what + " too", Fix: "give each a name of its own"})
	}
	seen[key] = true
}

// judgeVariants tells what is wrong with the variants that the baselines make.
func (r *reader) judgeVariants() {
	if len(r.s.Baselines) == 0 || r.found.Err() != nil {
		return
	}
	list, found := r.s.Variants(nil)
	for _, p := range found {
		if p.Origin == (config.Origin{}) {
			r.tell(p.Problem)
		}
	}
	for _, b := range list {
		r.s.variants = append(r.s.variants, b.Name)
	}
}
