// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	_ "embed"
	"slices"
)

//go:embed template.yaml
var template []byte

// Template returns a scenario to begin with: commented, and without an error or a warning. The caller owns it.
func Template() []byte { return slices.Clone(template) }
