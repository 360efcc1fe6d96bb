// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"fmt"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/simulations/world"
)

// The most of each that a scenario has.
const (
	mostDependencies = 100
	mostLoads        = 200
	mostOccurrences  = 1000
	mostExpectations = 500
	mostVariants     = 40
)

const dependencyFix = "write for example payments: {latency: 40ms}, indented by two spaces"

// dependencies reads what is called, by name.
func (r *reader) dependencies(n plain.Node) {
	if n.Form == plain.Null {
		return
	}
	if n.Form != plain.Object {
		r.broken["dependencies"] = true
		r.add(r.word(n), fuseboard.Problem{
			Path: "dependencies", Code: CodeType, Value: given(n), Message: "want an object with a value for each dependency, got " + got(n), Fix: dependencyFix,
		})
		return
	}
	if len(n.Members) > mostDependencies {
		r.broken["dependencies"] = true
		r.tooMany("dependencies", "dependencies", len(n.Members), mostDependencies)
		return
	}
	for _, m := range n.Members {
		path := plain.Below("dependencies", m.Name)
		if !isName(m.Name) {
			r.add(at(m.At), fuseboard.Problem{
				Path: path, Code: CodeName, Message: "is not a name for a dependency", Fix: "choose a name of small letters",
				Accepted: "up to 63 small letters, digits, _, . and -, beginning with a letter or a digit",
			})
		}
		r.s.Dependencies = append(r.s.Dependencies, r.dependency(path, m))
	}
}

func (r *reader) tooMany(path, what string, n, most int) {
	r.tell(fuseboard.Problem{Path: path, Code: CodeTooMany, Message: fmt.Sprintf("are %d %s", n, what), Accepted: fmt.Sprintf("at most %d", most), Fix: "make several scenarios of it"})
}

// dependency reads one dependency: the fields of its model, and what it calls.
func (r *reader) dependency(path string, m plain.Member) Dependency {
	d := Dependency{Name: m.Name}
	o, is := r.object(path, "a dependency", m.Value, dependencyFix, fieldsOf(d.Model), "calls")
	if !is {
		return d
	}
	shape, trace := r.latency(path, &o.rest)
	o.rest = replace(o.rest, "capacity", func(n plain.Node) plain.Node {
		if n.Form == plain.Numeral {
			return single(n, "concurrency")
		}
		return n
	})
	told := len(r.found)
	sound := r.decode(path, o.rest, &d.Model)
	for i := told; shape == world.Constant && i < len(r.found); i++ {
		r.found[i].Path = strings.TrimSuffix(r.found[i].Path, ".median") // which nobody has written
	}
	d.Latency.Trace = trace
	if shape != world.ByFields && d.Latency.Median != 0 {
		d.Latency.Kind = shape
	}
	r.judged(path, m.Value, sure(d.Model.Validate(), sound))
	var calls struct{ Calls []string }
	if c, said := o.beside["calls"]; said {
		c.Value = asList(c.Value)
		r.decode(path, plain.Node{Form: plain.Object, At: m.Value.At, Members: []plain.Member{c}}, &calls)
		d.Calls = calls.Calls
	}
	return d
}

// single is an object with one member, in the place of its value.
func single(n plain.Node, name string) plain.Node {
	return plain.Node{Form: plain.Object, At: n.At, Members: []plain.Member{{Name: name, At: n.At, Value: n}}}
}

// latency makes an object of a latency that is written as a single duration, and reads the file of one that was recorded.
func (r *reader) latency(path string, model *plain.Node) (kind world.LatencyKind, trace []time.Duration) {
	*model = replace(*model, "latency", func(n plain.Node) plain.Node {
		switch n.Form {
		case plain.Text, plain.Numeral:
			kind = world.Constant
			return single(n, "median")
		case plain.Object:
		default:
			return n
		}
		rest := plain.Node{Form: plain.Object, At: n.At}
		for _, m := range n.Members {
			if m.Name != "trace" {
				rest.Members = append(rest.Members, m)
				continue
			}
			trace = r.trace(path+".latency.trace", m.Value)
		}
		return rest
	})
	return kind, trace
}

// trace reads recorded durations from the file that is named.
func (r *reader) trace(path string, n plain.Node) []time.Duration {
	data, found := r.file(path, n)
	if !found {
		return nil
	}
	durations, wrong := readTrace(data)
	if wrong != "" {
		r.tell(fuseboard.Problem{Path: path, Code: CodeFile, Message: wrong, Fix: "write one duration a line, such as 41ms; a # begins a comment"})
	}
	return durations
}

// mostTrace is how many durations are read of one file.
const mostTrace = 1_000_000

// readTrace reads one duration a line. wrong says which line is none.
func readTrace(data []byte) (durations []time.Duration, wrong string) {
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		text := strings.TrimSpace(line)
		if text == "" || text[0] == '#' || number == 1 && strings.EqualFold(text, "latency") {
			continue
		}
		d, err := time.ParseDuration(text)
		switch {
		case err != nil || d < 0:
			return nil, fmt.Sprintf("has in line %d %q, which is no duration", number, plain.Shorten(text))
		case len(durations) == mostTrace:
			return nil, fmt.Sprintf("has more than %d durations", mostTrace)
		}
		durations = append(durations, d)
	}
	if len(durations) == 0 {
		return nil, "has no duration"
	}
	return durations, ""
}
