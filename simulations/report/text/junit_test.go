// SPDX-License-Identifier: Apache-2.0

package text

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/simulations"
)

// schema is what the JUnit schema of Jenkins (junit-10.xsd) allows in what we write: elements in their order, and attributes; those that it needs are marked.
var schema = map[string]struct{ inside, attributes []string }{
	"testsuites": {[]string{"testsuite"}, []string{"name", "time", "tests", "failures", "disabled", "errors"}},
	"testsuite":  {[]string{"testsuite", "properties", "testcase", "system-out", "system-err"}, []string{"name!", "tests!", "failures", "errors", "time", "disabled", "skipped", "timestamp", "hostname", "id", "package"}},
	"properties": {[]string{"property"}, nil},
	"property":   {nil, []string{"name!", "value!"}},
	"testcase":   {[]string{"skipped", "error", "failure", "system-out", "system-err"}, []string{"name!", "assertions", "time", "classname", "status"}},
	"failure":    {nil, []string{"type", "message"}},
	"error":      {nil, []string{"type", "message"}},
	"system-out": {nil, nil},
}

// violations lists what the schema does not allow.
func violations(text []byte) (found []string) {
	d := xml.NewDecoder(bytes.NewReader(text))
	type open struct {
		name string
		at   int
	}
	stack := []open{{name: ""}}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			return append(found, err.Error())
		}
		switch e := token.(type) {
		case xml.StartElement:
			name, outer := e.Name.Local, &stack[len(stack)-1]
			if outer.name != "" {
				at := slices.Index(schema[outer.name].inside, name)
				if at < outer.at {
					found = append(found, name+" in "+outer.name+", there or at all")
				}
				outer.at = at
			}
			var given []string
			for _, a := range e.Attr {
				given = append(given, a.Name.Local)
				if !slices.Contains(schema[name].attributes, a.Name.Local) && !slices.Contains(schema[name].attributes, a.Name.Local+"!") {
					found = append(found, name+" with "+a.Name.Local)
				}
			}
			for _, a := range schema[name].attributes {
				if need, ok := strings.CutSuffix(a, "!"); ok && !slices.Contains(given, need) {
					found = append(found, name+" without "+need)
				}
			}
			stack = append(stack, open{name: name})
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		}
	}
}

func TestJUnitReportsAreOfTheCommonSchema(t *testing.T) {
	broken := sample(2, 1)
	broken.Broken = []simulations.BrokenRun{{Variant: "no policy", Seed: 2, Why: "it hung\nfor long"}}
	broken.Expectations[2].Verdict = simulations.Unsettled
	broken.Simulation = "<storm> & \x1b\"'"
	var b bytes.Buffer
	if err := JUnit(&b, []*simulations.Result{sample(5, 1), broken}, Unrun{"bad.yaml", "bad.yaml:1:1: error\n  help"}); err != nil {
		t.Fatal(err)
	}
	if found := violations(b.Bytes()); len(found) > 0 {
		t.Errorf("not of the schema: %q\n%s", found, b.String())
	}
	var got junit
	if err := xml.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Tests != 8 || got.Failures != 3 || got.Errors != 2 || len(got.Suites) != 3 {
		t.Errorf("%d tests, %d failures, %d errors in %d suites", got.Tests, got.Failures, got.Errors, len(got.Suites))
	}
	case2 := got.Suites[0].Cases[1]
	if f := case2.Failure; f == nil || f.Type != "failed" || f.Message != "2.31 (2.20 to 2.40)" || !strings.Contains(f.Text, "held in 0 of 5 runs; in seed 1") {
		t.Errorf("amplification: %+v", case2)
	}
	if c := got.Suites[1].Cases[2]; c.Failure == nil || c.Failure.Type != "unsettled" {
		t.Errorf("the unsettled one: %+v", c)
	}
	if p := got.Suites[0].Properties; !slices.Contains(p, junitProperty{"seed", "1"}) || !slices.Contains(p, junitProperty{"runs", "5"}) {
		t.Errorf("properties: %v", p)
	}
}

func TestTheSchemaOfThisTestFindsWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		`<testsuites><testsuite tests="1"/></testsuites>`:                                                           "testsuite without name",
		`<testsuites><testsuite name="a" tests="1"><testcase name="x"/><properties/></testsuite></testsuites>`:      "properties in testsuite, there or at all",
		`<testsuites><testsuite name="a" tests="1" colour="red"/></testsuites>`:                                     "testsuite with colour",
		`<testsuites><testsuite name="a" tests="1"><testcase name="x"><story/></testcase></testsuite></testsuites>`: "story in testcase, there or at all",
	} {
		if got := violations([]byte(text)); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}
