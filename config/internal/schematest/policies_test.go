// SPDX-License-Identifier: Apache-2.0

package schematest

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

// TestSchemaAcceptsEveryPolicyWithoutErrors makes sections of values that are often at the end of
// a range. What Validate has no error for the schema must accept.
func TestSchemaAcceptsEveryPolicyWithoutErrors(t *testing.T) {
	schema := compiled(t)
	sound := 0
	rapid.Check(t, func(t *rapid.T) {
		for section := range reflect.TypeFor[actors.Policy]().NumField() {
			var p actors.Policy
			v := reflect.ValueOf(&p).Elem()
			fill(t, v.Field(section), v.Type().Field(section).Tag)
			if p.Validate().Err() == nil {
				sound++
				accepts(t, schema, p)
			}
		}
	})
	t.Logf("%d policies were sound", sound)
	if !testing.Short() && sound < 500 {
		t.Errorf("%d policies were sound", sound)
	}
}

// accepts fails where the schema does not accept a policy.
func accepts(t *rapid.T, schema *jsonschema.Schema, p actors.Policy) {
	text, err := json.Marshal(map[string]any{"apiVersion": "fuseboard/v1", "defaults": p})
	if err != nil {
		return // what no file can hold
	}
	var doc any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(doc); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
}

var (
	durations = rapid.SampledFrom([]time.Duration{0, 0, 1, time.Microsecond, 100 * time.Microsecond, time.Millisecond, 10 * time.Millisecond, 100 * time.Millisecond, time.Second, 10 * time.Second, time.Minute, time.Hour, 24 * time.Hour, 168 * time.Hour})
	integers  = rapid.SampledFrom([]int{0, 0, 1, 2, 3, 5, 10, 64, 100, 1000, 10_000, 100_000, 1_000_000, 1_000_000_000})
	rates     = rapid.SampledFrom([]float64{0, 0, 0.001, 0.01, 0.05, 0.1, 0.4, 0.5, 0.8, 0.9, 0.99, 0.999, 1})
	numbers   = rapid.SampledFrom([]float64{0, 0, 0.1, 0.5, 1, 1.01, 1.05, 1.1, 1.25, 2, 3, 4, 10, 100})
	classes   = rapid.SampledFrom([]fuseboard.Class{fuseboard.ClassError, fuseboard.ClassTimeout, fuseboard.ClassThrottled, "my-class", "refusal"})
)

// fill sets the fields of a value at random, most of them to what Validate may accept.
func fill(t *rapid.T, v reflect.Value, tag reflect.StructTag) {
	switch v.Interface().(type) {
	case time.Duration:
		v.SetInt(int64(durations.Draw(t, "duration")))
		return
	case fuseboard.Class:
		v.SetString(string(classes.Draw(t, "class")))
		return
	case json.Marshaler:
		v.SetString(rapid.SampledFrom([]string{"", "1", `{"a":[null]}`, `"off"`}).Draw(t, "json"))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if rapid.IntRange(0, 2).Draw(t, "set") == 0 {
				fill(t, v.Field(i), v.Type().Field(i).Tag)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(0, 2).Draw(t, "length"), 2))
		for i := range v.Len() {
			fill(t, v.Index(i), tag)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		value := reflect.New(v.Type().Elem()).Elem()
		fill(t, value, tag)
		v.SetMapIndex(reflect.ValueOf(classes.Draw(t, "key")), value)
	case reflect.Float64:
		if tag.Get("plain") == "rate" {
			v.SetFloat(rates.Draw(t, "rate"))
		} else {
			v.SetFloat(numbers.Draw(t, "number"))
		}
	case reflect.Int:
		v.SetInt(int64(integers.Draw(t, "integer")))
	case reflect.Int8:
		v.SetInt(int64(rapid.IntRange(-1, 2).Draw(t, "word")))
	case reflect.Uint8:
		v.SetUint(uint64(rapid.IntRange(0, 4).Draw(t, "word")))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "truth"))
	case reflect.String:
		v.SetString(rapid.SampledFrom([]string{"", "payments", "a b"}).Draw(t, "text"))
	}
}
