// SPDX-License-Identifier: Apache-2.0

package config

import (
	"encoding/json"

	"github.com/fuseboard/fuseboard/actors"
)

// MarshalText writes the layer's word.
func (l Layer) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// originJSON is an origin as JSON has it; what is empty is left out.
type originJSON struct {
	Layer   string `json:"layer"`
	Name    string `json:"name,omitempty"`
	Profile string `json:"profile,omitempty"`
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
}

// MarshalJSON writes an object with layer, name, profile, file, line and column; what is empty is left out.
func (o Origin) MarshalJSON() ([]byte, error) {
	return json.Marshal(originJSON{o.Layer.String(), o.Name, o.Profile, o.File, o.Line, o.Column})
}

// MarshalJSON writes the name, the policy as it is for the guard, and the values: each with its path, its
// text, its origin, and what lies under it.
func (r Resolved) MarshalJSON() ([]byte, error) {
	type said struct {
		Value  string `json:"value"`
		Origin Origin `json:"origin"`
	}
	type value struct {
		Path string `json:"path"`
		said
		Under []said `json:"under,omitempty"`
	}
	values := make([]value, len(r.Values))
	for i, v := range r.Values {
		values[i] = value{Path: v.Path, said: said{v.Text, v.Origin}}
		for _, u := range v.Under {
			values[i].Under = append(values[i].Under, said{u.Text, u.Origin})
		}
	}
	return json.Marshal(struct {
		Name   string        `json:"name"`
		Policy actors.Policy `json:"policy"`
		Values []value       `json:"values"`
	}{r.Name, r.Policy, values})
}
