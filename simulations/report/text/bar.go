// SPDX-License-Identifier: Apache-2.0

package text

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/fuseboard/fuseboard/internal/plain"
	"github.com/fuseboard/fuseboard/simulations"
)

// Bar is one line that says how far a simulation is: runs, share, how fast virtual time goes, and how long it will take yet. virtual is the time of one
// run, and taken what it has cost so far. Colours are left out.
func Bar(p simulations.Progress, virtual, taken time.Duration, o Options) string {
	page := newPage(o)
	share := min(max(p.Share, 0), 1)
	if math.IsNaN(share) {
		share = 0
	}
	after := fmt.Sprintf(" %3.0f %%  %d of %s", share*100, p.Done, plain.Count(p.Runs, "run", "runs"))
	if taken > 0 && share > 0 {
		speed := share * float64(p.Runs) * virtual.Seconds() / taken.Seconds()
		after += fmt.Sprintf("  %s×", digits(math.Round(speed)))
		if share < 1 {
			after += "  " + plain.Duration(seconds(taken.Seconds()*(1-share)/share).Round(time.Second)) + " left"
		}
	}
	room := max(10, min(40, page.width-1-utf8.RuneCountInString(after)))
	full := int(share * float64(room))
	line := strings.Repeat("█", full) + strings.Repeat("·", room-full) + after
	if o.ASCII {
		return ascii(line)
	}
	return line
}
