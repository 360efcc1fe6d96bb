// SPDX-License-Identifier: Apache-2.0

package scenario

import (
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// judgePolicies warns of policies for what is not there.
func (r *reader) judgePolicies() {
	set := r.s.Policies.Set
	if set == nil {
		return
	}
	var strangers []string
	for _, name := range set.Dependencies() {
		if _, known := r.s.dependency(name); !known && !strings.ContainsAny(name, "*?") {
			strangers = append(strangers, name)
		}
	}
	for _, name := range strangers {
		r.stranger(name)
	}
	if len(strangers) == len(set.Dependencies()) && len(strangers) > 0 && r.s.Policies.File != "" {
		r.tell(fuseboard.Problem{
			Path: "policies", Code: CodeUnused, Message: "has a policy for no dependency of the scenario, but for " + listed(strangers), Fix: "name the dependencies as the policies do", Warning: true,
		})
	}
}

// stranger warns of a policy for no dependency of the scenario: where it stands in the scenario itself, or where a file, which
// may be for other programs too, names a dependency nearly as the scenario does.
func (r *reader) stranger(name string) {
	if r.s.Policies.File == "" {
		r.tell(fuseboard.Problem{
			Path: plain.Below("policies.dependencies", name), Code: CodeUnused, Message: "is a policy for a dependency that the scenario does not have", Accepted: listed(r.s.names()),
			Fix: meant(name, r.s.names(), "remove it, or write the dependency"), Warning: true,
		})
		return
	}
	if near, found := plain.Nearest(name, r.s.names()); found && !r.s.Policies.Set.Has(near) {
		r.tell(fuseboard.Problem{Path: "policies", Code: CodeUnused, Message: "has a policy for " + name + ", and none for " + near, Fix: "give both the same name", Warning: true})
	}
}
