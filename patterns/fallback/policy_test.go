// SPDX-License-Identifier: Apache-2.0

package fallback

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

func TestPolicyIsOffUntilAFieldIsSet(t *testing.T) {
	for _, p := range []Policy{{}, {Steps: []Step{}}} {
		if p.On() || p.WithDefaults().On() || len(p.Validate()) > 0 {
			t.Errorf("the zero policy is on: %+v", p)
		}
	}
	want := Policy{Steps: []Step{{Use: Computed}}, Timeout: 2 * time.Second, Concurrency: 10, MaxKeys: 1000}
	if got := (Policy{Timeout: 2 * time.Second}).WithDefaults(); !reflect.DeepEqual(got, want) || len(got.Validate()) > 0 {
		t.Errorf("got %+v, %v", got, got.Validate())
	}
}

func TestUseMayBeLeftOutWhereAFieldSaysIt(t *testing.T) {
	given := []Step{{}, {Value: `1`}, {MaxAge: time.Second}, {Guard: "eu"}, {Use: LastGood}}
	p := Policy{Steps: given}.WithDefaults()
	want := []Step{
		{Use: Computed}, {Use: Value, Value: `1`}, {Use: LastGood, MaxAge: time.Second}, {Use: Guard, Guard: "eu"}, {Use: LastGood, MaxAge: 5 * time.Minute},
	}
	if !reflect.DeepEqual(p.Steps, want) {
		t.Errorf("got %+v", p.Steps)
	}
	if given[0].Use != ByField {
		t.Error("the steps that were given were changed")
	}
	if again := p.WithDefaults(); !again.Equal(p) {
		t.Errorf("defaults of defaults: %+v", again)
	}
}

func TestPolicyIsReadFromItsWords(t *testing.T) {
	const file = `{"steps": [
		{"on": ["timeout", "breaker"], "value": {"state": "unknown", "since": null}},
		{"use": "last-good", "max_age": "10m"}, {"guard": "payments-eu"}, {"value": "closed", "on": ["error"]}, {"value": false}
	], "timeout": "300ms", "concurrency": 5, "max_keys": 7}`
	want := Policy{
		Steps: []Step{
			{On: []fuseboard.Class{"timeout", "breaker"}, Value: `{"state":"unknown","since":null}`},
			{Use: LastGood, MaxAge: 10 * time.Minute},
			{Guard: "payments-eu"},
			{Value: `"closed"`, On: []fuseboard.Class{"error"}},
			{Value: `false`},
		},
		Timeout: 300 * time.Millisecond, Concurrency: 5, MaxKeys: 7,
	}
	var p, again Policy
	if problems := plain.Decode([]byte(file), &p); len(problems) > 0 || !reflect.DeepEqual(p, want) || len(p.Validate()) > 0 {
		t.Fatalf("%v\ngot  %+v\nwant %+v", problems, p, want)
	}
	data, err := plain.Encode(p)
	if problems := plain.Decode(data, &again); err != nil || len(problems) > 0 || !again.Equal(p) {
		t.Errorf("%v, %v: %s", err, problems, data)
	}
}

