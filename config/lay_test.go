// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// fieldsOfTests are fields that fit together whatever their values, with values as Leaves writes them.
var fieldsOfTests = map[string][]any{
	"deadline.total":              {"1s", "2s", "3s"},
	"deadline.attempt":            {"10ms", "20ms"},
	"retry.attempts":              {1, 2, 3},
	"retry.backoff.base":          {"10ms", "30ms"},
	"retry.backoff.kind":          {"exponential", "constant"},
	"retry.budget.ratio":          {"10%", "30%"},
	"retry.only":                  {[]string{"timeout"}, []string{"timeout", "refused"}},
	"breaker.failure_rate":        {"50%", "70%"},
	"breaker.weights":             {map[string]any{"timeout": 2}, map[string]any{"refused": 0.5, "timeout": 3}},
	"bulkhead.concurrency":        {8, 16, 32},
	"bulkhead.queue":              {4, 64},
	"rate.limit":                  {100, 200},
	"retry":                       {nil},
	"retry.backoff":               {nil},
	"breaker":                     {nil},
	"bulkhead":                    {nil},
	"cache.ttl":                   {"1s", "2s"},
	"cache.coalesce":              {"off", "on"},
	"operations.a.max_wait":       {"1ms", "2ms"},
	"operations.a.retry":          {nil},
	"operations.a.retry.attempts": {1, 4},
	"operations.b-1.cost":         {2, 3},
	"operations.b-1":              {nil},
}

// layer draws what one layer says: nested maps, nil for off.
func layer(t *rapid.T, label string) map[string]any {
	said := map[string]any{}
	paths := rapid.SliceOfNDistinct(rapid.SampledFrom(slices.Sorted(maps.Keys(fieldsOfTests))), 0, 6, rapid.ID).Draw(t, label)
	slices.Sort(paths) // a section that is off before its fields: those win
	for _, path := range paths {
		put(said, strings.Split(path, "."), rapid.SampledFrom(fieldsOfTests[path]).Draw(t, path))
	}
	return said
}

func put(into map[string]any, path []string, v any) {
	if len(path) == 1 {
		if _, there := into[path[0]]; !there {
			into[path[0]] = v
		}
		return
	}
	below, is := into[path[0]].(map[string]any)
	if !is {
		below = map[string]any{}
		into[path[0]] = below
	}
	put(below, path[1:], v)
}

// merged is the naive model: JSON Merge Patch (RFC 7396), but for maps of values, which are replaced.
func merged(into, over map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range into {
		out[k] = v
	}
	for k, v := range over {
		if v == nil {
			delete(out, k)
			continue
		}
		if section, is := v.(map[string]any); is && k != "weights" {
			below, _ := out[k].(map[string]any)
			v = merged(below, section)
		}
		out[k] = v
	}
	return out
}

// modelled is the policy that a model says.
func modelled(t *rapid.T, m map[string]any) (p actors.Policy) {
	operations, _ := m["operations"].(map[string]any)
	var cases []any
	for _, name := range []string{"a", "b-1"} {
		if o, is := operations[name].(map[string]any); is && says0(o) {
			o["operations"] = []string{name}
			cases = append(cases, o)
		}
	}
	delete(m, "operations")
	if cases != nil {
		m["cases"] = cases
	}
	if err := json.Unmarshal(asJSON(t, m), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

// says0 reports whether a map has a value, however deep.
func says0(m map[string]any) bool {
	for _, v := range m {
		if below, is := v.(map[string]any); !is || says0(below) {
			return true
		}
	}
	return false
}

func asJSON(t *rapid.T, v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// drawn is a file of several layers.
type drawn struct {
	text   string
	layers []map[string]any // for the dependency pay, lowest first
}

func drawFile(t *rapid.T) (d drawn) {
	text := map[string]string{}
	for _, n := range []string{"defaults", "*", "p*", "base", "own", "twin", "pay", "shed"} { // in the order of laying
		l := layer(t, n)
		if len(l) == 0 {
			l = map[string]any{"mode": "enforce"}
		}
		if n == "defaults" { // has none
			delete(l, "operations")
		}
		d.layers = append(d.layers, l)
		all := string(asJSON(t, l))
		text[n] = all[1 : len(all)-1]
	}
	d.text = fmt.Sprintf(`
defaults: {%s}
profiles:
  base: {%s}
  own: {"extends": base, %s}
  twin: {"extends": [base], %s}
  shed: {%s}
dependencies:
  "p*": {%s}
  pay: {"profiles": [own, twin], %s}
  "*": {%s}
rules:
  busy: {when: "cpu > 85%%", profiles: [shed]}
`, text["defaults"], text["base"], text["own"], text["twin"], text["shed"], text["p*"], text["pay"], text["*"])
	return d
}

// read reads the file. What is off for an operation alone is refused where the policy has it, and laid even so.
func (d drawn) read(t *rapid.T) *Set {
	s, ps := Read(file(d.text), Options{})
	if s != nil {
		return s
	}
	for _, p := range ps.Errors() {
		if p.Code != CodeOffOperation {
			t.Fatalf("%s\nrefused:\n%s", d.text, ps)
		}
	}
	read, _ := readDocument(file(d.text))
	return &Set{stack: newStack(read)}
}

func TestLayersAreLaidAsTheModelLaysThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawFile(t)
		s := d.read(t)
		model := merged(nil, layer(t, "code"))
		delete(model, "operations")
		code := modelled(t, merged(nil, model))
		for _, l := range d.layers {
			model = merged(model, l)
		}
		got, _ := s.Resolve("pay", Layers{Code: code, Rules: []string{"busy"}})
		if want := modelled(t, model); !reflect.DeepEqual(got.Policy, want) {
			t.Errorf("%s\ngot  %s\nwant %s", d.text, asJSON(t, got.Policy), asJSON(t, want))
		}
	})
}

