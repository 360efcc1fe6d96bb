// SPDX-License-Identifier: Apache-2.0

package simtest

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/fuseboard/fuseboard/config"
	"github.com/fuseboard/fuseboard/simulations/scenario"
)

const page = "../../docs/simulations.md"

func readFile(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// unknowing is a scenario with a field that nothing knows in each of its objects, and where each is.
const unknowing = `
zz: 1
dependencies:
  a: {zz: 1, latency: {zz: 1}, capacity: {zz: 1}, warm_up: {zz: 1}, quota: {zz: 1}}
load: [{to: a, zz: 1, shape: [{zz: 1}], again: {zz: 1}}]
faults: [{zz: 1, command: {zz: 1}, host: {zz: 1}, cut: {zz: 1}, liar: {zz: 1}}]
baselines: [{zz: 1}]
`

var objects = map[string]string{
	"zz": "scenario", "dependencies.a.zz": "dependency", "dependencies.a.latency.zz": "latency", "dependencies.a.capacity.zz": "capacity",
	"dependencies.a.warm_up.zz": "warm_up", "dependencies.a.quota.zz": "quota", "load[0].zz": "load", "load[0].shape[0].zz": "shape",
	"load[0].again.zz": "again", "faults[0].zz": "fault", "faults[0].command.zz": "command", "faults[0].host.zz": "host", "baselines[0].zz": "baseline",
	"faults[0].cut.zz": "cut", "faults[0].liar.zz": "liar",
}

// The tables of the page name each field that a scenario may have, and no other: the errors of the reader say which there are.
func TestThePageNamesEveryFieldOfAScenario(t *testing.T) {
	text := readFile(t, page)
	_, problems := scenario.Read(config.Source{Name: "unknowing", Data: []byte(unknowing)}, nil)
	told := 0
	for _, p := range problems {
		object := objects[p.Path]
		if p.Code != scenario.CodeUnknown || object == "" {
			continue
		}
		told++
		compareRows(t, object, rows(text, "### "+object+"\n"), strings.Split(p.Accepted, ", "))
	}
	if told != len(objects) {
		t.Errorf("the reader tells of %d objects, want %d:\n%v", told, len(objects), problems)
	}
	if sections := strings.Count(text, "\n### "); sections != len(objects) {
		t.Errorf("the page has tables of %d objects, want %d", sections, len(objects))
	}
}

func TestThePageNamesEveryMeasure(t *testing.T) {
	compareRows(t, "measures", rows(readFile(t, page), "| measure |"), scenario.Metrics())
}

// rows are the first cells of the table that follows.
func rows(text, after string) (names []string) {
	_, text, _ = strings.Cut(text, after)
	_, text, _ = strings.Cut(text, "|---|---|\n")
	for line := range strings.Lines(text) {
		m := regexp.MustCompile("^\\| `([^`]+)` \\|").FindStringSubmatch(line)
		if m == nil {
			return names
		}
		names = append(names, m[1])
	}
	return names
}

func compareRows(t *testing.T, what string, got, want []string) {
	t.Helper()
	for _, name := range want {
		if !slices.Contains(got, name) {
			t.Errorf("the table of %s lacks %s", what, name)
		}
	}
	for _, name := range got {
		if !slices.Contains(want, name) {
			t.Errorf("the table of %s has %s, which there is not", what, name)
		}
	}
}

// blocks are the pieces of code of the page in a language.
func blocks(text, language string) (all []string) {
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	return all
}

func TestEveryScenarioOfThePageIsRead(t *testing.T) {
	files := fstest.MapFS{
		"fuseboard.yaml": {Data: []byte(readFile(t, "../../examples/simulation/fuseboard.yaml"))},
		"arrivals.csv":   {Data: []byte("at,operation,tenant,priority,latency\n0.1,charge,acme,high,0.25\n")},
	}
	all := blocks(readFile(t, page), "yaml")
	for _, block := range all {
		_, problems := scenario.Read(config.Source{Name: page, Data: []byte(block)}, files)
		problems = slices.DeleteFunc(problems, func(p config.Problem) bool {
			return p.Path == "policies.dependencies.stock" || p.Code == scenario.CodeUnused
		})
		if len(problems) > 0 {
			t.Errorf("%v", problems)
		}
	}
	if len(all) == 0 {
		t.Error("there is none")
	}
}

// Every sentence of the table of expectations is understood.
func TestEverySentenceOfThePageIsUnderstood(t *testing.T) {
	_, table, _ := strings.Cut(readFile(t, page), "| sentence | for example |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	sentences := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(table, -1)
	if len(sentences) < 10 {
		t.Errorf("%d sentences", len(sentences))
	}
	for _, m := range sentences {
		text := `
nodes: 5
policies: {dependencies: {payments: {deadline: {total: 1s}, breaker: {min_calls: 20}, fleet: {mode: follow}}}}
dependencies: {payments: {latency: 5ms}}
load: [{to: payments, rate: 1/s, tenants: {acme: 1}}]
faults:
  - {name: slow, at: 10s, for: 5s, dependency: payments, latency: x2}
  - {name: outage, at: 30s, for: 5s, dependency: payments, errors: 100%}
baselines: [no policy, without payments.breaker]
expect: ["` + m[1] + `"]
`
		_, problems := scenario.Read(config.Source{Name: "sentence", Data: []byte(text)}, nil)
		problems = slices.DeleteFunc(problems, func(p config.Problem) bool { return p.Code == "fleet-without-breaker" }) // of a baseline
		if len(problems) > 0 {
			t.Errorf("%s:\n%v", m[1], problems)
		}
	}
}

func TestGoCodeOfThePageIsAPieceOfATest(t *testing.T) {
	flush := func(code string) string { return regexp.MustCompile(`(?m)^[\t ]+`).ReplaceAllString(code, "") }
	programs := flush(readFile(t, "../../examples/simulation/shop_test.go") + readFile(t, "example_scenario_test.go"))
	all := blocks(readFile(t, page), "go")
	for _, block := range all {
		for part := range strings.SplitSeq(flush(block), "\n\n") {
			if !strings.Contains(programs, strings.TrimSpace(part)) {
				t.Errorf("no test has this:\n%s", part)
			}
		}
	}
	if len(all) == 0 {
		t.Error("there is none")
	}
}
