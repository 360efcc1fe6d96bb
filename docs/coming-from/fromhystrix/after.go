// SPDX-License-Identifier: Apache-2.0

package fromhystrix

import (
	"context"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

// After asks the warehouse under a guard.
type After struct{ warehouse *actors.Ref[string, int] }

// NewAfter makes the guard, in one System.
func NewAfter(sys *actors.System, fetch Fetch) (*After, error) {
	warehouse, err := actors.Spawn(sys, "warehouse", actors.Handler[string, int](fetch), actors.Policy{
		Deadline: actors.Deadline{Attempt: 500 * time.Millisecond},
		Workers:  actors.Workers{Max: 10},
		Breaker: actors.Breaker{
			FailureRate: 0.5,
			MinCalls:    20,
			Window:      actors.Window{Span: 10 * time.Second},
			OpenFor:     5 * time.Second,
			OpenGrowth:  1,
			Probes:      1,
		},
	})
	if err != nil {
		return nil, err
	}
	return &After{warehouse: warehouse}, nil
}

// Stock returns how many there are, or Unknown.
func (a *After) Stock(ctx context.Context, sku string) (int, error) {
	n, err := a.warehouse.Call(ctx, sku)
	if err != nil {
		n = Unknown // the fallback
	}
	return n, nil
}
