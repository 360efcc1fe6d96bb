// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDecodeReadsEveryKind(t *testing.T) {
	const file = `{
		"retry": {"attempts": 3, "backoff": {"base": "1m30s", "max": 0, "growth": 2}, "on": ["timeout", "reset"], "waits": ["0s", "0", 0, null]},
		"breaker": {"failure_rate": "50%", "open_for": "1.5s", "weights": {"timeout": 2, "reset": 0.5}, "shares": {"a": 0.25, "b": "7%"}},
		"enabled": true, "order": "newest", "small": -128, "count": 65535, "wide": -9223372036854775808,
		"big": 18446744073709551615, "label": "5", "tiers": [{"share": 1}, {}], "sections": {"": {"base": "1s"}},
		"orders": [], "nested": [[1], null, []]
	}`
	want := policy{
		Retry: retry{
			Attempts: 3, Backoff: backoff{Base: 90 * time.Second, Growth: 2},
			On: []class{"timeout", "reset"}, Waits: make([]time.Duration, 4),
		},
		Breaker: breaker{
			FailureRate: 0.5, OpenFor: 1500 * time.Millisecond,
			Weights: map[class]float64{"timeout": 2, "reset": 0.5}, Shares: map[class]float64{"a": 0.25, "b": 0.07},
		},
		Enabled: true, Order: 1, Small: -128, Count: 65535, Wide: -9223372036854775808, Big: 18446744073709551615,
		Label: "5", Tiers: []tier{{Share: 1}, {}}, Sections: map[string]backoff{"": {Base: time.Second}},
		Orders: []order{}, Nested: [][]int{{1}, nil, {}},
	}
	got := policy{Label: "before", Small: 7}
	if problems := Decode([]byte(file), &got); len(problems) > 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\ngot  %+v\nwant %+v", problems, got, want)
	}
}

func TestDecodeGivesExactlyWhatTheTextSays(t *testing.T) {
	for _, file := range []string{`{}`, `null`, `{"label": null, "retry": null, "breaker": {"weights": null}}`, " {} \n"} {
		got := policy{Label: "before", Retry: retry{Attempts: 1}, Breaker: breaker{Weights: map[class]float64{"a": 1}}}
		if problems := Decode([]byte(file), &got); len(problems) > 0 || !reflect.DeepEqual(got, policy{}) {
			t.Errorf("%s: %v %+v", file, problems, got)
		}
	}
}

