// SPDX-License-Identifier: Apache-2.0

package telemetry

import (
	_ "embed"
	"slices"
)

//go:embed rules/fuseboard.rules.yml
var rules []byte

//go:embed dashboards/fuseboard.json
var dashboard []byte

// Rules returns the recording and alerting rules for Prometheus, as YAML: the file
// telemetry/rules/fuseboard.rules.yml. The caller may change the copy.
func Rules() []byte { return slices.Clone(rules) }

// Dashboard returns the Grafana dashboard, as JSON to import: the file
// telemetry/dashboards/fuseboard.json. The caller may change the copy.
func Dashboard() []byte { return slices.Clone(dashboard) }
