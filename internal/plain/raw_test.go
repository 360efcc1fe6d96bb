// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// anything is a text that holds JSON, as a room may have one.
type anything string

func (a anything) MarshalJSON() ([]byte, error) {
	text, problems := Raw("", []byte(a))
	return []byte(text), problems.Err()
}

func (a *anything) UnmarshalJSON(data []byte) error {
	*a = anything(data)
	return nil
}

type rawStep struct {
	Value anything
	Bytes json.RawMessage
	Name  class
}

type rawPolicy struct {
	Value anything
	Steps []rawStep
	By    map[class]json.RawMessage
	Many  []anything
}

func TestRawJSONIsAFieldOfAPolicy(t *testing.T) {
	const file = `{
		"value": {"b": [1, 2.50, -1e3, true, null, {}, []], "a<": "ü\n\ud83d\ude00"},
		"steps": [{"value": "text", "bytes": [ 1 ]}, {"value": 7, "bytes": false, "name": "x"}, {"value": null, "bytes": null}],
		"by": {"a": {"b": "c"}, "z": null}, "many": [1, null, "2"]
	}`
	want := rawPolicy{
		Value: `{"b":[1,2.50,-1e3,true,null,{},[]],"a<":"ü\n😀"}`,
		Steps: []rawStep{{Value: `"text"`, Bytes: []byte(`[1]`)}, {Value: `7`, Bytes: []byte(`false`), Name: "x"}, {}},
		By:    map[class]json.RawMessage{"a": []byte(`{"b":"c"}`), "z": nil}, Many: []anything{`1`, ``, `"2"`},
	}
	var got, again rawPolicy
	if problems := Decode([]byte(file), &got); len(problems) > 0 || !reflect.DeepEqual(got, want) {
		t.Fatalf("%v\ngot  %q\nwant %q", problems, got, want)
	}
	data, err := Encode(got)
	if problems := Decode(data, &again); err != nil || len(problems) > 0 || !reflect.DeepEqual(again, got) {
		t.Errorf("%v, %v\n%s", err, problems, data)
	}
	if indented, err := json.MarshalIndent(json.RawMessage(data), "", "  "); err != nil || len(Decode(indented, &again)) > 0 || !reflect.DeepEqual(again, got) {
		t.Errorf("white space counts: %s", indented)
	}
}

func TestRawJSONHasProblemsWithPaths(t *testing.T) {
	deep := strings.Repeat("[", 17) + strings.Repeat("]", 17)
	for file, want := range map[string]string{
		`{"steps": [{"value": {"a": [{"b": 1, "b": 2}], "a": 3}}]}`: "steps[0].value.a duplicate-field, steps[0].value.a[0].b duplicate-field",
		`{"value": ` + deep + `, "many": [` + deep + `]}`:           "value syntax, many[0] syntax",
		`{"value": {"a": 1}, "value": 2}`:                           "value duplicate-field",
		`{"value": nope}`:                                           "policy syntax",
	} {
		p := rawPolicy{Value: "before"}
		if got := strings.Join(lines(Decode([]byte(file), &p)), ", "); got != want || p.Value != "before" {
			t.Errorf("%s\ngot  %s\nwant %s", file, got, want)
		}
	}
}

func TestRawJSONThatIsNoneIsNotWritten(t *testing.T) {
	for want, p := range map[string]rawPolicy{
		"steps[1].value: is not valid JSON: it ends in the middle (near line 1)": {Steps: []rawStep{{}, {Value: `{`}}},
		"value: is given more than once, in lines 1 and 1":                       {Value: `{"a":1,"a":2}`},
		"steps[0].bytes: is empty (near line 1)":                                 {Steps: []rawStep{{Bytes: json.RawMessage{}}}},
		"by.a: null is written by leaving the value out":                         {By: map[class]json.RawMessage{"a": []byte(" null")}},
		"many[0]: goes on after its end (near line 1)":                           {Many: []anything{"1 2"}},
	} {
		if got, err := Encode(p); err == nil || err.Error() != want || got != nil {
			t.Errorf("got %s, %v\nwant %s", got, err, want)
		}
	}
}

