// SPDX-License-Identifier: Apache-2.0

package report

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/simulations"
)

const hostileText = `"><script>alert(1)</script><img src=x onerror=alert(2)>' onload='alert(3)' javascript:alert(4)` + "\x00\x1b[31m\u202egnp\u2066\xff"

// hostileResult has hostileText wherever a result has a text.
func hostileResult() *simulations.Result {
	r := resultForTest(3, shape{duration: usual.duration, buckets: 60, seeds: 2, baselines: 1, dependent: 1, nodes: 2})
	h := hostileText
	old := r.Dependencies[0]
	r.Simulation, r.Story, r.File, r.Version, r.Verdict = h, h, h, h, simulations.Verdict(h)
	r.Set, r.Warnings, r.Dependencies = []string{h}, []string{h}, []string{h}
	r.Broken = []simulations.BrokenRun{{Variant: h, Why: h}}
	r.Policies = []simulations.PolicyText{{Dependency: h, Text: h}}
	for i := range r.Faults {
		r.Faults[i].Name, r.Faults[i].Text, r.Faults[i].Dependency = h, h, h
	}
	for i := range r.Expectations {
		e := &r.Expectations[i]
		e.Text, e.Why, e.Found, e.Unit, e.Op = h, h, h, h, h
	}
	for i := range r.Variants {
		v := &r.Variants[i]
		v.Name = h
		for j := range v.Summary {
			v.Summary[j].Name, v.Summary[j].Unit = h, h
		}
		for j := range v.Runs {
			v.Runs[j].Tracks = map[string]simulations.Track{h: v.Runs[j].Tracks[old]}
			for k := range v.Runs[j].Events {
				e := &v.Runs[j].Events[k]
				e.Dependency, e.Process, e.Text, e.From, e.To = h, h, h, h, h
			}
		}
	}
	return r
}

func TestHostileTextsAreShownAndNeverObeyed(t *testing.T) {
	text := reportOf(t, hostileResult())
	page := parse(t, text)
	elements := map[string]bool{}
	attributes := map[string]bool{}
	page.all(func(e *element) bool {
		elements[e.name] = true
		for name := range e.attrs {
			attributes[name] = true
		}
		return false
	})
	for name := range elements {
		if slices.Contains([]string{"script", "img", "iframe", "object", "embed", "link", "form", "input", "base", "use", "image", "foreignObject"}, name) {
			t.Errorf("there is an element %s", name)
		}
	}
	for name := range attributes {
		if strings.HasPrefix(name, "on") || slices.Contains([]string{"src", "srcset", "style", "action"}, name) {
			t.Errorf("there is an attribute %s, of %v", name, slices.Sorted(maps.Keys(attributes)))
		}
	}
	for _, a := range page.named("a") {
		if !strings.HasPrefix(a.attrs["href"], "#") {
			t.Errorf("a link leads to %q", a.attrs["href"])
		}
	}
	if !strings.Contains(page.named("h1")[0].text(), "<script>alert(1)</script>") {
		t.Error("the name is not shown as it is")
	}
	if strings.ContainsAny(string(text), "\x00\x1b\u202e\u2066") {
		t.Error("signs that hide or turn text are in the report")
	}
}

func TestNothingMayRunOrBeFetched(t *testing.T) {
	page := parse(t, reportOf(t, resultForTest(1, usual)))
	policy := ""
	for _, m := range page.named("meta") {
		if m.attrs["http-equiv"] == "Content-Security-Policy" {
			policy = m.attrs["content"]
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none'; style-src 'unsafe-inline'") || strings.Contains(policy, "script") {
		t.Errorf("the page's policy is %q", policy)
	}
	if strings.Contains(styleSheet, "@import") || strings.Contains(strings.ReplaceAll(styleSheet, "url(#", ""), "url(") {
		t.Error("the style fetches something")
	}
}

func TestTheCommandIsOneWordEach(t *testing.T) {
	for _, c := range []struct {
		r    simulations.Result
		want string
	}{
		{simulations.Result{}, "fuseboard simulate FILE"},
		{simulations.Result{File: "a/b.yaml", Seeds: []uint64{5, 6}}, "fuseboard simulate a/b.yaml --seed 5 --runs 2"},
		{simulations.Result{File: "it's; rm x"}, `fuseboard simulate 'it'\''s; rm x'`},
		{simulations.Result{File: "a.yaml", Repeat: "fuseboard simulate a.yaml --sweep 'a.b=1,2'"}, "fuseboard simulate a.yaml --sweep 'a.b=1,2'"},
		{simulations.Result{File: "-o"}, `fuseboard simulate './-o'`},
		{simulations.Result{File: "a.yaml", Set: []string{"payments.retry=off", "x=$(y)"}}, `fuseboard simulate a.yaml --set payments.retry=off --set 'x=$(y)'`},
	} {
		if have := command(&c.r); have != c.want {
			t.Errorf("have %s\nwant %s", have, c.want)
		}
	}
}
