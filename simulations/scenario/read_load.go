// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/simulations/world"
)

const loadFix = "write for example load: [{to: payments, rate: 200/s}]"

// loads reads the streams of requests, and names those that have no name.
func (r *reader) loads(n plain.Node) {
	items := r.items("load", n, "streams of requests", loadFix)
	if len(items) > mostLoads {
		r.tooMany("load", "streams of requests", len(items), mostLoads)
		return
	}
	for i, item := range items {
		r.s.Load = append(r.s.Load, r.load(plain.At("load", i), item))
	}
	named := slices.Clone(r.s.Load)
	for i := range named {
		if r.s.Load[i].Name == "" {
			r.s.Load[i].Name = defaultName(named, i)
		}
	}
	r.s.named = map[string][]string{"operation": r.s.operations(), "tenant": r.s.tenants(), "priority": r.s.priorities()}
}

// defaultName is that of the dependency, with a number where several loads are named by it.
func defaultName(loads []world.Load, i int) string {
	same, number := 0, 0
	for k, l := range loads {
		if l.To == loads[i].To && l.Name == "" {
			if same++; k <= i {
				number++
			}
		}
	}
	if same < 2 {
		return loads[i].To
	}
	return loads[i].To + " " + strconv.Itoa(number)
}

func (r *reader) load(path string, n plain.Node) (l world.Load) {
	o, is := r.object(path, "a load", n, loadFix, fieldsOf(l))
	if !is {
		return l
	}
	o.rest = replace(replace(o.rest, "rate", asText), "shape", func(n plain.Node) plain.Node {
		n.Items = slices.Clone(n.Items)
		for i := range n.Items {
			n.Items[i] = replace(n.Items[i], "rate", asText)
		}
		return n
	})
	sound := r.decode(path, o.rest, &l)
	l.Name = spaced(l.Name)
	r.judgeName(path+".name", l.Name)
	r.judged(path, n, sure(l.Validate(), sound))
	if recorded, _ := n.Lookup("recorded"); l.Recorded != "" {
		r.recorded(path+".recorded", recorded)
	}
	return l
}

// asText is a number as a text: a rate is one of requests a second without a unit.
func asText(n plain.Node) plain.Node {
	if n.Form == plain.Numeral {
		n.Form = plain.Text
	}
	return n
}

// recorded reads recorded arrivals from the file that is named.
func (r *reader) recorded(path string, n plain.Node) {
	if _, known := r.s.Arrivals[n.Word]; known {
		return
	}
	data, found := r.file(path, n)
	if !found {
		return
	}
	arrivals, wrong := world.ReadArrivals(bytes.NewReader(data))
	for _, p := range wrong {
		p.Message = p.Path + ": " + p.Message
		p.Path = path
		complete(&p, plain.Node{})
		r.add(r.word(n), p)
	}
	if r.s.Arrivals == nil {
		r.s.Arrivals = map[string][]world.Arrival{}
	}
	r.s.Arrivals[n.Word] = arrivals
}
