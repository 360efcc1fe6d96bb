// SPDX-License-Identifier: Apache-2.0

package config

import (
	"strings"

	"github.com/fuseboard/fuseboard"
)

// CodeOverride: an override lacks what it must have.
const CodeOverride = "bad-override"

// says reads the override, on a page of its own.
func (o Override) says(p *pages) ([]saying, []told) {
	path := strings.TrimSpace(o.Path)
	l := line{
		text: path + "=" + o.Value, value: len(path) + 1, home: o.Dependency,
		origin: Origin{Layer: ByOverride, Name: o.By}, steps: stepsOf(path, 0),
	}
	*p, l.page = p.with(l.text)
	var found []told
	lacks := func(message, fix string) {
		found = append(found, l.told(0, 0, fuseboard.Problem{Path: l.path(), Code: CodeOverride, Message: message, Fix: fix}))
	}
	if len(l.steps) == 0 {
		lacks("names no field", "give a path such as bulkhead.concurrency")
	}
	if strings.TrimSpace(o.By) == "" {
		lacks("does not say who made it", "give a name, which is shown as long as it lasts")
	}
	if strings.TrimSpace(o.Reason) == "" {
		lacks("does not say why", "give a reason, which is shown as long as it lasts")
	}
	if len(found) > 0 {
		return nil, found
	}
	return l.read(*p)
}
