// SPDX-License-Identifier: Apache-2.0

package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard/internal/plain"
)

// anyOf is the tree as encoding/json has it.
func anyOf(n plain.Node) any {
	switch n.Form {
	case plain.Null:
		return nil
	case plain.Truth:
		return n.Word == "true"
	case plain.Numeral:
		return json.Number(n.Word)
	case plain.Text:
		return n.Word
	case plain.List:
		list := []any{}
		for _, i := range n.Items {
			list = append(list, anyOf(i))
		}
		return list
	default:
		object := map[string]any{}
		for _, m := range n.Members {
			object[m.Name] = anyOf(m.Value)
		}
		return object
	}
}

func TestJSONIsReadAsJSON(t *testing.T) {
	var value func(depth int) *rapid.Generator[any]
	text := rapid.StringMatching(`[ -~äé申😀\n\t/<>&]{0,10}`)
	value = func(depth int) *rapid.Generator[any] {
		some := []*rapid.Generator[any]{
			rapid.Just[any](nil), rapid.Bool().AsAny(), text.AsAny(), rapid.Int32().AsAny(), rapid.Float64().AsAny(),
		}
		if depth < 4 {
			deeper := rapid.Deferred(func() *rapid.Generator[any] { return value(depth + 1) })
			some = append(some, rapid.SliceOfN(deeper, 0, 4).AsAny(), rapid.MapOfN(text, deeper, 0, 4).AsAny())
		}
		return rapid.OneOf(some...)
	}
	rapid.Check(t, func(t *rapid.T) {
		data, _ := json.Marshal(map[string]any{"a": value(0).Draw(t, "value")})
		if rapid.Bool().Draw(t, "indented") {
			var b bytes.Buffer
			_ = json.Indent(&b, data, "", rapid.SampledFrom([]string{"  ", "    "}).Draw(t, "indent"))
			data = b.Bytes()
		}
		var want any
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		if err := d.Decode(&want); err != nil {
			t.Fatal(err)
		}
		tree, flaws := readTree(0, data)
		if got := anyOf(tree); len(flaws) > 0 || !reflect.DeepEqual(got, want) {
			t.Fatalf("%v\n%s\ngot  %#v\nwant %#v", flaws, data, got, want)
		}
	})
}

func TestYAMLIsReadByTheCoreSchema(t *testing.T) {
	for text, want := range map[string]string{
		"a: |\n  x\n  y\nb: 1":                                     `{"a":"x\ny\n","b":1}`,
		"a: >-\n  x\n  y\n":                                        `{"a":"x y"}`,
		"a: x\n  y\nb: 2":                                          `{"a":"x y","b":2}`,
		"a: yes\nb: No\nc: off\nd: True\ne: NULL\nf: y":            `{"a":"yes","b":"No","c":"off","d":true,"e":null,"f":"y"}`,
		"a: 1_000\nb: 0b11\nc: 1:30\nd: 2026-01-01":                `{"a":"1_000","b":"0b11","c":"1:30","d":"2026-01-01"}`,
		"a: 0x10\nb: 0o10\nc: +1\nd: -.5\ne: 1.e3":                 `{"a":16,"b":8,"c":1,"d":-0.5,"e":1e3}`,
		"a: 0xffffffffffffffffffffffff":                            `{"a":79228162514264337593543950335}`,
		"a: !!str 5\nb: !!str |\n  x\n":                            `{"a":"5","b":"x\n"}`,
		"a: &x {p: 1, q: 2}\nb: *x\nc: {<<: *x, q: 3}":             `{"a":{"p":1,"q":2},"b":{"p":1,"q":2},"c":{"p":1,"q":3}}`,
		"a: &x {p: 1}\nb: &y {p: 2, q: 2}\nc: {<<: [*x, *y]}":      `{"a":{"p":1},"b":{"p":2,"q":2},"c":{"p":1,"q":2}}`,
		"a: &x 1\nb: &x 2\nc: *x":                                  `{"a":1,"b":2,"c":2}`,
		"%YAML 1.2\n---\na: 1\n...\n":                              `{"a":1}`,
		"\ufeffa: 1":                                               `{"a":1}`,
		"a: 1\r\nb:\r\n  - 2\r\n":                                  `{"a":1,"b":[2]}`,
		"? a\n: 1\n":                                               `{"a":1}`,
		"a:\n- 1\n-\n  - 2\n  -\n- b: 3\n  c: 4\n":                 `{"a":[1,[2,null],{"b":3,"c":4}]}`,
		"a: 'it''s'\nb: \"\\u00e9\\n\\x41\"\nc: it's # no\nd: x#y": `{"a":"it's","b":"é\nA","c":"it's","d":"x#y"}`,
		"{a: 1, b: [x, {c: d}], \"e\":2}":                          `{"a":1,"b":["x",{"c":"d"}],"e":2}`,
		"a: \"x\n  y\"":                                            `{"a":"x y"}`,
		"1: one\ntrue: two\n~: three":                              `{"1":"one","true":"two","~":"three"}`,
		"a:\n    b: 1\n    c:\n      - d\nz: 2":                    `{"a":{"b":1,"c":["d"]},"z":2}`,
		"base: &b\n  retry: {attempts: 2}\np:\n  <<: *b\n  deadline: {total: 1s}": `{"base":{"retry":{"attempts":2}},"p":{"deadline":{"total":"1s"},"retry":{"attempts":2}}}`,
	} {
		tree, flaws := readTree(0, []byte(text))
		got, _ := json.Marshal(anyOf(tree))
		if len(flaws) > 0 || string(got) != want {
			t.Errorf("%q: %v\ngot  %s\nwant %s", text, flaws, got, want)
		}
	}
}

