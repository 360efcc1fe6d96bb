// SPDX-License-Identifier: Apache-2.0

package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// CodeOffOperation: a section or field is off for an operation, and the policy's own would be for it even so.
const CodeOffOperation = "off-for-operation"

// offOperations tells of what is off for an operation while the policy itself has it. Off takes away what is
// said of the operation, and so would leave it the policy's; who writes retry: off means that nothing is repeated.
func (r *resolution) offOperations(p actors.Policy) (found []told) {
	for _, path := range slices.Sorted(maps.Keys(r.off)) {
		s := r.said[r.off[path]]
		field := strings.TrimPrefix(strings.TrimPrefix(path, plain.Below("operations", s.operation)), ".")
		if s.operation == "" || field == "" || r.says(path) {
			continue
		}
		of := ofPolicy(field)
		if within(of, "retry") && p.Retry.MostAttempts() <= 1 {
			continue // nothing is repeated in either reading
		}
		if !slices.ContainsFunc(plain.Leaves(p), func(l plain.Leaf) bool { return within(l.Path, of) }) {
			continue
		}
		found = append(found, r.tell(fuseboard.Problem{
			Path: path, Code: CodeOffOperation, Value: offWord,
			Message: "does not turn it off for the operation: " + of + " of the whole dependency would be for it",
			Fix:     instead(field),
		}, false))
	}
	return found
}

// says reports whether a field of the section is set.
func (l *laid) says(section string) bool {
	for path := range l.last {
		if within(path, section) {
			return true
		}
	}
	return false
}

// ofPolicy is the path in a policy of what a field of an operation replaces.
func ofPolicy(field string) string {
	if field == "max_wait" {
		return "bulkhead.max_wait"
	}
	return field
}

// instead is what to write for a field that can't be off for one operation.
func instead(field string) string {
	if field == "retry" || field == "retry.attempts" {
		return "write retry: {attempts: 1}, so that it is never repeated; or remove the line"
	}
	return "write the value that it is to have, or remove the line"
}
