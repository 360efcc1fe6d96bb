// SPDX-License-Identifier: Apache-2.0

package config

import (
	_ "embed"
	"slices"
)

//go:embed schema.json
var schema []byte

// Schema returns the JSON Schema (draft 2020-12) of policy files, for editors: every name,
// type and word, with what it means, its default and its range. It accepts whatever [Read]
// accepts. What it cannot say (ranges of durations, names of profiles, rules between two
// fields) Read alone judges. The caller owns the text.
func Schema() []byte { return slices.Clone(schema) }