func TestRawJSONIsComparedWithoutItsWhiteSpace(t *testing.T) {
	one := rawPolicy{Value: `{"a": 1}`, Steps: []rawStep{{Bytes: []byte(`[ ]`)}, {Value: `1`}}}
	two := rawPolicy{Value: `{"a":1}`, Steps: []rawStep{{Bytes: []byte(`[]`)}, {Value: `2`}}}
	if got := Diff(one, two); !slices.Equal(got, []string{"steps[1].value"}) {
		t.Errorf("got %q", got)
	}
	if got := Diff(rawPolicy{Value: "{"}, rawPolicy{Value: "["}); !slices.Equal(got, []string{"value"}) {
		t.Errorf("what is no JSON is all the same: %q", got)
	}
	laid := Overlay(&one, rawPolicy{Value: `{"a":1}`})
	if len(laid) != 1 || laid[0] != (Laid{Path: "value"}) || one.Value != `{"a":1}` {
		t.Errorf("%+v, %+v", laid, one)
	}
}

func TestRawJSONIsALeafAndALongOneIsShortened(t *testing.T) {
	got := Leaves(rawPolicy{Value: `{"a": "b"}`, Steps: []rawStep{{Value: `"text"`}, {Bytes: []byte("[" + strings.Repeat("1,", 99) + "1]")}}})
	want := []Leaf{{Path: "value", Text: `{"a":"b"}`}, {Path: "steps[0].value", Text: `"text"`}, {Path: "steps[1].bytes", Text: Shorten("[" + strings.Repeat("1,", 99))}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestRawAgreesWithEncodingJSON(t *testing.T) {
	leaf := rapid.SampledFrom([]string{"1", "-2.5e3", "true", "null", `"a"`, `"ü<\n"`, "{}", " [ ] "})
	rapid.Check(t, func(r *rapid.T) {
		text := leaf.Draw(r, "leaf")
		for range rapid.IntRange(0, 5).Draw(r, "depth") {
			if rapid.Bool().Draw(r, "list") {
				text = "[ " + leaf.Draw(r, "item") + ", " + text + "]"
			} else {
				text = `{"a" : ` + text + `, "b<":` + leaf.Draw(r, "member") + "}\n"
			}
		}
		var want bytes.Buffer
		if err := json.Compact(&want, []byte(text)); err != nil {
			r.Fatal(err)
		}
		got, problems := Raw("", []byte(text))
		again, _ := Raw("", []byte(got))
		if len(problems) > 0 || got != want.String() || again != got {
			r.Fatalf("got %s, %v, want %s", got, problems, want.String())
		}
	})
}

func FuzzRaw(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2]}`, `"\ud800"`, `[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]`, `1e999`, ` null `, `{"a":1,"a":2}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text, problems := Raw("value", data)
		if len(problems) > 0 {
			for _, p := range problems {
				if !strings.HasPrefix(p.Path, "value") || p.Message == "" || p.Code == "" {
					t.Errorf("%+v", p)
				}
			}
			return
		}
		var before, after any
		one, two := json.NewDecoder(bytes.NewReader(data)), json.NewDecoder(strings.NewReader(text))
		one.UseNumber()
		two.UseNumber()
		if err := errors.Join(one.Decode(&before), two.Decode(&after)); err != nil || !reflect.DeepEqual(before, after) {
			t.Errorf("%s became %s, %v", data, text, err)
		}
		if again, problems := Raw("value", []byte(text)); again != text || len(problems) > 0 {
			t.Errorf("%s became %s, %v", text, again, problems)
		}
		var p, back rawPolicy
		if problems := Decode([]byte(`{"steps":[{"value":`+text+`}]}`), &p); len(problems) > 0 {
			t.Fatalf("it does not fit into a policy: %v", problems)
		}
		if data, err := Encode(p); err != nil || len(Decode(data, &back)) > 0 || !reflect.DeepEqual(p, back) {
			t.Errorf("%s, %v", data, err)
		}
	})
}
