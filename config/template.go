// SPDX-License-Identifier: Apache-2.0

package config

import (
	_ "embed"
	"strings"
)

//go:embed template.yaml
var template string

// templateName is the dependency of the template.
const templateName = "payments"

// Template returns a policy file to begin with: commented, without an error or a warning,
// with an entry for the dependency. A name that no dependency could have, the empty one
// above all, is written as payments. Its first line tells editors that the schema lies
// beside it, as fuseboard.schema.json; see [Schema].
func Template(dependency string) []byte {
	if !nameable(dependency) {
		dependency = templateName
	}
	return []byte(strings.ReplaceAll(template, templateName, dependency))
}

// nameable reports whether YAML reads the name as it stands, as the name of a dependency.
func nameable(name string) bool {
	if len(name) == 0 || len(name) > 63 || name[0] < 'a' || name[0] > 'z' {
		return false
	}
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-") == "" && name != "null" && name != "true" && name != "false"
}
