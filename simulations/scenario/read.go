// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// Read reads a scenario; files are those that it may name, by paths relative to it (nil: none). It returns a Scenario only where there is no error; warnings may
// come beside it.
func Read(source config.Source, files fs.FS) (*Scenario, config.Problems) {
	source.Within = ""
	tree, found := source.Tree()
	for i := range found {
		if found[i].Code == CodeEmpty {
			found[i].Message, found[i].Fix = "says nothing: there is no scenario in it", "fuseboard simulate --init writes one to begin with"
		}
	}
	r := reader{source: source, files: files, found: found, tree: tree, broken: map[string]bool{}, strange: map[string]bool{}, s: &Scenario{
		File: source.Name, Data: source.Data, Files: map[string][]byte{},
	}}
	if found.Err() != nil {
		return nil, r.problems()
	}
	if tree.Form != plain.Object {
		r.add(at(tree.At), fuseboard.Problem{
			Code: CodeType, Message: "a scenario is an object with named parts, not " + got(tree),
			Fix: "begin with the line simulation: and a name; fuseboard simulate --init writes one to begin with", Accepted: strings.Join(parts, ", "),
		})
		return nil, r.problems()
	}
	r.top()
	if r.problems().Err() != nil {
		return nil, r.problems()
	}
	return r.s, r.problems()
}

// reader reads one scenario.
type reader struct {
	source  config.Source
	files   fs.FS
	lines   []string
	tree    plain.Node
	s       *Scenario
	found   config.Problems
	broken  map[string]bool // values that could not be read, or have parts that could not, by their paths
	strange map[string]bool // objects that have members nobody knows, likewise
	reads   int             // of policies
	full    bool            // there were too many of them, which was told
}

// parts are what a scenario may have at its top.
var parts = []string{
	"apiVersion", "simulation", "story", "duration", "settle", "runs", "seed", "nodes", "zones", "deadlines",
	"policies", "dependencies", "load", "faults", "expect", "baselines",
}

// head are those that are single values.
type head struct {
	Simulation, Story string
	Duration, Settle  time.Duration
	Runs              int
	Seed              uint64
	Nodes             int
	Deadlines         Deadlines
}

// top reads the parts, each after those that it speaks of.
func (r *reader) top() {
	o, _ := r.object("", "a scenario", r.tree, "", fieldsOf(head{}), "apiVersion", "zones", "policies", "dependencies", "load", "faults", "expect", "baselines")
	r.version(o)
	r.head(o)
	r.zones(o.beside["zones"].Value)
	r.dependencies(o.beside["dependencies"].Value)
	r.s.Policies = r.policies("policies", o.beside["policies"].Value)
	r.loads(o.beside["load"].Value)
	r.faults(o.beside["faults"].Value)
	r.baselines(o.beside["baselines"].Value)
	r.judge()
	r.expectations(o.beside["expect"].Value)
	if r.found.Err() == nil {
		r.judgeWork()
	}
}

func (r *reader) version(o object) {
	m, said := o.beside["apiVersion"]
	if said && m.Value.Word != config.APIVersion {
		r.add(r.word(m.Value), fuseboard.Problem{
			Path: "apiVersion", Code: CodeVersion, Value: given(m.Value), Message: "is not a version that this program reads",
			Accepted: config.APIVersion, Fix: "write apiVersion: " + config.APIVersion + ", or remove the line",
		})
	}
}

// The bounds of the single values, and their defaults.
const (
	leastDuration, mostDuration, usualDuration = time.Second, 24 * time.Hour, time.Minute
	mostRuns, usualRuns                        = 10_000, 5
	mostNodes, usualNodes                      = 100, 1
	usualSeed                                  = 1
)

func (r *reader) head(o object) {
	h := head{}
	r.decode("", o.rest, &h)
	r.s.Simulation, r.s.Story, r.s.Settle, r.s.Deadlines = strings.TrimSpace(h.Simulation), strings.TrimSpace(h.Story), h.Settle, h.Deadlines
	if r.s.Simulation == "" {
		base := path.Base(strings.ReplaceAll(r.source.Name, `\`, "/"))
		r.s.Simulation = strings.TrimSuffix(base, path.Ext(base))
	}
	r.s.Duration = usual(h.Duration, usualDuration)
	r.s.Runs, r.s.Nodes, r.s.Seed = usual(h.Runs, usualRuns), usual(h.Nodes, usualNodes), usual(h.Seed, usualSeed)
	if d := r.s.Duration; d < leastDuration || d > mostDuration {
		r.outside("duration", plain.Duration(leastDuration)+" to "+plain.Duration(mostDuration))
		r.s.Duration = min(max(d, leastDuration), mostDuration)
	}
	if s := r.s.Settle; s < 0 || s >= r.s.Duration {
		r.outside("settle", "0s to less than the duration, "+plain.Duration(r.s.Duration))
		r.s.Settle = 0
	}
	if n := r.s.Runs; n < 1 || n > mostRuns {
		r.outside("runs", "1 to 10000")
		r.s.Runs = 1
	}
	if n := r.s.Nodes; n < 1 || n > mostNodes {
		r.outside("nodes", "1 to 100")
		r.s.Nodes = 1
	}
}

// usual is a value, or its default where it is zero.
func usual[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// tell tells a problem of the value that its path leads to, or of what is next above it.
func (r *reader) tell(p fuseboard.Problem) {
	if r.excused(p.Path, p.Code) {
		return
	}
	value, found := r.tree.Lookup(p.Path)
	if found && p.Value == "" {
		p.Value = given(value)
	}
	where := at(value.At)
	if value.Word != "" {
		where = r.word(value)
	}
	r.add(where, p)
}

func (r *reader) outside(path, accepted string) {
	r.tell(fuseboard.Problem{Path: path, Code: CodeRange, Message: "is out of range", Accepted: accepted, Fix: "write a value in the accepted range"})
}

// items are those of a list; a text alone is one.
func (r *reader) items(path string, n plain.Node, what, fix string) []plain.Node {
	switch n.Form {
	case plain.Null:
		return nil
	case plain.List:
		return n.Items
	case plain.Text:
		return []plain.Node{n}
	default:
		r.add(r.word(n), fuseboard.Problem{Path: path, Code: CodeType, Value: given(n), Message: "want a list of " + what + ", got " + got(n), Fix: fix})
		return nil
	}
}
