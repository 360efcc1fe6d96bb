// SPDX-License-Identifier: Apache-2.0

package fromgobreaker

import (
	"context"
	"errors"
	"log"
	"time"

	"github.com/fuseboard/fuseboard"
	"github.com/fuseboard/fuseboard/actors"
)

// After asks for rates under a guard.
type After struct{ rates *actors.Ref[string, float64] }

// NewAfter puts a guard in front of the source.
func NewAfter(sys *actors.System, source Source) (*After, error) {
	rates, err := actors.Spawn(sys, "rates", actors.Handler[string, float64](source), actors.Policy{
		Breaker: actors.Breaker{
			FailureRate: 0.5,
			MinCalls:    10,
			Window:      actors.Window{Span: 10 * time.Second},
			OpenFor:     30 * time.Second,
			OpenGrowth:  1,
			Probes:      1,
		},
	}, actors.With[string, float64]{
		Classify: func(_ float64, err error) fuseboard.Outcome {
			if errors.Is(err, ErrUnknownCurrency) {
				return fuseboard.Outcome{Kind: fuseboard.Success}
			}
			return fuseboard.Outcome{} // the default: a caller that left is no evidence
		},
	})
	if err != nil {
		return nil, err
	}
	return &After{rates: rates}, nil
}

// Rate returns the rate of a currency.
func (a *After) Rate(ctx context.Context, currency string) (float64, error) {
	return a.rates.Call(ctx, currency)
}

// Tell writes the transitions of all guards to the log, until the System shuts down.
func Tell(sys *actors.System) {
	for e := range sys.Subscribe(64).C() {
		if e.Kind == actors.EventTransition {
			log.Printf("%s: %s -> %s, %s", e.Dependency, e.Transition.From, e.Transition.To, e.Transition.Cause)
		}
	}
}
