// SPDX-License-Identifier: Apache-2.0

package fromgobreaker

import (
	"context"
	"errors"
	"log"
	"time"

	"github.com/sony/gobreaker/v2"
)

// Before asks for rates behind a gobreaker.
type Before struct {
	circuit *gobreaker.CircuitBreaker[float64]
	source  Source
}

// NewBefore puts a gobreaker in front of the source.
func NewBefore(source Source) *Before {
	circuit := gobreaker.NewCircuitBreaker[float64](gobreaker.Settings{
		Name:         "rates",
		Interval:     10 * time.Second,
		BucketPeriod: time.Second,
		ReadyToTrip: func(n gobreaker.Counts) bool {
			judged := n.Requests - n.TotalExclusions
			return judged >= 10 && float64(n.TotalFailures) >= 0.5*float64(judged)
		},
		Timeout:     30 * time.Second,
		MaxRequests: 1,
		IsSuccessful: func(err error) bool {
			return err == nil || errors.Is(err, ErrUnknownCurrency)
		},
		IsExcluded: func(err error) bool { return errors.Is(err, context.Canceled) },
		OnStateChange: func(name string, from, to gobreaker.State) {
			log.Printf("%s: %s -> %s", name, from, to)
		},
	})
	return &Before{circuit: circuit, source: source}
}

// Rate returns the rate of a currency.
func (b *Before) Rate(ctx context.Context, currency string) (float64, error) {
	return b.circuit.Execute(func() (float64, error) {
		return b.source(ctx, currency)
	})
}
