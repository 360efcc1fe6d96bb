// SPDX-License-Identifier: Apache-2.0

package config

import "encoding/json"

// placeJSON is an origin as tools read it.
type placeJSON struct {
	Layer   string `json:"layer,omitempty"`
	Name    string `json:"name,omitempty"`
	Profile string `json:"profile,omitempty"`
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
}

// json is the origin without the layer of what is in none.
func (o Origin) json() placeJSON {
	p := placeJSON{Name: o.Name, Profile: o.Profile, File: o.File, Line: o.Line, Column: o.Column}
	if o.Layer != BuiltIn || o.File == "" {
		p.Layer = o.Layer.String()
	}
	return p
}

// problemJSON is a problem as tools read it. Its names stay as they are.
type problemJSON struct {
	Path     string `json:"path"`
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Message  string `json:"message"`
	Value    string `json:"value,omitempty"`
	Accepted string `json:"accepted,omitempty"`
	Fix      string `json:"fix,omitempty"`
	placeJSON
	Excerpt string      `json:"excerpt,omitempty"`
	Related []placeJSON `json:"related,omitempty"`
}

// MarshalJSON writes an object with path, code, severity ("error" or "warning"), message, value, accepted, fix,
// layer, name, profile, file, line, column, excerpt and related; what is empty is left out, but for the first four.
func (p Problem) MarshalJSON() ([]byte, error) {
	out := problemJSON{
		Path: p.Path, Code: p.Code, Severity: "error", Message: p.Message, Value: p.Value, Accepted: p.Accepted, Fix: p.Fix,
		placeJSON: p.Origin.json(), Excerpt: p.Excerpt,
	}
	if p.Warning {
		out.Severity = "warning"
	}
	for _, o := range p.Related {
		out.Related = append(out.Related, o.json())
	}
	return json.Marshal(out)
}

// MarshalJSON writes a list, which is empty where there are no problems.
func (ps Problems) MarshalJSON() ([]byte, error) {
	if len(ps) == 0 {
		return []byte("[]"), nil
	}
	return json.Marshal([]Problem(ps))
}
