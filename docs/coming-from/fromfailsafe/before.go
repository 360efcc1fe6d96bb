// SPDX-License-Identifier: Apache-2.0

package fromfailsafe

import (
	"context"
	"errors"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/bulkhead"
	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
	"github.com/failsafe-go/failsafe-go/timeout"
)

// Before asks for quotes through failsafe-go.
type Before struct {
	executor failsafe.Executor[Quote]
	fetch    Fetch
}

// NewBefore composes the policies, the outermost first.
func NewBefore(fetch Fetch) *Before {
	down := func(_ Quote, err error) bool { return err != nil && !errors.Is(err, ErrNoSuchPair) }
	total := timeout.New[Quote](5 * time.Second)
	retry := retrypolicy.NewBuilder[Quote]().
		HandleIf(down).
		AbortOnErrors(circuitbreaker.ErrOpen, bulkhead.ErrFull, context.Canceled).
		WithMaxRetries(2).
		WithBackoff(50*time.Millisecond, time.Second).
		ReturnLastFailure().
		Build()
	breaker := circuitbreaker.NewBuilder[Quote]().
		HandleIf(down).
		WithFailureRateThreshold(0.5, 10, 10*time.Second).
		WithDelay(10*time.Second).
		WithSuccessThresholdRatio(2, 3).
		Build()
	limit := bulkhead.NewBuilder[Quote](2).WithMaxWaitTime(100 * time.Millisecond).Build()
	attempt := timeout.New[Quote](800 * time.Millisecond)
	return &Before{executor: failsafe.With(total, retry, breaker, limit, attempt), fetch: fetch}
}

// Quote returns the price of a pair.
func (b *Before) Quote(ctx context.Context, pair string) (Quote, error) {
	return b.executor.WithContext(ctx).GetWithExecution(func(e failsafe.Execution[Quote]) (Quote, error) {
		return b.fetch(e.Context(), pair)
	})
}
