// SPDX-License-Identifier: Apache-2.0

package fromfailsafe

import (
	"context"
	"errors"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
	"github.com/fuseboard/fuseboard/supervision"
)

// After asks for quotes under a guard.
type After struct{ quotes *actors.Ref[string, Quote] }

// NewAfter says the same as one value; the order of the policies is fixed.
func NewAfter(sys *actors.System, fetch Fetch) (*After, error) {
	quotes, err := actors.Spawn(sys, "exchange", actors.Handler[string, Quote](fetch), actors.Policy{
		Deadline: actors.Deadline{Total: 5 * time.Second, Attempt: 800 * time.Millisecond},
		Retry: actors.Retry{
			Attempts: 3,
			Backoff:  actors.Backoff{Base: 50 * time.Millisecond, Max: time.Second, Jitter: supervision.NoJitter},
		},
		Breaker: actors.Breaker{
			FailureRate: 0.5,
			MinCalls:    10,
			Window:      actors.Window{Span: 10 * time.Second},
			OpenFor:     10 * time.Second,
			OpenGrowth:  1,
			Probes:      3,
			ProbeRate:   0.6,
		},
		Bulkhead: actors.Bulkhead{Concurrency: 2, Queue: 64, MaxWait: 100 * time.Millisecond},
	}, actors.With[string, Quote]{
		Safe: actors.Always[string],
		Classify: func(_ Quote, err error) fuseboard.Outcome {
			if errors.Is(err, ErrNoSuchPair) {
				return fuseboard.Outcome{Kind: fuseboard.Success}
			}
			return fuseboard.Outcome{}
		},
	})
	if err != nil {
		return nil, err
	}
	return &After{quotes: quotes}, nil
}

// Quote returns the price of a pair.
func (a *After) Quote(ctx context.Context, pair string) (Quote, error) {
	return a.quotes.Call(ctx, pair)
}
