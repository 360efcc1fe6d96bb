// SPDX-License-Identifier: Apache-2.0

package strategy

import (
	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/supervision"
)

// Options configures a [Strategy]. The zero Options rebuilds broken actors with
// the defaults of [supervision.Restart]. How a failed request is repeated is the
// request's own affair: see [Request].
type Options struct {
	// Restart bounds how often a broken child is rebuilt. Zero fields mean defaults.
	Restart supervision.Restart
	// Root says that the strategy serves actors spawned with
	// actor.WithGuardian: a guardian has nobody to escalate to, so a child whose
	// restart budget is spent is stopped instead.
	Root bool
	// Seed selects the randomness of restarts: the nth decision (from 1) uses
	// supervision.Uniform(Seed, n).
	Seed uint64
}

// Validate reports everything wrong with the options at once, with paths relative
// to them: "restart.max" and so on.
func (o Options) Validate() fuseboard.Problems { return o.Restart.Validate().Under("restart") }