func TestEqualAndCloneSeeWhatIsSaid(t *testing.T) {
	p := Policy{Steps: []Step{{Value: `{"a": 1}`, On: []fuseboard.Class{"timeout"}}, {Guard: "eu", On: []fuseboard.Class{}}}, Timeout: time.Second}
	c := p.Clone()
	if !c.Equal(p) || !p.Equal(c) || c.Steps[1].On != nil {
		t.Errorf("a copy differs: %+v", c)
	}
	c.Steps[0].On[0], c.Steps[1].Guard = "error", "us"
	if p.Steps[0].On[0] != "timeout" || p.Steps[1].Guard != "eu" {
		t.Error("a copy shares what can be changed")
	}
	same := p.Clone()
	same.Steps[0].Value = "\n{ \"a\":1 }"
	if !same.Equal(p) || !(Policy{Steps: []Step{}}).Equal(Policy{}) {
		t.Error("white space, or an empty list, counts")
	}
	for name, change := range map[string]func(*Policy){
		"a value": func(q *Policy) { q.Steps[0].Value = `{"a":2}` }, "no value": func(q *Policy) { q.Steps[0].Value = "" },
		"no JSON": func(q *Policy) { q.Steps[0].Value = `{` }, "a class": func(q *Policy) { q.Steps[0].On[0] = "x" },
		"a guard": func(q *Policy) { q.Steps[1].Guard = "us" }, "an age": func(q *Policy) { q.Steps[1].MaxAge = 1 },
		"a use": func(q *Policy) { q.Steps[1].Use = Guard }, "the order": func(q *Policy) { slices.Reverse(q.Steps) },
		"a step": func(q *Policy) { q.Steps = q.Steps[:1] }, "the timeout": func(q *Policy) { q.Timeout++ },
		"the concurrency": func(q *Policy) { q.Concurrency++ }, "the keys": func(q *Policy) { q.MaxKeys++ },
	} {
		q := p.Clone()
		if change(&q); q.Equal(p) || p.Equal(q) {
			t.Errorf("%s makes no difference", name)
		}
	}
}

func TestEveryFieldIsComparedAndTurnsTheSectionOn(t *testing.T) {
	if n, m := reflect.TypeFor[Policy]().NumField(), reflect.TypeFor[Step]().NumField(); n != 4 || m != 5 {
		t.Errorf("a policy has %d fields and a step %d: On, Equal, Clone and WithDefaults know 4 and 5", n, m)
	}
	for _, p := range []Policy{{Steps: []Step{{}}}, {Timeout: 1}, {Concurrency: 1}, {MaxKeys: 1}} {
		if !p.On() || p.Equal(Policy{}) {
			t.Errorf("%+v is off", p)
		}
	}
}

