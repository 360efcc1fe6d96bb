// SPDX-License-Identifier: Apache-2.0

// Package fromgobreaker is one service before and after it came from gobreaker; the
// guide gobreaker.md is cut from it.
package fromgobreaker

import (
	"context"
	"errors"
)

// Source asks the exchange for a rate.
type Source func(ctx context.Context, currency string) (float64, error)

// ErrUnknownCurrency is an answer of a source that works.
var ErrUnknownCurrency = errors.New("unknown currency")
