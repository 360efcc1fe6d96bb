// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
)

type receipt struct {
	ID    string `json:"id"`
	Cents int    `json:"cents"`
}

type basket struct {
	Items []receipt          `json:"items"`
	Notes map[string]string  `json:"notes"`
	Best  *receipt           `json:"best"`
	Any   any                `json:"any"`
	Pair  [2]json.RawMessage `json:"pair"`
}

func TestAValueWithPointersIsReadAnewForEachAnswer(t *testing.T) {
	const value = `{"items": [{"id": "a"}], "notes": {"k": "v"}, "best": {"id": "b"}, "any": [1], "pair": [1, {"a": 2}]}`
	c := made(t, Policy{Steps: []Step{{Value: value}}}, Sources[int, basket]{})
	first, _, err := c.Answer(t.Context(), 0, failed)
	if err != nil {
		t.Fatal(err)
	}
	first.Items[0].ID, first.Notes["k"], first.Best.ID, first.Pair[1][0] = "changed", "changed", "changed", 'x'
	first.Any.([]any)[0] = "changed"
	second, _, _ := c.Answer(t.Context(), 0, failed)
	var want basket
	if err := json.Unmarshal([]byte(value), &want); err != nil || !reflect.DeepEqual(second.Items, want.Items) || !reflect.DeepEqual(second.Notes, want.Notes) ||
		*second.Best != *want.Best || !reflect.DeepEqual(second.Any, want.Any) || string(second.Pair[1]) != `{"a": 2}` {
		t.Errorf("who got the first answer changed the second: %+v, %v", second, err)
	}
}

func TestWhatHoldsReferencesIsSeenThroughEveryKind(t *testing.T) {
	for _, c := range []struct {
		is   bool
		what string
		got  bool
	}{
		{false, "a struct of plain fields", shares[receipt]()},
		{false, "an array of them", shares[[3]receipt]()},
		{false, "an empty array of pointers", shares[[0]*int]()},
		{true, "a hidden slice", shares[struct{ a [1]struct{ b []int } }]()},
		{true, "any", shares[any]()},
		{true, "a time, which points to its zone", shares[time.Time]()},
		{true, "a map", shares[map[string]int]()},
		{true, "bytes", shares[json.RawMessage]()},
	} {
		if c.got != c.is {
			t.Errorf("%s: %v", c.what, c.got)
		}
	}
}

// hostile are values that are no receipt, each with what the problem must say.
var hostile = map[JSON]string{
	`"text"`:                          "steps[0].value = \"text\": is no answer of the operation: got string at byte 6 of it (accepted: JSON of type fallback.receipt)",
	`{"cents": "12"}`:                 `steps[0].value.cents = {"cents": "12"}: is no answer of the operation: got string at byte 14 of it (accepted: JSON of type int)`,
	`{"cents": 1.5}`:                  `steps[0].value.cents = {"cents": 1.5}: is no answer of the operation: got number 1.5`,
	`{"cents": 99999999999999999999}`: `steps[0].value.cents`,
	`{"sense": 1}`:                    `unknown field "sense"`,
	`[]`:                              `got array`,
	`{"id": "a"} {}`:                  "goes on after its end (near line 1); remove what follows [trailing-data]",
	"{\n\"id\":\n}":                   "is not valid JSON: invalid character '}'",
	`{"id": "a`:                       "ends in the middle",
	`closed`:                          "is not valid JSON",
	`   `:                             "is empty",
	`null`:                            "null in a policy means that it is left out",
	`{"id": "\ud800"}`:                "half of a surrogate pair",
	"{\"id\": \"\xff\"}":              "not UTF-8",
	`{"id": "a", "id": "b"}`:          "steps[0].value.id = b: is given more than once",
	JSON(strings.Repeat("[", 1e5)):    "too large",
	JSON(strings.Repeat(`{"a":`, 20) + "1" + strings.Repeat("}", 20)): "deeper than 16 levels",
	JSON(`{"id": "` + strings.Repeat("x", 1<<17) + `"}`):              "too large",
}

func TestAHostileValueIsAProblemWithItsPlace(t *testing.T) {
	for value, want := range hostile {
		c, err := New(Policy{Steps: []Step{{Value: value}}}, Sources[int, receipt]{})
		problems, ok := errors.AsType[fuseboard.Problems](err)
		if !ok || c != nil || len(problems) != 1 || !strings.Contains(err.Error(), want) || !strings.HasPrefix(problems[0].Path, "steps[0].value") {
			t.Errorf("%.60q\ngot  %v\nwant %s", value, err, want)
		}
		if err != nil && len(err.Error()) > 500 {
			t.Errorf("%.60q: the problem is told in %d bytes", value, len(err.Error()))
		}
	}
}

func TestAllValuesAreJudgedAtOnce(t *testing.T) {
	p := Policy{Timeout: time.Hour, Steps: []Step{
		{Value: `1`, On: []fuseboard.Class{"timeout"}}, {Value: `{"id": 1}`, On: []fuseboard.Class{"error"}}, {Value: `{"cents": 1}`}, {Guard: "self"}, {MaxAge: 1}, {},
	}}
	var got []string
	for _, problem := range Check(p, Sources[int, receipt]{Name: "self", Guard: nothing}) {
		got = append(got, problem.Path+" "+problem.Code)
	}
	want := "steps[3] never-tried, steps[4].max_age out-of-range, steps[4] never-tried, steps[5] never-tried, timeout out-of-range, " +
		"steps[0].value bad-value, steps[1].value.id bad-value, steps[3] own-guard, steps[4] no-source, steps[5] no-source"
	if strings.Join(got, ", ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), want)
	}
}

func TestAMissingSourceIsAWarning(t *testing.T) {
	p := Policy{Steps: []Step{{}, {MaxAge: time.Minute}, {Guard: "eu"}}}
	found := Check(p, Sources[int, int]{})
	if len(found.Warnings()) != 3 || found.Err() != nil {
		t.Error(found)
	}
	c := made(t, p, Sources[int, int]{})
	const want = "the call's (no fallback: 1 computed: passed over, nothing is bound that it could use; " +
		"2 last-good: passed over, nothing is bound that it could use; 3 guard eu: passed over, nothing is bound that it could use)"
	if _, _, err := c.Answer(t.Context(), 0, failed); err == nil || err.Error() != want {
		t.Error(err)
	}
}

type rude struct{}

func (*rude) UnmarshalJSON([]byte) error { panic("rude") }

func TestADecoderOfTheUsersMayFailAndPanic(t *testing.T) {
	if _, err := New(Policy{Steps: []Step{{Value: `1`}}}, Sources[int, rude]{}); err == nil || !strings.Contains(err.Error(), "panicked: rude") {
		t.Error(err)
	}
	times := 0
	c := made(t, Policy{Steps: []Step{{Value: `1`}}}, Sources[int, []int]{Decode: func(raw []byte, into *[]int) error {
		times++
		raw[0] = 'x' // it is the decoder's own
		if times > 2 {
			return errMade
		}
		*into = []int{times}
		return nil
	}})
	if v, given, err := c.Answer(t.Context(), 0, failed); len(v) != 1 || v[0] != 2 || given.Use != Value || err != nil {
		t.Errorf("%v, %+v, %v", v, given, err)
	}
	if v, given, err := c.Answer(t.Context(), 0, failed); v != nil || given != (Given{}) || !errors.Is(err, errCall) {
		t.Errorf("%v, %+v, %v", v, given, err)
	}
}