// Each line is a value for a field and the problem that it must give.
func TestDecodeSaysWhatIsWrongInWords(t *testing.T) {
	for _, k := range [][2]string{
		{`{"retry":{"backoff":{"base":5}}}`, `retry.backoff.base = 5: want a duration such as 800ms or 2s, got 5; add the unit, for example "5s" or "5ms" [no-unit]`},
		{`{"retry":{"backoff":{"base":"5"}}}`, `retry.backoff.base = 5: want a duration such as 800ms or 2s, got "5"; add the unit, for example "5s" or "5ms" [no-unit]`},
		{`{"retry":{"backoff":{"base":"5 sec"}}}`, `retry.backoff.base = 5 sec: want a duration such as 800ms or 2s, got "5 sec" (accepted: numbers with the units ns, us, ms, s, m and h, at most 2562047h); write 5s [bad-duration]`},
		{`{"retry":{"waits":["1s","1d"]}}`, `retry.waits[1] = 1d: want a duration such as 800ms or 2s, got "1d" (accepted: numbers with the units ns, us, ms, s, m and h, at most 2562047h); write 24h [bad-duration]`},
		{`{"retry":{"waits":[true]}}`, `retry.waits[0] = true: want a duration such as 800ms or 2s, got true [wrong-type]`},
		{`{"retry":{"waits":["0.5ns"]}}`, `retry.waits[0] = 0.5ns: want a duration in whole nanoseconds, got "0.5ns"; leave out the digits below 1ns [lost-precision]`},
		{`{"retry":{"on":"timeout"}}`, `retry.on = timeout: want a list such as ["a", "b"], got "timeout" [wrong-type]`},
		{`{"retry":{"on":["a",5]}}`, `retry.on[1] = 5: want a text, got 5; put it in quotes [wrong-type]`},
		{`{"retry":{"on":[[]]}}`, `retry.on[0] = a list: want a text, got a list [wrong-type]`},
		{`{"retry":3}`, `retry = 3: want an object with named fields, got 3 [wrong-type]`},
		{`{"retry":{"attempts":1.5}}`, `retry.attempts = 1.5: want a whole number such as 20, got 1.5; write it in digits, without a fraction or an exponent [not-whole]`},
		{`{"retry":{"attempts":1e3}}`, `retry.attempts = 1e3: want a whole number such as 20, got 1e3; write it in digits, without a fraction or an exponent [not-whole]`},
		{`{"retry":{"attempts":"3"}}`, `retry.attempts = 3: want a whole number such as 20, got "3"; remove the quotes [wrong-type]`},
		{`{"retry":{"attempts":"many"}}`, `retry.attempts = many: want a whole number such as 20, got "many" [wrong-type]`},
		{`{"retry":{"backoff":{"growth":1e999}}}`, `retry.backoff.growth = 1e999: want a number that 64 bits can hold, got 1e999 [lost-precision]`},
		{`{"retry":{"backoff":{"growth":1e-999}}}`, `retry.backoff.growth = 1e-999: want a number that 64 bits can hold, got 1e-999 [lost-precision]`},
		{`{"retry":{"backoff":{"growth":"2"}}}`, `retry.backoff.growth = 2: want a number such as 1.5, got "2"; remove the quotes [wrong-type]`},
		{`{"breaker":{"failure_rate":"half"}}`, `breaker.failure_rate = half: want a share such as 50% or 0.5, got "half" [bad-rate]`},
		{`{"breaker":{"failure_rate":{}}}`, `breaker.failure_rate = an object: want a share such as 50% or 0.5, got an object [wrong-type]`},
		{`{"breaker":{"weights":{"timeout":"x"}}}`, `breaker.weights.timeout = x: want a number such as 1.5, got "x" [wrong-type]`},
		{`{"breaker":{"weights":{"a.b":null,"c d":true}}}`, `breaker.weights["c d"] = true: want a number such as 1.5, got true [wrong-type]`},
		{`{"breaker":{"weights":[]}}`, `breaker.weights = a list: want an object with a value for each name, got a list [wrong-type]`},
		{`{"enabled":"yes"}`, `enabled = yes: want true or false, got "yes" [wrong-type]`},
		{`{"order":"latest"}`, `order = latest: is not an order; accepted: oldest, newest, priority [bad-value]`},
		{`{"order":1}`, `order = 1: want a word in quotes, got 1 [wrong-type]`},
		{`{"small":128}`, `small = 128: does not fit (accepted: -128 to 127) [out-of-range]`},
		{`{"count":-1}`, `count = -1: does not fit (accepted: 0 to 65535) [out-of-range]`},
		{`{"big":18446744073709551616}`, `big = 18446744073709551616: does not fit (accepted: 0 to 18446744073709551615) [out-of-range]`},
		{`{"wide":9223372036854775808}`, `wide = 9223372036854775808: does not fit (accepted: -9223372036854775808 to 9223372036854775807) [out-of-range]`},
		{`{"label":"` + strings.Repeat("x", 60) + `","enabled":"` + strings.Repeat("y", 60) + `"}`, `enabled = ` + strings.Repeat("y", 48) + `…: want true or false, got "` + strings.Repeat("y", 48) + `…" [wrong-type]`},
		{"{\"label\":\"a\",\n\"label\":\n\"b\"}", `label = b: is given more than once, in lines 1 and 2; keep one of them [duplicate-field]`},
		{`{"breaker":{"weights":{"a":1,"a":1}}}`, `breaker.weights.a = 1: is given more than once, in lines 1 and 1; keep one of them [duplicate-field]`},
		{`{"breaker":{"openFor":"1s"}}`, `breaker.openFor = 1s: is not a field of breaker (accepted: failure_rate, open_for, weights, shares, ttl); did you mean open_for? [unknown-field]`},
		{`{"breaker":{"attempts":1}}`, `breaker.attempts = 1: is not a field of breaker (accepted: failure_rate, open_for, weights, shares, ttl); did you mean retry.attempts? [unknown-field]`},
		{`{"retry":{"backoff":{"zzz":{}}}}`, `retry.backoff.zzz = an object: is not a field of retry.backoff (accepted: base, max, growth) [unknown-field]`},
		{`{"retri":{}}`, `retri = an object: is not a field of a policy (accepted: retry, breaker, enabled, order, small, count, wide, big, label, tiers, sections, orders, nested); did you mean retry? [unknown-field]`},
		{`[]`, `policy = a list: want an object with named fields, got a list [wrong-type]`},
		{``, `policy: is empty (near line 1); write {} for a policy that sets nothing [syntax]`},
		{"\n{\"label\":", `policy: is not valid JSON: it ends in the middle (near line 2) [syntax]`},
		{"{\n\"label\" 1}", `policy: is not valid JSON: invalid character '1' after object key (near line 2) [syntax]`},
		{`{"nested":[1,]}`, `policy: is not valid JSON: invalid character ']' looking for beginning of value (near line 1) [syntax]`},
		{`{"nested":[1}`, `policy: is not valid JSON: invalid character '}' after array element (near line 1) [syntax]`},
		{`{"label":nul}`, `policy: is not valid JSON: invalid character '}' in literal null (expecting 'l') (near line 1) [syntax]`},
		{"{}\n{}", `policy: goes on after its end (near line 1); remove what follows [trailing-data]`},
		{"{}}", `policy: goes on after its end (near line 1); remove what follows [trailing-data]`},
		{"{\"label\":\"\xff\"}", `policy: has bytes that are not UTF-8 (near line 1); save it as UTF-8 [syntax]`},
		{`{"label":"\ud800"}`, `policy: has half of a surrogate pair in a text (near line 1); write the character itself [syntax]`},
		{`{"small":300,"label":"\uFFFD\\ufffd\ud83d\ude00"}`, `small = 300: does not fit (accepted: -128 to 127) [out-of-range]`},
		{strings.Repeat("[", 100000), `policy: nests deeper than 32 levels (near line 1); no policy needs that [syntax]`},
	} {
		got := policy{Label: "before"}
		problems := Decode([]byte(k[0]), &got)
		if problems.Error() != k[1] {
			t.Errorf("%.80s\ngot  %s\nwant %s", k[0], problems.Error(), k[1])
		}
		if got.Label != "before" {
			t.Errorf("%.80s: changed in spite of a problem", k[0])
		}
	}
}

