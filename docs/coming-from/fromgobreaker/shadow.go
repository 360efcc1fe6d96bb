// SPDX-License-Identifier: Apache-2.0

package fromgobreaker

import (
	"context"
	"time"

	"github.com/fuseboard/fuseboard/actors"
)

// NewBoth leaves gobreaker in charge and puts a guard in shadow inside it.
func NewBoth(sys *actors.System, source Source) (*Before, *actors.Guard, error) {
	rates, err := actors.Spawn(sys, "rates", actors.Handler[string, float64](source), actors.Policy{
		Mode: actors.ShadowPolicy,
		Breaker: actors.Breaker{
			FailureRate: 0.5,
			MinCalls:    10,
			Window:      actors.Window{Span: 10 * time.Second},
			OpenFor:     30 * time.Second,
			OpenGrowth:  1,
			Probes:      1,
		},
	})
	if err != nil {
		return nil, nil, err
	}
	return NewBefore(func(ctx context.Context, currency string) (float64, error) {
		return rates.Call(ctx, currency)
	}), rates.Guard, nil
}

// Enforce puts the guard in charge, while calls run.
func Enforce(ctx context.Context, guard *actors.Guard) error {
	policy := guard.Policy()
	policy.Mode = actors.EnforcePolicy
	_, err := guard.Update(ctx, policy)
	return err
}
