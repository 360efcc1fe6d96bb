// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/actors"
)

func TestTheTableKeepsItsColumnsWhateverIsInIt(t *testing.T) {
	r := Resolved{Values: []Value{
		{Path: "a", Text: strings.Repeat("é", 80) + "\nx", Origin: Origin{Layer: Code}, Under: []Said{{Text: "日本", Origin: Origin{Layer: Flag, Name: "f"}}}},
		{Path: "a.longer.path", Text: "1", Origin: Origin{File: "f", Line: 1, Column: 2, Layer: Defaults}},
	}}
	var b strings.Builder
	if err := r.Explain(&b); err != nil {
		t.Fatal(err)
	}
	same(t, strings.Split(b.String(), "\n"), []string{
		"PATH           VALUE                                     FROM",
		"a              " + strings.Repeat("é", 39) + "…  code",
		"  instead of   日本                                        flag f",
		"a.longer.path  1                                         f:1:2 (defaults)",
		"",
	})
	if err := r.Explain(deaf{}); !errors.Is(err, errDeaf) {
		t.Errorf("the writer's error is lost: %v", err)
	}
}

type deaf struct{}

var errDeaf = errors.New("deaf")

func (deaf) Write([]byte) (int, error) { return 0, errDeaf }

func TestWhatIsResolvedIsJSONWithItsOrigins(t *testing.T) {
	r := resolved(t, sound(t, layered, Options{}), "payments", Layers{Rules: []string{"busy"}})
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Name   string
		Policy actors.Policy
		Values []struct {
			Path, Value string
			Origin      struct {
				Layer, Name, Profile, File string
				Line, Column               int
			}
			Under []struct{ Value string }
		}
	}
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	if read.Name != "payments" || !reflect.DeepEqual(read.Policy, r.Policy) || len(read.Values) != len(r.Values) {
		t.Errorf("%s", text)
	}
	for i, v := range read.Values {
		want := r.Values[i]
		if v.Path != want.Path || v.Value != want.Text || v.Origin.Layer != want.Origin.Layer.String() || v.Origin.Line != want.Origin.Line ||
			v.Origin.Profile != want.Origin.Profile || len(v.Under) != len(want.Under) {
			t.Errorf("%+v is not %+v", v, want)
		}
	}
}