func TestDecodeReportsAllProblemsInTheOrderOfTheText(t *testing.T) {
	const file = `{"retri": {}, "retry": {"attempts": "x", "on": [1, "a", 2], "attempts": 3, "backoff": {"base": 5, "max": "1 day"}},
		"breaker": {"failure_rate": "lots", "weights": {"timeout": "heavy", "timeout": 1}}, "small": 300, "count": 0.5}`
	want := []string{
		"retri unknown-field", "retry.attempts duplicate-field", "retry.attempts wrong-type", "retry.on[0] wrong-type", "retry.on[2] wrong-type",
		"retry.backoff.base no-unit", "retry.backoff.max bad-duration", "breaker.failure_rate bad-rate",
		"breaker.weights.timeout duplicate-field", "breaker.weights.timeout wrong-type", "small out-of-range", "count not-whole",
	}
	var got policy
	if problems := Decode([]byte(file), &got); !slices.Equal(lines(problems), want) {
		t.Errorf("got  %q\nwant %q", lines(problems), want)
	}
	if !reflect.DeepEqual(got, policy{}) {
		t.Errorf("touched in spite of problems: %+v", got)
	}
}

func TestDecodeDoesNotTouchSharedMapsAndLists(t *testing.T) {
	weights, on := map[class]float64{"a": 1}, []class{"a"}
	got := policy{Breaker: breaker{Weights: weights}, Retry: retry{On: on}}
	problems := Decode([]byte(`{"breaker":{"weights":{"a":2,"b":3}},"retry":{"on":["b"]}}`), &got)
	if len(problems) > 0 || len(weights) != 1 || weights["a"] != 1 || on[0] != "a" || got.Breaker.Weights["b"] != 3 {
		t.Errorf("%v %v %v %+v", problems, weights, on, got)
	}
}

