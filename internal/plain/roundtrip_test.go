// SPDX-License-Identifier: Apache-2.0

package plain

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// value draws a value of any type that policies may have.
func value(t *rapid.T, v reflect.Value, label string) {
	switch kind := v.Kind(); {
	case v.Type() == reflect.TypeFor[order]():
		v.SetUint(uint64(rapid.IntRange(0, 2).Draw(t, label)))
	case kind == reflect.Struct:
		for i := range v.NumField() {
			value(t, v.Field(i), v.Type().Field(i).Name)
		}
	case kind == reflect.Slice:
		if n := rapid.IntRange(-1, 2).Draw(t, label); n >= 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				value(t, v.Index(i), label)
			}
		}
	case kind == reflect.Map:
		if n := rapid.IntRange(-1, 2).Draw(t, label); n >= 0 {
			v.Set(reflect.MakeMap(v.Type()))
			for range n {
				k, e := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
				value(t, k, label)
				value(t, e, label)
				v.SetMapIndex(k, e)
			}
		}
	case kind == reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, label))
	case kind == reflect.String:
		v.SetString(rapid.String().Draw(t, label))
	case kind == reflect.Float64:
		v.SetFloat(rapid.OneOf(rapid.Just(0.0), rapid.Float64()).Draw(t, label))
	case v.CanInt():
		v.SetInt(rapid.OneOf(rapid.Just(int64(0)), rapid.Int64()).Draw(t, label) >> (64 - v.Type().Bits()))
	case v.CanUint():
		v.SetUint(rapid.Uint64().Draw(t, label) >> (64 - v.Type().Bits()))
	}
}

func TestWhatIsEncodedDecodesToTheSameValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p policy
		value(t, reflect.ValueOf(&p).Elem(), "policy")
		data, err := Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		var back policy
		if problems := Decode(data, &back); len(problems) > 0 || !reflect.DeepEqual(p, back) {
			t.Fatalf("%s\n%v\ngot  %+v\nwant %+v", data, problems, back, p)
		}
		if changed := Diff(p, back); len(changed) > 0 {
			t.Fatalf("Diff of equals: %q", changed)
		}
	})
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{}`, `null`, `[`, `{"retry":{"attempts":3,"backoff":{"base":"1m30s","growth":1.5},"on":["timeout"],"waits":["0s",0]}}`,
		`{"breaker":{"failure_rate":"50%","weights":{"a":0},"shares":{"x":0.07},"ttl":"1h"}}`, `{"order":"newest","small":-128,"count":1.5}`,
		`{"label":"\ud800","tiers":[{"share":"1e-5%"}],"sections":{"a b":{}},"orders":[null],"nested":[[1],[]]}`, `{"a":1,"a":2} x`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := policy{Label: "before", Retry: retry{Waits: []time.Duration{1}}}
		got := before
		if problems := Decode(data, &got); len(problems) > 0 {
			for _, p := range problems {
				if p.Path == "" || p.Code == "" || p.Message == "" {
					t.Errorf("a problem without path, code or message: %+v", p)
				}
			}
			if !reflect.DeepEqual(got, before) {
				t.Errorf("touched in spite of %v", problems)
			}
			return
		}
		again, err := Encode(got)
		if err != nil {
			t.Fatalf("%s decodes but does not encode: %v", data, err)
		}
		var back policy
		if problems := Decode(again, &back); len(problems) > 0 || !reflect.DeepEqual(got, back) {
			t.Fatalf("%s\nwas encoded as %s\n%v\ngot  %+v\nwant %+v", data, again, problems, back, got)
		}
	})
}
