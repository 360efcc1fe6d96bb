// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/simulations/world"
)

// ofFault are the fields of a fault beside those of its effect, and its policies.
type ofFault struct {
	Name       string
	At, For    time.Duration
	Every      time.Duration
	Times      int
	Dependency string
	Set        []string
	Command    Command
	Host       Host
	Restart    []int
}

const faultFix = "write for example faults: [{name: outage, at: 30s, for: 20s, dependency: payments, errors: 100%}]"

// faults reads what goes wrong, and names what has no name.
func (r *reader) faults(n plain.Node) {
	items := r.items("faults", n, "faults", faultFix)
	if len(items) > mostOccurrences {
		r.tooMany("faults", "faults", len(items), mostOccurrences)
		return
	}
	for i, item := range items {
		f := r.fault(plain.At("faults", i), item)
		f.Name = usual(f.Name, "fault "+strconv.Itoa(i+1))
		if f.Command.Mode != "" {
			f.Command.By, f.Command.Reason = usual(f.Command.By, "the scenario"), usual(f.Command.Reason, f.Name)
		}
		if len(f.Fleet.Liar.Nodes) > 0 {
			f.Fleet.Liar.Claims = usual(f.Fleet.Liar.Claims, Claims()[0])
		}
		r.s.Faults = append(r.s.Faults, f)
	}
}

func (r *reader) fault(path string, n plain.Node) (f Fault) {
	mine, effect, fleet := fieldsOf(ofFault{}), fieldsOf(f.Effect), fieldsOf(f.Fleet)
	o, is := r.object(path, "a fault", n, faultFix, slices.Concat(mine, effect, fleet), "policies")
	if !is {
		return f
	}
	for _, name := range []string{"set", "restart", "operations", "tenants", "nodes", "pause", "kill", "stop"} {
		o.rest = replace(o.rest, name, asList)
	}
	o.rest = asFleet(o.rest)
	o.rest = replace(o.rest, "command", func(n plain.Node) plain.Node {
		if n.Form == plain.Text {
			return single(n, "mode")
		}
		return n
	})
	said := ofFault{}
	sound := r.decode(path, only(o.rest, mine), &said)
	clean := r.decode(path, only(o.rest, effect), &f.Effect)
	r.judged(path, n, sure(f.Effect.Validate(), clean))
	sound = r.decode(path, only(o.rest, fleet), &f.Fleet) && sound && clean
	f = Fault{
		Fleet: f.Fleet,
		Name:  spaced(said.Name), At: said.At, For: said.For, Every: said.Every, Times: said.Times, Dependency: said.Dependency, Effect: f.Effect,
		Set: said.Set, Command: said.Command, Host: said.Host, Restart: said.Restart,
	}
	r.judgeName(path+".name", f.Name)
	if m, has := o.beside["policies"]; has {
		f.Policies = r.policies(path+".policies", m.Value)
		sound = sound && !r.broken[path+".policies"]
	}
	if sound {
		r.judgeFault(path, f)
	}
	r.set(path+".set", r.s.Policies, f.Set)
	return f
}

// affects reports whether an effect does something to requests.
func affects(e world.Effect) bool {
	return e.Errors != 0 || e.Hang != 0 || e.Capacity != 0 || e.Crash || e.Latency != (world.Stretch{})
}

// lasts reports whether a fault has something that has an end.
func (f Fault) lasts() bool {
	return affects(f.Effect) || len(f.Set) > 0 || f.Policies.Sources != nil || f.Command.Mode != "" || f.Host != (Host{}) || f.Fleet.lasts()
}

// judgeFault tells what is wrong with a fault by itself.
func (r *reader) judgeFault(path string, f Fault) {
	if !f.lasts() && len(f.Restart) == 0 {
		r.tell(fuseboard.Problem{
			Path: path, Code: CodeNothing, Message: "is a fault that changes nothing", Fix: "write what goes wrong: errors: 100%, latency: +2s, crash: true, set: [payments.retry.attempts=5]",
			Accepted: "errors, latency, hang, capacity, crash, set, policies, command, host, restart, partition, cut, loss, delay, pause, kill, stop, liar",
		})
	}
	if f.Dependency == "" && !reflect.ValueOf(f.ofDependency()).IsZero() {
		r.tell(fuseboard.Problem{Path: path + ".dependency", Code: CodeMissing, Message: "is missing: which dependency has the effect", Fix: "write dependency: and its name"})
	}
	if len(f.Set) > 0 && f.Policies.Sources != nil {
		r.tell(fuseboard.Problem{Path: path + ".set", Code: CodeConflict, Message: "stands beside policies, which take the place of all", Fix: "write it into those policies"})
	}
	if len(f.Set) > 0 && r.unprotected() {
		r.tell(fuseboard.Problem{Path: path + ".set", Code: CodeConflict, Message: "changes policies, and there are none", Fix: "write policies: with those under test"})
	}
	r.judgeTimes(path, f)
	r.judgeCommand(path, f)
	r.judgeNodes(path+".restart", f.Restart)
	r.judgeNodes(path+".nodes", f.Effect.Nodes)
	r.judgeHost(path, f.Host)
	r.judgeOnFleet(path, f.Fleet)
}