func TestDecodeBlamesTheProgramForTypesItCannotRead(t *testing.T) {
	type loop struct {
		Next []loop
		Name string
	}
	for name, k := range map[string]struct {
		data string
		into any
	}{
		"no pointer": {`{}`, policy{}}, "nil": {`{}`, nil}, "nil pointer": {`{}`, (*policy)(nil)},
		"func": {`1`, new(func())}, "any": {`1`, new(any)}, "pointer": {`1`, new(*int)}, "array": {`[]`, new([1]int)},
		"map of ints": {`{}`, new(map[int]int)}, "hidden": {`{}`, &struct{ a int }{}}, "float32": {`1`, new(float32)},
	} {
		if problems := Decode([]byte(k.data), k.into); len(problems) != 1 || problems[0].Code != CodeUnsupported || problems[0].Path != whole {
			t.Errorf("%s: %v", name, problems)
		}
	}
	var l loop
	if problems := Decode([]byte(`{"next":[{"name":"a"}],"base":1}`), &l); !slices.Equal(lines(problems), []string{"base unknown-field"}) {
		t.Errorf("a type that holds itself: %v", problems)
	}
	if _, err := Encode(loop{Name: "a", Next: []loop{{Name: "b"}}}); err != nil {
		t.Error(err)
	}
}

// A tree may come from another kind of text than JSON, with other lines.
func TestDecodeTakesATreeOfAnyOrigin(t *testing.T) {
	tree := Node{Form: Object, Members: []Member{
		{Name: "label", At: Place{Line: 3}, Value: Node{Form: Text, Word: "x"}},
		{Name: "profiles", At: Place{Line: 4}},
		{Name: "label", At: Place{Source: 1, Line: 9, Column: 2}, Value: Node{Form: Text, Word: "y"}},
		{Name: "profile", At: Place{Line: 10}},
		{Name: "retry", Value: Node{Form: Object, At: Place{Line: 11}, Members: []Member{
			{Name: "attempts", At: Place{Line: 12}, Value: Node{Form: Text, Word: "3", At: Place{Line: 12, Column: 5}}},
			{Name: "profiles", At: Place{Line: 13}},
		}}},
	}}
	var p policy
	var got []string
	for _, f := range DecodeNode(tree, &p, "profiles") {
		got = append(got, fmt.Sprintf("%d:%d:%d %s %s", f.At.Source, f.At.Line, f.At.Column, f.Path, f.Code))
		if f.Path == "profile" && f.Fix != "did you mean profiles?" {
			t.Error(f)
		}
	}
	if want := []string{"1:9:2 label duplicate-field", "0:10:0 profile unknown-field", "0:12:5 retry.attempts wrong-type", "0:13:0 retry.profiles unknown-field"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if flaws := DecodeNode(tree, policy{}); len(flaws) != 1 || flaws[0].Code != CodeUnsupported {
		t.Error(flaws)
	}
}

func TestNestingIsBoundedAtTheSameDepthForListsAndObjects(t *testing.T) {
	for depth, fits := range map[int]bool{deepest: true, deepest + 1: false} {
		for _, pair := range [][2]string{{"[", "]"}, {`{"a":`, "}"}} {
			data := strings.Repeat(pair[0], depth) + "1" + strings.Repeat(pair[1], depth)
			if _, problem := parse([]byte(data), deepest); (problem == nil) != fits {
				t.Errorf("%d levels of %s: %v", depth, pair[0], problem)
			}
		}
	}
}
