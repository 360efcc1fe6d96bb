// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/simulations/world"
)

func TestTheTemplateIsReadWithoutAProblem(t *testing.T) {
	s, ps := Read(config.Source{Name: "brownout.yaml", Data: Template()}, nil)
	if s == nil || len(ps) > 0 {
		t.Fatal(ps)
	}
	if len(s.Expect) < 3 || len(s.Faults) < 2 || len(s.Baselines) < 2 || len(s.Load) < 1 {
		t.Errorf("%+v", s)
	}
	Template()[0] = '!'
	if Template()[0] != '#' {
		t.Error("the template is everybody's")
	}
}

// TestWhatTheTemplateHasInCommentsIsRightToo: each line that is only a comment's sign away.
func TestWhatTheTemplateHasInCommentsIsRightToo(t *testing.T) {
	text := string(Template())
	for line := range strings.Lines(text) {
		if bare := strings.Replace(line, "# - ", "- ", 1); bare != line {
			if s, ps := Read(config.Source{Name: "brownout.yaml", Data: []byte(strings.Replace(text, line, bare, 1))}, nil); s == nil {
				t.Errorf("%s%s", bare, ps)
			}
		}
	}
}

func TestProblemsAreInTheOrderOfTheFile(t *testing.T) {
	files := fstest.MapFS{"p.yaml": {Data: []byte("apiVersion: fuseboard/v1\ndependencies: {payments: {retry: {atempts: 2}}}\n")}}
	_, ps := Read(config.Source{Name: "dir/s.yaml", Data: []byte(`expect: [godput > 1%]
baselines: [nothing]
load: [{to: payment, rate: 1/s}]
dependencies: {payments: {latency: 5}}
policies: p.yaml
`)}, files)
	var got []string
	for _, p := range ps {
		got = append(got, fmt.Sprintf("%s:%d:%d", p.Origin.File, p.Origin.Line, p.Origin.Column))
	}
	want := []string{"dir/s.yaml:1:10", "dir/s.yaml:2:13", "dir/s.yaml:3:13", "dir/s.yaml:4:36", "dir/p.yaml:2:35"}
	if !slices.Equal(got, want) {
		t.Errorf("%v\n%s", got, ps)
	}
}

func TestSpansAreWrittenOut(t *testing.T) {
	s := &Scenario{Duration: time.Minute, Faults: []Fault{
		{Name: "late", At: 50 * time.Second, For: 20 * time.Second, Host: Host{CPU: 1}},
		{Name: "again", At: 10 * time.Second, For: time.Second, Every: 20 * time.Second, Host: Host{CPU: 1}},
		{Name: "twice", At: time.Second, For: 1 << 62, Every: 1 << 62, Times: 2, Host: Host{CPU: 1}},
		{Name: "restart", At: 5 * time.Second, Restart: []int{1}},
		{Name: "never", At: time.Hour, Host: Host{CPU: 1}},
	}}
	var got []string
	for _, o := range s.Spans() {
		got = append(got, fmt.Sprintf("%d %s %v %v %v", o.Fault, o.Name, o.From, o.To, s.Ends(o)))
	}
	want := []string{
		"2 twice 1s 1m0s false", "3 restart 5s 5s true", "1 again 10s 11s true", "1 again 2 30s 31s true", "0 late 50s 1m0s false", "1 again 3 50s 51s true",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestTooMuchIsRefused(t *testing.T) {
	const one = "dependencies: {payments: }\nexpect: [goodput > 1%%]\nduration: 100s\nruns: 10\nload: [{to: payments, %s}]\n"
	for load, refused := range map[string]bool{
		"rate: 199000/s":                                          false,
		"rate: 201000/s":                                          true,
		"rate: 150000/s, again: {times: 1}":                       true,
		"shape: [{at: 0s, rate: 390000/s, ramp: 100s}]":           false,
		"shape: [{at: 0s, rate: 410000/s, ramp: 100s}]":           true,
		"rate: 1/s, shape: [{at: 50s, rate: 900000/s, for: 10s}]": false,
		"rate: 1/s, shape: [{at: 50s, rate: 900000/s, for: 30s}]": true,
		"rate: 900000/s, from: 10s, until: 20s":                   false,
		"users: 100000, think: 1s":                                false,
		"users: 100000, think: 100ms":                             true,
	} {
		_, ps := read(t, fmt.Sprintf(one, load))
		if got := slices.ContainsFunc(ps, func(p config.Problem) bool { return p.Code == CodeTooMuch }); got != refused || len(ps.Errors()) > 1 {
			t.Errorf("%s: refused %v\n%s", load, got, ps)
		}
	}
}

func TestMoreThanIsReadIsRefused(t *testing.T) {
	list := func(n int, text string) string { return "[" + strings.Repeat(text+", ", n) + text + "]" }
	named := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "  d%d:\n", i)
		}
		return b.String()
	}
	const rest = "expect: [goodput > 1%]\n"
	for text, path := range map[string]string{
		"dependencies:\n" + named(101) + "load: [{to: d1, rate: 1/s}]\n" + rest:                                                                                                     "dependencies",
		"dependencies: {d: }\nload: " + list(201, "{to: d, rate: 1/s}") + "\n" + rest:                                                                                               "load",
		"dependencies: {d: }\nload: [{to: d, rate: 1/s}]\nexpect: " + list(501, "goodput > 1%") + "\n":                                                                              "expect",
		"dependencies: {d: }\nload: [{to: d, rate: 1/s}]\nbaselines: " + list(41, "no policy") + "\n" + rest:                                                                        "baselines",
		"dependencies: {d: }\nload: [{to: d, rate: 1/s}]\nfaults: " + list(1001, "{restart: 1}") + "\n" + rest:                                                                      "faults",
		"dependencies: {d: }\nload: [{to: d, rate: 1/s}]\nfaults: [{restart: 1, every: 1ms}]\n" + rest:                                                                              "faults",
		"dependencies: {d: }\npolicies: {dependencies: {d: {deadline: {total: 1s}}}}\nload: [{to: d, rate: 1/s}]\nfaults: " + list(250, "{set: d.deadline.total=2s}") + "\n" + rest: "faults[199].set",
	} {
		_, ps := read(t, text)
		if !slices.ContainsFunc(ps, func(p config.Problem) bool { return p.Code == CodeTooMany && p.Path == path }) {
			t.Errorf("%s is not refused: %.2000s", path, ps)
		}
	}
}