func TestValidateReportsEverythingAtOnce(t *testing.T) {
	deep := JSON(strings.Repeat("[", 17) + strings.Repeat("]", 17))
	p := Policy{
		Steps: []Step{
			{Use: 9, On: []fuseboard.Class{"Time out", "x", "x", "cancelled"}, Guard: strings.Repeat("g", 300)},
			{Value: `{"a": 1, "a": 2}`, MaxAge: -1, Guard: "eu"},
			{Use: Value},
			{Use: Guard},
			{Use: Computed, Value: `nope`},
			{Value: JSON(strings.Repeat(" ", 1<<17))},
			{Value: ` null `},
			{Value: deep, On: slices.Repeat([]fuseboard.Class{"a"}, 33)},
			{},
		},
		Timeout: time.Hour, Concurrency: -1, MaxKeys: math.MaxInt,
	}
	var got []string
	for _, problem := range p.Validate() {
		got = append(got, problem.Path+" "+problem.Code)
	}
	want := []string{
		"steps many-steps", "steps[0].use unknown-word", "steps[0].on[0] class-name", "steps[0].on[2] class-twice", "steps[0].on[3] class-left",
		"steps[0].guard field-not-used", "steps[0].guard no-guard",
		"steps[1].max_age two-uses", "steps[1].guard two-uses", "steps[1].value.a duplicate-field", "steps[1].max_age negative",
		"steps[2].value no-value", "steps[2] never-tried", "steps[3].guard no-guard", "steps[3] never-tried",
		"steps[4].value field-not-used", "steps[4].value syntax", "steps[4] never-tried", "steps[5].value large-value", "steps[5] never-tried",
		"steps[6].value no-value", "steps[6] never-tried", "steps[7].on many-classes", "steps[7].value syntax", "steps[7] never-tried",
		"timeout out-of-range", "concurrency negative", "max_keys out-of-range",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if _, err := New(p, Sources[int, int]{}); err == nil {
		t.Error("a chain was made of it")
	}
}

func TestAStepBehindAValueIsNeverTried(t *testing.T) {
	for name, c := range map[string]struct {
		first, second []fuseboard.Class
		never         bool
	}{
		"a value for everything":         {nil, nil, true},
		"a value for all of it":          {[]fuseboard.Class{"a", "b"}, []fuseboard.Class{"b"}, true},
		"a value for some of it":         {[]fuseboard.Class{"a"}, []fuseboard.Class{"a", "b"}, false},
		"a value for something":          {[]fuseboard.Class{"a"}, nil, false},
		"a value for failed and refused": {[]fuseboard.Class{Refusal, Failure}, nil, true},
	} {
		p := Policy{Steps: []Step{{Value: `1`, On: c.first}, {On: c.second}}}
		found := p.Validate()
		if never := len(found) == 1 && found[0].Code == CodeNeverTried && found[0].Warning; never != c.never || found.Err() != nil {
			t.Errorf("%s: %v", name, found)
		}
	}
}

func TestWordsGoBothWays(t *testing.T) {
	for u := ByField; u <= Guard; u++ {
		var back Use
		text, err := u.MarshalText()
		if err != nil || back.UnmarshalText(text) != nil || back != u || u.String() != string(text) {
			t.Errorf("%d: %s, %v", u, text, err)
		}
	}
	if err := new(Use).UnmarshalText([]byte("static")); err == nil {
		t.Error("an unknown word is read")
	}
	if Use(9).String() != "unknown" || Result(99).String() != "unknown" || NoTime.String() != "no-time" || Answered.String() != "given" {
		t.Error("words")
	}
	if (StepView{}).Count(Result(99)) != 0 {
		t.Error("a result that is none was counted")
	}
}

func TestJSONReadsAndWritesItself(t *testing.T) {
	type file struct{ A, B, C JSON }
	var f file
	if err := json.Unmarshal([]byte(`{"A": {"b" : [1, 2.50, "<"]}, "B": null}`), &f); err != nil || f.A != `{"b":[1,2.50,"<"]}` || f.B != "" {
		t.Fatalf("%+v, %v", f, err)
	}
	data, err := json.Marshal(f)
	var back file
	if err != nil || json.Unmarshal(data, &back) != nil || back != f {
		t.Errorf("%s, %v: %+v", data, err, back)
	}
	if _, err := json.Marshal(JSON("{")); err == nil {
		t.Error("what is no JSON was written")
	}
	if err := json.Unmarshal([]byte(`{"A": {"b": 1, "b": 2}}`), &f); err == nil || f != back {
		t.Errorf("%v, %+v", err, f)
	}
	var none *JSON
	if none.UnmarshalJSON([]byte("1")) == nil {
		t.Error("read into nothing")
	}
}

// FuzzPolicyTakesAnyFile: whatever a file says, it is read or refused, judged, and written
// so that it is read again as the same; what has no errors makes a chain, or is told why not.
func FuzzPolicyTakesAnyFile(f *testing.F) {
	for _, text := range []string{
		`{}`, `null`, `{"steps": [{"value": {"a": [1, null, "\ud800"]}}]}`, `{"steps": [{"value": "closed"}, {}], "timeout": "1s"}`,
		`{"steps": [{"use": "last-good", "on": ["timeout"]}, {"guard": "eu", "value": 1e999}]}`, `{"steps": [{"value": 1, "value": 2}]}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var p, again Policy
		if len(plain.Decode([]byte(text), &p)) > 0 {
			return
		}
		if !p.Equal(p.Clone()) || p.Validate().Err() != nil {
			return
		}
		data, err := plain.Encode(p)
		if problems := plain.Decode(data, &again); err != nil || len(problems) > 0 || !again.Equal(p) || len(plain.Diff(again.Clone(), p.Clone())) > 0 {
			t.Errorf("%v, %v\n%s\n%+v", err, problems, data, p)
		}
		if c, err := New(p, Sources[int, any]{}); err != nil || !c.Policy().Equal(p.WithDefaults()) {
			t.Errorf("%v: %s", err, data)
		}
		if _, err := New(p, Sources[int, struct{ A []int }]{}); err != nil && !strings.Contains(fmt.Sprint(err), "steps[") {
			t.Errorf("no path: %v", err)
		}
	})
}