// spoken is what a layer says, as a section of a file would.
func spoken(t *rapid.T, l map[string]any) []saying {
	var operations []plain.Member
	n, flaws := readTree(0, asJSON(t, l))
	if flaws != nil {
		t.Fatal(flaws)
	}
	n.Members = slices.DeleteFunc(n.Members, func(m plain.Member) bool {
		if m.Name == "operations" {
			operations = m.Value.Members
		}
		return m.Name == "operations"
	})
	s := speaker{home: "here"}
	s.of(n, operations)
	return s.said
}

func TestWhatLowerLayersMakeMayBeLaidAsOneLayer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := layer(t, "a"), layer(t, "b"), layer(t, "c")
		delete(a, "operations") // they would come back as cases, which are a list
		delete(b, "operations")
		all := lay(slices.Concat(spoken(t, a), spoken(t, b), spoken(t, c)))
		s := speaker{}
		s.of(lay(slices.Concat(spoken(t, a), spoken(t, b))).tree(), nil)
		two := lay(slices.Concat(s.said, spoken(t, c)))
		if got, want := two.tree().String(), all.tree().String(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

func TestAPolicyAsCodeUnderFilesThatSayNothingOfItIsItself(t *testing.T) {
	s := sound(t, "dependencies: {other: {mode: shadow}}\ndefaults: {deadline: {total: 1s}}\n", Options{})
	rapid.Check(t, func(t *rapid.T) {
		given := modelled(t, merged(nil, layer(t, "code")))
		got, ps := s.Resolve("pay", Layers{Code: given})
		if ps.Err() != nil || !reflect.DeepEqual(got.Policy, given) {
			t.Errorf("%s\ngot  %s\nwant %s", ps, asJSON(t, got.Policy), asJSON(t, given))
		}
		for _, v := range got.Values {
			if v.Origin.Layer > Code || len(v.Under) > 0 {
				t.Errorf("%s is of %s over %v", v.Path, v.Origin, v.Under)
			}
		}
	})
}

func TestAnOriginPointsAtTheTextThatSaysTheValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawFile(t)
		s := d.read(t)
		lines := strings.Split(head+d.text, "\n")
		r, _ := s.Resolve("pay", Layers{Rules: []string{"busy"}})
		for _, v := range r.Values {
			for _, one := range append([]Said{{Text: v.Text, Origin: v.Origin}}, v.Under...) {
				checkPlace(t, lines, v.Path, one)
			}
		}
	})
}

// checkPlace fails unless the text at the origin says the value; a list or a map begins there.
func checkPlace(t *rapid.T, lines []string, path string, one Said) {
	o := one.Origin
	if o.Layer == BuiltIn {
		return
	}
	if o.Line < 1 || o.Line > len(lines) || o.Column > len(lines[o.Line-1]) {
		t.Fatalf("%s = %s of %s is nowhere", path, one.Text, o)
	}
	there := strings.Trim(lines[o.Line-1][o.Column-1:], `"`)
	_, nested, _ := strings.Cut(one.Text, ": ") // what an off hides, with its field
	for _, begin := range []string{one.Text, "[", "{", "null", nested} {
		if begin != "" && strings.HasPrefix(there, begin) {
			return
		}
	}
	t.Errorf("%s = %s of %s, where %q stands", path, one.Text, o, there)
}
