// SPDX-License-Identifier: Apache-2.0

package actors

import (
	"github.com/fuseboard/fuseboard/patterns/deadline"
	"github.com/fuseboard/fuseboard/patterns/hedge"
)

type (
	// Hedge sends copies of slow attempts; see [hedge.Policy].
	Hedge = hedge.Policy
	// AdaptiveAttempt ends attempts by how long others took lately; see [deadline.Adaptive].
	AdaptiveAttempt = deadline.Adaptive
)

// ErrLost is the context.Cause of a handler's context whose attempt has become needless,
// because another copy of it gave the answer; see [Policy].Hedge.
var ErrLost = hedge.ErrLost
