// SPDX-License-Identifier: Apache-2.0

package throttle

import (
	"fmt"
	"strings"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/internal/plain"
)

// View is what a throttle holds at one moment.
type View struct {
	// Requests is how many calls the window holds, those refused here among them.
	Requests int64
	// Accepts is how many of them the dependency accepted.
	Accepts int64
	// Refused is how many calls were refused here since the throttle was made.
	Refused uint64
	// Chances are those to be refused now, by priority: Sheddable first, Critical last.
	Chances [priorities]float64
}

// View returns what the throttle holds now, as one consistent picture.
func (t *Throttle) View(now fuseboard.Instant) View {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.account.roll(now)
	v := View{Accepts: max(0, t.account.total.accepts), Refused: t.refused}
	for i, n := range t.account.total.requests {
		v.Requests += max(n, 0)
		v.Chances[i] = t.chance(i)
	}
	return v
}

// Chance is that of a priority; one out of range counts as the nearest.
func (v View) Chance(p fuseboard.Priority) float64 { return v.Chances[rank(p)] }

// String says in one line who is refused and why.
func (v View) String() string {
	var who []string
	for p := fuseboard.Critical; p >= fuseboard.Sheddable; p-- {
		if c := v.Chance(p); c > 0 {
			who = append(who, fmt.Sprintf("%s %s", p, plain.Rate(float64(int(c*1000+0.5))/1000)))
		}
	}
	if len(who) == 0 {
		who = []string{"nobody"}
	}
	return fmt.Sprintf("%d of %d calls accepted; refused: %s", v.Accepts, v.Requests, strings.Join(who, ", "))
}
