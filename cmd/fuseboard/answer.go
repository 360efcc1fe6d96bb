// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"io"
)

// answersVersion is of the JSON that commands print: what it promises stays until it changes.
const answersVersion = "fuseboard.cli/v1"

// answer is how all JSON begins.
type answer struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
}

func answerOf(kind string) answer { return answer{answersVersion, kind} }

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