// TestFilesAreReadOnceAndKept: what the scenario was read from is all in it.
func TestFilesAreReadOnceAndKept(t *testing.T) {
	files := fstest.MapFS{
		"p/a.yaml":     {Data: []byte("apiVersion: fuseboard/v1\ndependencies: {payments: {deadline: {total: 2s}}}\n")},
		"p/.x.yaml":    {Data: []byte("{{{")},
		"p/notes.txt":  {Data: []byte("{{{")},
		"arrivals.csv": {Data: []byte("at,operation\n1s,charge\n2s,refund\n")},
		"t.csv":        {Data: []byte("latency\n1ms\n")},
	}
	text := `policies: p
dependencies: {payments: {latency: {trace: t.csv}}}
load: [{to: payments, recorded: arrivals.csv}]
faults: [{at: 1s, dependency: payments, errors: 100%, operations: refund}]
expect: [goodput(operation charge) > 1%]
`
	s, ps := Read(config.Source{Name: "s.yaml", Data: []byte(text)}, files)
	if s == nil || len(ps) > 0 {
		t.Fatal(ps)
	}
	kept := fstest.MapFS{}
	for name, data := range s.Files {
		kept[name] = &fstest.MapFile{Data: data}
	}
	again, ps := Read(config.Source{Name: s.File, Data: s.Data}, kept)
	if again == nil || len(ps) > 0 || len(s.Files) != 3 {
		t.Fatal(ps, s.Files)
	}
	if a := again.Arrivals["arrivals.csv"]; len(a) != 2 || a[1].Operation != "refund" || a[1].At != 2*time.Second {
		t.Errorf("%+v", a)
	}
}

func TestAScenarioWithoutFilesNamesNone(t *testing.T) {
	_, ps := read(t, "policies: p.yaml\ndependencies: {payments: }\nload: [{to: payments, rate: 1/s}]\nexpect: [goodput > 1%]\n")
	if errs := ps.Errors(); len(errs) != 1 || errs[0].Code != CodeFile || !strings.Contains(errs[0].Message, "without files") {
		t.Error(ps)
	}
}

func TestRequestsAreCountedAsTheyArrive(t *testing.T) {
	s := &Scenario{Duration: 100 * time.Second}
	for _, l := range []world.Load{
		{Rate: 10},
		{Rate: 10, Shape: []world.Step{{At: 20 * time.Second, Rate: 50, Ramp: 20 * time.Second}, {At: 70 * time.Second, Rate: 5, For: 10 * time.Second}}},
		{Rate: 10, From: 10 * time.Second, Until: 30 * time.Second, Shape: []world.Step{{At: 20 * time.Second, Rate: 30}}},
	} {
		l.To, l.Arrivals = "payments", world.Even
		count := 0.0
		for range world.Schedule(l, 1, s.Duration, nil) {
			count++
		}
		if got := s.requests(l); got < count*0.98-2 || got > count*1.02+2 {
			t.Errorf("%+v: %v, and %v arrive", l, got, count)
		}
	}
}

func TestAValueOutOfRangeIsToldBesideOneThatCannotBeRead(t *testing.T) {
	_, ps := Read(config.Source{Name: "s.yaml", Data: []byte(`
dependencies: {payments: {latency: 40ms, capacity: -1, eror: 5%}}
load: [{to: payments, rate: fast, keys: -3}]
faults: [{at: 1s, dependency: payments, latency: fast, ramp: -1s}]
expect: [goodput >= 5%]
`)}, nil)
	var got []string
	for _, p := range ps.Errors() {
		got = append(got, p.Path)
	}
	want := []string{
		"dependencies.payments.capacity.concurrency", "dependencies.payments.eror", "load[0].rate", "load[0].keys", "faults[0].latency", "faults[0].ramp",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q\n%s", got, ps)
	}
}
