// SPDX-License-Identifier: Apache-2.0

package schemagen

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fuseboard/fuseboard/actors"
)

// root is the folder of the module.
const root = "../../.."

// said is what docs/defaults.md says of a field.
type said struct{ unit, byDefault string }

// defaultsPage reads the table of a policy's fields; the page is generated and kept true by actors.
func defaultsPage(t *testing.T) map[string]said {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(root, "docs/defaults.md"))
	if err != nil {
		t.Fatal(err)
	}
	policy, _, _ := strings.Cut(string(page), "\n## ")
	found := map[string]said{}
	for line := range strings.Lines(policy) {
		if c := strings.Split(line, " | "); strings.HasPrefix(line, "| `") && len(c) > 3 {
			found[strings.Trim(c[0], "|` ")] = said{unit: c[1], byDefault: c[2]}
		}
	}
	return found
}

// Fields of lists, maps and cases, which docs/defaults.md does not list.
var inside = map[string]said{
	"fallback.steps.use":             {"word", "by the field that is set"},
	"fallback.steps.on":              {"list of classes, and of sections that refuse", "everything"},
	"fallback.steps.value":           {"JSON", "none"},
	"fallback.steps.max_age":         {"time", "5m"},
	"fallback.steps.guard":           {"name of a dependency", "none"},
	"retry.classes.*.attempts":       {"attempts, the first included", "as the section"},
	"retry.classes.*.backoff.kind":   {"word", "as the section"},
	"retry.classes.*.backoff.base":   {"time", "as the section"},
	"retry.classes.*.backoff.max":    {"time", "as the section"},
	"retry.classes.*.backoff.factor": {"number, times the wait before", "as the section"},
	"retry.classes.*.backoff.jitter": {"word", "as the section"},
	"cases.deadline":                 {"section", "as the policy says"},
	"cases.retry":                    {"section", "as the policy says"},
	"cases.priorities":               {"list of words", "all"},
	"cases.tenant":                   {"text", "all, and those of nobody"},
	"cases.operations":               {"list of names", "all, and those without a name"},
	"cases.attempt":                  {"attempts", "from the first on"},
	"cases.max_wait":                 {"time", "as the policy says"},
	"cases.cost":                     {"units", "as the policy says, 1"},
}

// relative are ranges that depend on other fields, so that no value shows them.
var relative = map[string]string{"rate.adaptive.floor": "1 to limit"}

// accepted is the range that Validate names for a negative value at a place of a policy, if it does.
func accepted(t *testing.T, at place, value string) string {
	t.Helper()
	if text, found := relative[at.path]; found {
		return text
	}
	var p actors.Policy
	if err := json.Unmarshal([]byte(at.json(value)), &p); err != nil {
		return "" // no negative values
	}
	for _, problem := range p.Validate() {
		if problem.Path == at.probed && problem.Accepted != "" && !problem.Warning {
			return problem.Accepted
		}
	}
	return ""
}