func TestWhatIsNoPolicyFileIsRefusedByItsCode(t *testing.T) {
	wide := "a: [" + strings.Repeat("1, ", 60_000) + "1]"
	for text, want := range map[string]string{
		"": CodeEmpty, "---\n": CodeEmpty, "# x": CodeEmpty, "%YAML 1.2\n---\n": CodeEmpty,
		"a: 1\n---\nb: 2": CodeDocuments, "--- 1\n--- 2\n--- 3": CodeDocuments,
		"a: \x00": CodeEncoding, "a: \x1b[31m": CodeEncoding, "\xff\xfea\x00": CodeEncoding, "a: \xc3\x28": CodeEncoding, "a: 1\rb: 2": CodeEncoding,
		"a: [1": CodeUnclosed, "a: {b: 1": CodeUnclosed, "a: \"x": CodeUnclosed, "a: 'x": CodeUnclosed, "a: ]": CodeUnclosed,
		"\ta: 1": CodeIndent, "a:\n  b: 1\n c: 2": CodeIndent,
		"a: *b": CodeAlias, "a: &a [*a]": CodeAlias, "a: &x {b: {c: *x}}": CodeAlias, "a: {<<: 1}": CodeAlias, "a: {<<: [[{}]]}": CodeAlias,
		"a: !foo 1": CodeTag, "a: !!binary x": CodeTag, "!!map {a: 1}": CodeTag,
		"a: .inf": CodeNumber, "a: -.INF": CodeNumber, "a: .nan": CodeNumber, "a: 007": CodeNumber, "a: -01.5": CodeNumber,
		"a: 1\na: 2": CodeDuplicate, "{a: 1, b: {c: 1, c: 2}}": CodeDuplicate, "{1: a, \"1\": b}": CodeDuplicate,
		wide: CodeTooLarge, strings.Repeat("[", 40): CodeTooLarge, strings.Repeat("#", mostBytes+1): CodeTooLarge,
		"a: {b:c}": CodeSyntax, "? [a]\n: 1": CodeSyntax, "a: b: c": CodeSyntax, "a: @x": CodeSyntax, "a: \"\\q\"": CodeSyntax,
	} {
		_, flaws := readTree(0, []byte(text))
		if len(flaws) == 0 || flaws[0].Code != want {
			t.Errorf("%.40q: %v, want %s", text, flaws, want)
		}
		for _, f := range flaws {
			if f.Fix == "" || f.Message == "" {
				t.Errorf("%.40q: %v says no fix", text, f)
			}
		}
	}
}

// A bomb, a harmless use of many aliases, and one that nests.
func TestAliasesAreBoundedByWhatTheyStandFor(t *testing.T) {
	var many strings.Builder
	many.WriteString("a: &a {x: 1, y: 2}\nb: {\n")
	for i := range 10_000 {
		fmt.Fprintf(&many, "  k%d: *a,\n", i)
	}
	many.WriteString("}\n")
	if _, flaws := readTree(0, []byte(many.String())); len(flaws) > 0 {
		t.Errorf("10000 aliases of 3 values: %v", flaws)
	}
	bomb := "a: &a [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n"
	for i := range 25 {
		bomb += fmt.Sprintf("%c: &%c [*%c, *%c]\n", 'b'+i, 'b'+i, 'a'+i, 'a'+i)
	}
	tree, flaws := readTree(0, []byte(bomb))
	if len(flaws) != 1 || flaws[0].Code != CodeTooLarge || tree.Form != plain.Null {
		t.Errorf("%d flaws, first %v", len(flaws), flaws[:min(len(flaws), 1)])
	}
	deep := "a: &a [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]\nb: [[[[[[[[[[[[[[[[[[*a]]]]]]]]]]]]]]]]]]\n"
	if _, flaws := readTree(0, []byte(deep)); len(flaws) != 1 || flaws[0].Code != CodeTooLarge {
		t.Errorf("what nests by an alias: %v", flaws)
	}
}

func TestADocumentBehindAnEmptyOneIsNotLeftOutInSilence(t *testing.T) {
	const good = "dependencies: {a: {deadline: {total: 2s, attempt: 1s}}}\n"
	for text, want := range map[string]string{
		head + good + "---\n# Source: chart/other.yaml\n---\nrules: {}\n": "5:1", head + good + "---\n---\n---\nbogus: 1\n": "5:1",
		head + good + "...\nbogus: 1\n": "4:1", head + good + "---\nbogus: 1\n": "3:1", "---\n---\n" + head + good: "2:1",
		head + good + "---\n---\n": "", head + good + "---\n# nothing\n": "", "---\n" + head + good + "...\n": "", "# first\n---\n" + head + good: "",
		"%YAML 1.2\n---\n" + head + good: "", "--- # said\n" + head + good: "",
	} {
		_, ps := Read([]Source{{Name: "a", Data: []byte(text)}}, Options{})
		got := ""
		if len(ps) > 0 {
			got = fmt.Sprintf("%d:%d", ps[0].Origin.Line, ps[0].Origin.Column)
		}
		if got != want || want != "" && ps[0].Code != CodeDocuments {
			t.Errorf("%q: want %q\n%s", text, want, ps)
		}
	}
}
