// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/fuseboard/fuseboard/console/api"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// lately is how long what was refused is news: what was mended before that is not.
const lately = 10 * time.Minute

// fresh is how long what was refused counts as now.
const fresh = 10 * time.Second

// contactLines say what keeps a fleet from coming together, if anything does; alone: the node has met nobody.
func contactLines(c api.Contacts, alone bool) (lines []string) {
	for _, r := range c.Refused {
		if r.Reason != "stranger" && time.Duration(r.Ago) < lately { // nodes that begin are strangers for a moment
			lines = append(lines, r.Text+lastCame(time.Duration(r.Ago)))
		}
	}
	if c.Certificate != nil && c.Certificate.Trouble != "" {
		lines = append(lines, "this node's certificate: "+strings.ReplaceAll(c.Certificate.Trouble, "\n", "; "))
	}
	if c.SeedTrouble != "" {
		lines = append(lines, "seeds that could not be asked: "+strings.ReplaceAll(c.SeedTrouble, "\n", "; "))
	}
	if !alone {
		return lines
	}
	if len(c.Seeds) == 0 && c.SeedTrouble == "" {
		return append(lines, "alone, and without seeds: others have to find this node")
	}
	return append(lines, unmetLines(c.Seeds)...)
}

// lastCame says how long ago the last came of what was refused, where that is not now.
func lastCame(ago time.Duration) string {
	if ago <= fresh {
		return ""
	}
	return "; the last came " + left(ago) + " ago"
}

// unmetLines say of each seed why nobody was met there.
func unmetLines(seeds []api.SeedStatus) (lines []string) {
	for _, s := range seeds {
		switch {
		case s.Met:
		case s.Tries == 0:
			lines = append(lines, "  "+s.Address+": not tried yet")
		default:
			lines = append(lines, fmt.Sprintf("  %s: %s (%s)", s.Address, s.Trouble, plain.Count(int(min(s.Tries, 1<<30)), "try", "tries"))) //nolint:gosec // bounded
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return append([]string{"alone; nobody was met at " + plain.Count(len(lines), "seed", "seeds")}, lines...)
}
