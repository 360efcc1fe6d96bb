// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"fmt"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/mailbox"
)

// byPriority says how many wait at which priority; nothing where all are normal.
func byPriority(n mailbox.ByPriority) string {
	if n == (mailbox.ByPriority{Normal: n.Normal}) {
		return ""
	}
	var parts []string
	add := func(n int, p fuseboard.Priority) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, p))
		}
	}
	add(n.Critical, fuseboard.Critical)
	add(n.High, fuseboard.High)
	add(n.Normal, fuseboard.Normal)
	add(n.Sheddable, fuseboard.Sheddable)
	return " (" + strings.Join(parts, ", ") + ")"
}