// ofDependency is the effect that needs one: which nodes are concerned may be said of their network alone.
func (f Fault) ofDependency() world.Effect {
	e := f.Effect
	if f.Fleet.Loss != 0 || f.Fleet.Delay != 0 {
		e.Nodes = nil
	}
	return e
}

func (r *reader) judgeTimes(path string, f Fault) {
	problem := func(field, code, message, accepted, fix string) {
		r.tell(fuseboard.Problem{Path: path + "." + field, Code: code, Message: message, Accepted: accepted, Fix: fix})
	}
	for _, one := range []struct {
		field string
		d     time.Duration
	}{{"at", f.At}, {"for", f.For}, {"every", f.Every}} {
		if one.d < 0 {
			problem(one.field, CodeRange, "must not be negative", "0s or more", "write how long after the beginning")
		}
	}
	if f.At >= r.s.Duration {
		r.behind(path + ".at")
		return
	}
	judgeRepeats(f, problem)
}

// judgeRepeats tells what is wrong with how often a fault happens.
func judgeRepeats(f Fault, problem func(field, code, message, accepted, fix string)) {
	switch {
	case f.Times < 0:
		problem("times", CodeRange, "must not be negative", "1 or more", "write how often it happens in all")
	case f.Times > 1 && f.Every == 0:
		problem("times", CodeMissing, "says how often, and not how long after its last beginning it begins again", "", "write every: and a duration")
	case f.Every > 0 && f.Times == 1:
		problem("times", CodeConflict, "is once, and every says that it repeats", "2 or more", "leave one of them out")
	case f.Every > 0 && f.lasts() && (f.For == 0 || f.For >= f.Every):
		problem("every", CodeConflict, "begins again before its last time has ended", "more than for", "write for: with less than "+plain.Duration(f.Every))
	}
}

var modes = []string{"hold-open", "hold-closed", "shadow", "off", "enforce"}

func (r *reader) judgeCommand(path string, f Fault) {
	c := f.Command
	switch {
	case c == Command{}:
		return
	case c.Mode == "":
		r.tell(fuseboard.Problem{Path: path + ".command.mode", Code: CodeMissing, Message: "is missing: what the circuit is told", Accepted: strings.Join(modes, ", "), Fix: "write mode: hold-open"})
	case !slices.Contains(modes, c.Mode):
		r.tell(fuseboard.Problem{
			Path: path + ".command.mode", Code: CodeUnknown, Value: plain.Shorten(c.Mode), Message: "is not a mode of a circuit", Accepted: strings.Join(modes, ", "),
			Fix: meant(c.Mode, modes, "write one of the accepted words"),
		})
	}
	if f.Dependency == "" {
		r.tell(fuseboard.Problem{Path: path + ".dependency", Code: CodeMissing, Message: "is missing: to whose circuit the command goes", Fix: "write dependency: and its name"})
	}
}

func (r *reader) judgeNodes(path string, nodes []int) {
	for i, n := range nodes {
		if n < 1 || n > r.s.Nodes {
			r.tell(fuseboard.Problem{
				Path: plain.At(path, i), Code: CodeRange, Message: "is no node of this scenario", Accepted: "1 to " + strconv.Itoa(r.s.Nodes),
				Fix: "name another, or write nodes: " + strconv.Itoa(max(n, 2)) + " at the top",
			})
		}
	}
}

func (r *reader) judgeHost(path string, h Host) {
	for _, one := range []struct {
		field string
		share float64
	}{{"cpu", h.CPU}, {"memory", h.Memory}} {
		if !(one.share >= 0 && one.share <= 1) {
			r.tell(fuseboard.Problem{Path: path + ".host." + one.field, Code: CodeRange, Message: "is out of range", Accepted: "0% to 100%", Fix: "write a share such as 90%"})
		}
	}
}
