// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

const zonesFix = "write for example zones: {a: 3, b: 2}"

// zones reads where nodes run: names, with how many run there. Where nothing says how many nodes there are, these are all.
func (r *reader) zones(n plain.Node) {
	switch n.Form {
	case plain.Null:
		return
	case plain.Object:
	default:
		r.add(r.word(n), fuseboard.Problem{Path: "zones", Code: CodeType, Value: given(n), Message: "want zones with the number of their nodes, got " + got(n), Fix: zonesFix})
		return
	}
	all := 0
	for _, m := range n.Members {
		z := Zone{Name: m.Name}
		path := plain.Below("zones", m.Name)
		if !isName(m.Name) {
			r.add(at(m.At), fuseboard.Problem{Path: path, Code: CodeName, Message: "is not a name of a zone", Accepted: "up to 63 small letters, digits and _ . -", Fix: "choose a name of small letters"})
		}
		if flaws := plain.DecodeNode(m.Value, &z.Nodes); len(flaws) > 0 || z.Nodes < 1 || z.Nodes > mostNodes {
			r.add(r.word(m.Value), fuseboard.Problem{Path: path, Code: CodeRange, Value: given(m.Value), Message: "is not a number of nodes", Accepted: "1 to " + strconv.Itoa(mostNodes), Fix: zonesFix})
			continue
		}
		all += z.Nodes
		r.s.Zones = append(r.s.Zones, z)
	}
	r.judgeZones(n, all)
}

// judgeZones tells where the zones have other nodes than there are.
func (r *reader) judgeZones(n plain.Node, all int) {
	_, said := r.tree.Lookup("nodes")
	switch {
	case len(r.s.Zones) < len(n.Members):
	case !said && all <= mostNodes:
		r.s.Nodes = max(all, 1)
	case all != r.s.Nodes:
		r.tell(fuseboard.Problem{
			Path: "zones", Code: CodeConflict, Message: "have " + plain.Count(all, "node", "nodes") + ", and there are " + strconv.Itoa(r.s.Nodes),
			Accepted: "as many as nodes, up to " + strconv.Itoa(mostNodes), Fix: "give each node a zone, or leave nodes out",
		})
	}
}

// asFleet is what stands for a fault, with lists where one value stands alone: a partition of one group is one from all others.
func asFleet(n plain.Node) plain.Node {
	n = replace(n, "partition", func(n plain.Node) plain.Node {
		alone := n.Form == plain.List && !slices.ContainsFunc(n.Items, func(i plain.Node) bool { return i.Form == plain.List })
		if n = asList(n); alone || len(n.Items) == 1 && n.Items[0].Form == plain.Numeral {
			return plain.Node{Form: plain.List, Items: []plain.Node{n}, At: n.At}
		}
		n.Items = slices.Clone(n.Items)
		for i := range n.Items {
			n.Items[i] = asList(n.Items[i])
		}
		return n
	})
	n = replace(n, "cut", func(n plain.Node) plain.Node { return replace(replace(n, "from", asList), "to", asList) })
	return replace(n, "liar", func(n plain.Node) plain.Node {
		if n.Form == plain.Numeral || n.Form == plain.List {
			return single(asList(n), "nodes")
		}
		return replace(n, "nodes", asList)
	})
}

// judgeOnFleet tells what is wrong with what a fault does to nodes, by itself.
func (r *reader) judgeOnFleet(path string, f OnFleet) {
	for i, group := range f.Partition {
		r.judgeNodes(plain.At(path+".partition", i), group)
	}
	for _, one := range []struct {
		field string
		nodes []int
	}{
		{".cut.from", f.Cut.From}, {".cut.to", f.Cut.To}, {".pause", f.Pause}, {".kill", f.Kill}, {".stop", f.Stop}, {".liar.nodes", f.Liar.Nodes},
	} {
		r.judgeNodes(path+one.field, one.nodes)
	}
	r.judgeGroups(path+".partition", f.Partition)
	r.judgeEnds(path, f)
	r.judgeNetwork(path, f)
	r.judgeLiar(path+".liar", f.Liar)
}

// judgeGroups tells of a node that is in two groups.
func (r *reader) judgeGroups(path string, groups [][]int) {
	seen := map[int]bool{}
	for i, group := range groups {
		for k, n := range group {
			if seen[n] {
				r.tell(fuseboard.Problem{Path: plain.At(plain.At(path, i), k), Code: CodeDuplicate, Message: "stands in the partition twice", Fix: "write each node once"})
			}
			seen[n] = true
		}
	}
	if len(groups) > 0 && len(seen) == r.s.Nodes && len(groups) == 1 {
		r.tell(fuseboard.Problem{Path: path, Code: CodeNothing, Message: "has all nodes in one group", Fix: "write two groups, such as [[1, 2], [3, 4, 5]]"})
	}
}

// judgeEnds tells of nodes that end in two ways.
func (r *reader) judgeEnds(path string, f OnFleet) {
	for i, n := range f.Stop {
		if slices.Contains(f.Kill, n) {
			r.tell(fuseboard.Problem{Path: plain.At(path+".stop", i), Code: CodeConflict, Message: "is killed by the same fault", Fix: "leave one of them out"})
		}
	}
}

const mostDelay = time.Minute

// judgeNetwork tells what is wrong with what a fault does to packets.
func (r *reader) judgeNetwork(path string, f OnFleet) {
	if !(f.Loss >= 0 && f.Loss <= 1) {
		r.tell(fuseboard.Problem{Path: path + ".loss", Code: CodeRange, Message: "is out of range", Accepted: "0% to 100%", Fix: "write a share such as 30%"})
	}
	if f.Delay < 0 || f.Delay > mostDelay {
		r.tell(fuseboard.Problem{Path: path + ".delay", Code: CodeRange, Message: "is out of range", Accepted: "0s to " + plain.Duration(mostDelay), Fix: "write a duration such as 200ms"})
	}
}

// judgeLiar tells what is wrong with who lies.
func (r *reader) judgeLiar(path string, l Liar) {
	if len(l.Nodes) == 0 && l.Claims != "" {
		r.tell(fuseboard.Problem{Path: path + ".nodes", Code: CodeMissing, Message: "is missing: who lies", Fix: "write nodes: and their numbers"})
	}
	if l.Claims != "" && !slices.Contains(Claims(), l.Claims) {
		r.tell(fuseboard.Problem{
			Path: path + ".claims", Code: CodeUnknown, Message: "is nothing that a liar claims", Accepted: strings.Join(Claims(), ", "),
			Fix: meant(l.Claims, Claims(), "write one of the accepted words"),
		})
	}
}

// judgeFleet tells of faults between nodes that say nothing to each other.
func (r *reader) judgeFleet() {
	if r.found.Err() != nil || r.s.Fleet(r.s.Policies.Set) {
		return
	}
	for i, f := range r.s.Faults {
		verb := f.Fleet.verb()
		if verb == "" {
			continue
		}
		p := fuseboard.Problem{
			Path: plain.At("faults", i) + "." + verb, Code: CodeNothing, Message: "changes nothing: no policy has a fleet section, so nodes say nothing to each other",
			Fix: "write fleet: {mode: follow} into a policy",
		}
		if r.s.Nodes < 2 {
			p.Message, p.Fix = "changes nothing: there is one node alone", "write nodes: 5 at the top"
		}
		r.tell(p)
	}
}
